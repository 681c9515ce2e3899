"""What CLIP and SigLIP do to a picture and a text, written down once more in the plainest way, in numpy and Pillow."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image
from tokenizers import Tokenizer

from ai.tests.clip_models import CLIP, MASKED, Built, byte_letters, clip_merges

FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:_|[^\s\w])+")


def image_vector(built: Built, image: Image.Image, preprocess: Mapping[str, Any] | None = None) -> np.ndarray:
    config = preprocess or built.style.preprocess_cfg()
    side = config["size"][0]
    picture = resize(image, side, config)
    pixels = np.asarray(picture, dtype=np.float64) / 255
    pixels = (pixels - np.array(config["mean"])) / np.array(config["std"])
    return unit(visual(built, pixels))


def resize(image: Image.Image, side: int, config: Mapping[str, Any]) -> Image.Image:
    resample = FILTERS[config["interpolation"]]
    width, height = image.size
    if config["resize_mode"] == "squash":
        return image.resize((side, side), resample)
    if width <= height:
        scaled = image.resize((side, int(side * height / width)), resample)
    else:
        scaled = image.resize((int(side * width / height), side), resample)
    left, upper = round((scaled.width - side) / 2), round((scaled.height - side) / 2)
    return scaled.crop((left, upper, left + side, upper + side))


def visual(built: Built, pixels: np.ndarray) -> np.ndarray:
    """Pixels are (height, width, 3), normalised."""
    weights, patch = built.weights, built.style.patch
    rows = []
    for top in range(0, pixels.shape[0], patch):
        for left in range(0, pixels.shape[1], patch):
            square = pixels[top : top + patch, left : left + patch].transpose(2, 0, 1)
            rows.append([(kernel * square).sum() for kernel in weights["patch"].astype(np.float64)])
    tokens = transformer(built, "visual", np.array(rows) + weights["visual.position"])
    return np.asarray(tokens.mean(axis=0) @ weights["visual.out"])


def transformer(built: Built, part: str, rows: np.ndarray) -> np.ndarray:
    weights = built.weights
    for layer in range(built.style.layers):
        query, key, value = (rows @ weights[f"{part}.{layer}.{name}"] for name in ("q", "k", "v"))
        scores = np.exp(query @ key.T / np.sqrt(built.style.width))
        rows = rows + scores / scores.sum(axis=1, keepdims=True) @ value
        rows = rows + np.tanh(rows @ weights[f"{part}.{layer}.up"]) @ weights[f"{part}.{layer}.down"]
    return rows


def text_vector(built: Built, text: str) -> np.ndarray:
    """By the tokenizer.json of the model."""
    folder, style = built.folder / "textual", built.style
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    cleaned = " ".join(text.split())
    if style.text_cfg().get("tokenizer_kwargs"):
        cleaned = cleaned.replace("_", " ")
        cleaned = "".join(letter for letter in cleaned if letter not in string.punctuation).lower()
        cleaned = " ".join(cleaned.split())
    ids = tokenizer.encode(cleaned).ids
    if len(ids) > style.context:
        ids = [*ids[: style.context - 1], ids[-1]]
    pad = tokenizer.token_to_id(json.loads((folder / "tokenizer_config.json").read_text())["pad_token"])
    return unit(textual(built, ids, pad))


def textual(built: Built, ids: list[int], pad: int | None) -> np.ndarray:
    assert pad is not None
    full = ids + [pad] * (built.style.context - len(ids))
    rows = transformer(built, "textual", built.weights["words"][full] + built.weights["textual.position"])
    pooled: dict[str, Callable[[], np.ndarray]] = {
        CLIP: lambda: rows[int(np.argmax(full))],
        MASKED: lambda: rows[: len(ids)].mean(axis=0),
    }
    return np.asarray(pooled.get(built.style.kind, lambda: rows[-1])() @ built.weights["textual.out"])


def merged_text_vector(built: Built, text: str) -> np.ndarray:
    """By the list of merges, as OpenAI's own tokenizer goes about it."""
    letters, merges = byte_letters(), clip_merges()
    names = [*letters, *(f"{letter}</w>" for letter in letters), *map("".join, merges), "start", "end"]
    numbers = {name: at for at, name in enumerate(names)}
    byte_of = dict(zip([*range(33, 127), *range(161, 173), *range(174, 256)], letters, strict=False))
    others = [byte for byte in range(256) if byte not in byte_of]
    byte_of |= dict(zip(others, letters[len(byte_of) :], strict=True))
    ids = [numbers["start"]]
    for word in WORDS.findall(" ".join(text.split()).lower()):
        parts = [byte_of[byte] for byte in word.encode()]
        parts[-1] += "</w>"
        ids += [numbers[part] for part in merged(parts, merges)]
    ids = [*ids[: built.style.context - 1], numbers["end"]]
    return unit(textual(built, ids, pad=0))


def merged(parts: list[str], merges: list[tuple[str, str]]) -> list[str]:
    while pairs := set(pairwise(parts)) & set(merges):
        first, second = min(pairs, key=merges.index)
        joined: list[str] = []
        while parts:
            take = 2 if parts[:2] == [first, second] else 1
            joined.append("".join(parts[:take]))
            parts = parts[take:]
        parts = joined
    return parts


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
