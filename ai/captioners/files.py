"""The files of a caption model as Hugging Face Optimum exports them, gathered in one folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai.captioners.base import CaptionerUnavailable
from ai.captioners.generation import Generation
from ai.captioners.pixels import Pixels
from ai.jsontext import read_json
from ai.layouts import (
    CAPTION_CONFIG,
    CAPTION_ENCODER,
    GENERATION,
    MERGED_DECODER,
    PLAIN_DECODER,
    PREPROCESSOR,
    TOKENIZER,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CaptionFiles:
    """What the files say: everything but the weights, which stay on disk until they are needed."""

    encoder: Path
    decoder: Path
    tokenizer: Path
    pixels: Pixels
    generation: Generation


def read_files(folder: Path) -> CaptionFiles:
    """Read and check the files in `folder`; raise CaptionerUnavailable where they are no caption model."""
    decoder = MERGED_DECODER if (folder / MERGED_DECODER).is_file() else PLAIN_DECODER
    for name in (CAPTION_ENCODER, decoder, TOKENIZER, PREPROCESSOR, CAPTION_CONFIG):
        if not (folder / name).is_file():
            raise unusable(folder, f"{name} is missing")
    try:
        generation = Generation.from_configs(_read(folder / CAPTION_CONFIG), _read(folder / GENERATION))
        pixels = Pixels.from_config(_read(folder / PREPROCESSOR))
    # AttributeError is what we make of JSON that is no object.
    except (OSError, ValueError, TypeError, LookupError, OverflowError, AttributeError) as error:
        raise unusable(folder, f"{type(error).__name__}: {error}") from error
    return CaptionFiles(folder / CAPTION_ENCODER, folder / decoder, folder / TOKENIZER, pixels, generation)


def unusable(folder: Path, reason: str) -> CaptionerUnavailable:
    """Log what exactly is wrong; the exception says it without paths and library words."""
    logger.warning("The caption model in %s cannot be used: %s", folder, reason)
    return CaptionerUnavailable(
        f"The caption model {folder.name} cannot be used: its files are damaged or do not fit together. "
        f"See `manage.py models verify {folder.name}`."
    )


def _read(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file, {} where there is no such file."""
    return read_json(path.read_text(encoding="utf-8")) if path.is_file() else {}
