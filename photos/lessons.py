"""A taught word as its pages show it to one person: what was learned, from which of their photos; and their answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from ai.encoders.base import EncoderUnavailable, model_key
from photos import learning, teaching
from photos.encoding import current_encoder
from photos.models import LearnedProbe, Photo, TeachingExample, VocabularyWord
from photos.tasks import queue_photos

if TYPE_CHECKING:
    from accounts.models import User


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNDO = "undo"


@dataclass(frozen=True)
class Examples:
    """How many of a person's photos show a word, or do not, and the newest of them."""

    count: int
    newest: list[Photo]


@dataclass(frozen=True)
class Lesson:
    word: VocabularyWord
    probe: LearnedProbe | None
    positives: Examples
    negatives: Examples


def lessons(words: QuerySet[VocabularyWord], user: User, newest: int) -> list[Lesson]:
    """Return what there is to see of these words, in their order, in a constant number of queries."""
    rows = list(words)
    probes = _probes(rows)
    own = TeachingExample.objects.of_owner(user).filter(word__in=rows)
    examples = _examples(own, newest)
    return [Lesson(row, probes.get(row.pk), examples[row.pk, True], examples[row.pk, False]) for row in rows]


def say(word: VocabularyWord, answer: Answer, numbers: Collection[int], user: User, now: datetime) -> list[int]:
    """Take a person's answer about photos of theirs and learn from it; return the numbers of the photos it is about.

    Where there is no encoder just now, the workers learn it later. Raises TooManyTags.
    """
    photos = Photo.objects.visible_to(user).filter(pk__in=numbers)
    if answer is Answer.UNDO:
        said = teaching.unmark(word, photos)
    else:
        said = teaching.mark(word, photos, answer is Answer.YES, now)
    queue_photos(said)
    with suppress(EncoderUnavailable, VocabularyWord.DoesNotExist):  # gone with the last that was said of it
        learning.relearn(word, now)
    return said


def _probes(words: Sequence[VocabularyWord]) -> dict[int, LearnedProbe]:
    try:
        model = model_key(current_encoder())
    except EncoderUnavailable:
        return {}
    return {probe.word_id: probe for probe in LearnedProbe.objects.filter(model=model, word__in=words)}


def _examples(own: QuerySet[TeachingExample], newest: int) -> dict[tuple[int, bool], Examples]:
    counts = own.order_by().values_list("word_id", "positive").annotate(count=Count("pk"))
    place = Window(RowNumber(), partition_by=["word_id", "positive"], order_by=[F("marked_at").desc(), F("pk").desc()])
    shown = own.annotate(place=place).filter(place__lte=newest).order_by("place")
    numbers = list(shown.values_list("word_id", "positive", "photo_id"))
    photos = Photo.objects.in_bulk([number for _, _, number in numbers])
    by_kind: defaultdict[tuple[int, bool], list[Photo]] = defaultdict(list)
    for word, positive, number in numbers:
        if number in photos:  # else it was deleted just now
            by_kind[word, positive].append(photos[number])
    found = {(word, positive): Examples(count, by_kind[word, positive]) for word, positive, count in counts}
    return defaultdict(lambda: Examples(0, []), found)
