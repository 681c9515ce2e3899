from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai.encoders.base import EncoderUnavailable
from ai.encoders.clip_pixels import ClipPixels
from ai.encoders.clip_text import CONTEXT_LENGTH, TextSettings, collapse
from ai.jsontext import read_json
from ai.layouts import IMMICH, MERGES, RCLIP, TEXTUAL, VISUAL, Layout

# rclip's files hold no settings; these are in its code. Its pictures are as large as its graph takes them.
_RCLIP_PIXELS = ClipPixels(height=0, width=0)
_RCLIP_TEXT = TextSettings(CONTEXT_LENGTH, pad_token="!", clean=collapse)  # noqa: S106 - the token numbered 0


@dataclass(frozen=True)
class ClipModel:
    """What the files of one CLIP-style model say; graphs and tokenizer stay on disk until they are needed."""

    visual: Path
    textual: Path
    tokenizer: Path
    pixels: ClipPixels
    text: TextSettings


def read_clip(folder: Path, layout: Layout, refusal: Callable[[str], EncoderUnavailable]) -> ClipModel:
    """Read the settings in `folder`; raise the exception that `refusal` words where they are not usable."""
    try:
        return _READERS[layout.name](folder)
    except (OSError, ValueError, LookupError, TypeError, OverflowError, AttributeError) as error:
        raise refusal(f"{type(error).__name__}: {error}") from error


def _immich(folder: Path) -> ClipModel:
    text = TextSettings.from_config(
        _json(folder / "config.json")["text_cfg"], _json(folder / "textual/tokenizer_config.json")
    )
    return ClipModel(
        visual=folder / VISUAL,
        textual=folder / TEXTUAL,
        tokenizer=folder / "textual/tokenizer.json",
        pixels=ClipPixels.from_config(_json(folder / "visual/preprocess_cfg.json")),
        text=text,
    )


def _rclip(folder: Path) -> ClipModel:
    return ClipModel(folder / "visual.onnx", folder / "textual.onnx", folder / MERGES, _RCLIP_PIXELS, _RCLIP_TEXT)


_READERS: dict[str, Callable[[Path], ClipModel]] = {IMMICH.name: _immich, RCLIP.name: _rclip}


def _json(path: Path) -> Any:
    return read_json(path.read_text(encoding="utf-8"))
