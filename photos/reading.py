"""Text in pictures: a stage of its own, which no upload waits for and no photo needs to be ready."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from PIL import Image

from ai.ocr.base import MAX_LINES, Line
from ai.ocr.loading import get_reader
from ai.plaintext import one_line
from photos.models import Photo, RecognisedText, Stage
from photos.models.recognised import Reading

ASKED_AT_ONCE = 500
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


def never_read(limit: int | None = None) -> list[int]:
    """Return the ids of photos whose text nobody has asked for yet.

    They were decoded once before: one that kills who opens it has been found out by then.
    """
    # In no order, so that indexes answer: the rows with their vectors would be hundreds of megabytes.
    seen = Stage.objects.filter(name=Stage.Name.THUMBNAILS, status=Stage.Status.DONE).values("photo_id")
    unasked = Photo.objects.filter(pk__in=seen).exclude(stages__name=Stage.Name.TEXT).order_by()
    return sorted(unasked.values_list("pk", flat=True)[:limit])


def ask_for(photo_ids: Collection[int]) -> None:
    """Ask for the text of these photos, once more where it was read before; those deleted meanwhile are no error."""
    ids = sorted(photo_ids)
    for start in range(0, len(ids), ASKED_AT_ONCE):
        with transaction.atomic():
            photos = Photo.objects.select_for_update().filter(pk__in=ids[start : start + ASKED_AT_ONCE])
            there = list(photos.values_list("pk", flat=True))
            stages = [Stage(photo_id=pk, name=Stage.Name.TEXT) for pk in there]
            Stage.objects.bulk_create(stages, ignore_conflicts=True)
            Stage.objects.filter(photo_id__in=there).request([Stage.Name.TEXT])


def _bounded(lines: Sequence[Line]) -> Iterator[Line]:
    room = LONGEST_TEXT
    for line in lines[:MAX_LINES]:
        text = one_line(line.text, min(LONGEST_LINE, room))
        if text:
            yield replace(line, text=text)
        room -= len(text) + 1
        if room <= 0:
            return
