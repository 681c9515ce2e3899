"""Text by RapidOCR with the models in its wheel: the extra `ocr`. Everything it imports is heavy, so it comes late."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ai.ocr.base import MAX_LINES, MAX_SIDE, MIN_CONFIDENCE, Box, Line, ReaderUnavailable, in_reading_order

CURE = "Install the extra that reads text in pictures: pip install -r requirements-ocr.txt"

_DETECTOR = "PP-OCRv6_det_small.onnx"
_RECOGNISER = "PP-OCRv6_rec_small.onnx"
_THINNEST = 12  # pixels: no line of text fits into less, and a strip would be enlarged beyond measure


def problem() -> str:
    """Return why RapidOCR cannot be used here, or ""; nothing is imported for it."""
    package = find_spec("rapidocr")
    if package is None or package.origin is None or find_spec("cv2") is None:
        return f"The package rapidocr is not installed. {CURE}"
    if not all(path.is_file() for path in _models(Path(package.origin).parent)):
        return f"This release of rapidocr comes without its models. {CURE}"
    return ""


def _models(package: Path) -> tuple[Path, Path]:
    return package / "models" / _DETECTOR, package / "models" / _RECOGNISER


class RapidReader:
    """PP-OCRv6 small: Chinese, English, Japanese and most languages in Latin letters. For one thread at a time.

    Raise ReaderUnavailable where the package or its models are not there.
    """

    name = "rapidocr PP-OCRv6 small"

    def __init__(self, threads: int) -> None:
        if reason := problem():
            raise ReaderUnavailable(reason)
        self._threads = threads

    def read(self, image: Image.Image) -> list[Line]:
        if min(image.size) < _THINNEST:
            return []
        pixels = np.asarray(_at_most(image, MAX_SIDE))
        # As OpenCV has them: blue first, and in one piece.
        found = self._engine(np.ascontiguousarray(pixels[..., ::-1]))
        if not found.txts:
            return []
        lines = zip(found.txts, found.scores, found.boxes, strict=True)
        height, width = pixels.shape[:2]
        return in_reading_order(
            Line(text, float(score), _fractions(corners, width, height)) for text, score, corners in lines
        )

    @cached_property
    def _engine(self) -> Any:
        import cv2
        import rapidocr

        cv2.setNumThreads(self._threads)
        return rapidocr.RapidOCR(params=self._parameters(*_models(Path(rapidocr.__file__).parent)))

    def _parameters(self, detector: Path, recogniser: Path) -> dict[str, Any]:
        """Name the models by path, for what is not named is downloaded; bound what one picture may cost."""
        threads = min(self._threads, os.cpu_count() or 1)
        return {
            "Global.log_level": "critical",
            "Global.text_score": MIN_CONFIDENCE,
            # It tells upside-down lines, which upright photos rarely have, and turns dense print upside down.
            "Global.use_cls": False,
            "Global.use_preprocess_img": False,
            "Det.model_path": str(detector),
            "Det.limit_type": "max",
            "Det.limit_side_len": MAX_SIDE,
            "Det.max_candidates": MAX_LINES,
            "Rec.model_path": str(recogniser),
            # Lines of one batch are padded to the longest of them: one by one takes less time and memory.
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }


def _at_most(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    scaled = image.copy()
    scaled.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return scaled


def _fractions(corners: Sequence[Sequence[float]], width: int, height: int) -> Box:
    one, two, three, four = (
        (min(max(float(x) / width, 0.0), 1.0), min(max(float(y) / height, 0.0), 1.0)) for x, y in corners
    )
    return one, two, three, four
