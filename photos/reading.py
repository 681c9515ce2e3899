"""Text in pictures: a stage of its own, which no upload waits for and no photo needs to be ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from PIL import Image

from ai.ocr.base import MAX_LINES, Line
from ai.ocr.loading import get_reader
from ai.plaintext import one_line
from photos.models import Photo, RecognisedText
from photos.models.recognised import Reading

LONGEST_LINE = 1_000
LONGEST_TEXT = 20_000  # characters of all lines together


def read(image: Image.Image, now: datetime) -> Callable[[Photo], set[str]]:
    """Read the text in an upright sRGB image; return what writes it for its photo. Raises ReaderUnavailable."""
    reader = get_reader()
    found = Reading(list(_bounded(reader.read(image))), reader.name)

    def write(photo: Photo) -> set[str]:
        RecognisedText.objects.put(photo, found, now)
        return set()

    return write


def _bounded(lines: Sequence[Line]) -> Iterator[Line]:
    room = LONGEST_TEXT
    for line in lines[:MAX_LINES]:
        text = one_line(line.text, min(LONGEST_LINE, room))
        if text:
            yield replace(line, text=text)
        room -= len(text) + 1
        if room <= 0:
            return
