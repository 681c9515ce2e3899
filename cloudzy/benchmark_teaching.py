"""How long teaching a word takes in a large library: from an answer to the next photos to ask about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median
from time import perf_counter, process_time

from django.utils import timezone

from accounts.local import local_owner
from ai.encoders.base import model_key
from cloudzy.synthetic import add_photos
from photos import learning, teaching
from photos.encoding import current_encoder
from photos.models import Photo, VocabularyWord
from photos.suggestions import Order, suggestions

POSITIVES, NEGATIVES = 10, 20
SUGGESTED = 12
ROUNDS = 5


@dataclass(frozen=True)
class TeachingFigures:
    """Medians in seconds: keeping an answer, learning from it, scoring the library to choose what to ask next, and all
    of that, by the clock and of the processor alone.
    """

    photos: int
    answer_s: float
    learn_s: float
    suggest_s: float
    total_s: float
    total_cpu_s: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def measure_teaching(photos: int, progress: Callable[[str], None]) -> TeachingFigures:
    """Fill the library with synthetic photos and teach a word; to be called within temporary_library()."""
    encoder, owner = current_encoder(), local_owner()
    for done in add_photos(owner, photos, encoder.dimension, model_key(encoder)):
        progress(f"{done} of {photos} photos")
    library = Photo.objects.visible_to(owner).listed()
    pictures = list(library.order_by("pk")[: POSITIVES + NEGATIVES + ROUNDS])
    word = teaching.word_named("taught word")
    teaching.mark(word, pictures[:POSITIVES], True, timezone.now())
    teaching.mark(word, pictures[POSITIVES : POSITIVES + NEGATIVES], False, timezone.now())
    rounds = [_round(word, picture) for picture in pictures[POSITIVES + NEGATIVES :]]
    return TeachingFigures(photos, *(round(median(times), 3) for times in zip(*rounds, strict=True)))


def _round(word: VocabularyWord, picture: Photo) -> list[float]:
    """Answer once more and ask what is next; return the fields of TeachingFigures after the first."""
    cpu, moments = process_time(), [perf_counter()]
    teaching.mark(word, [picture], True, timezone.now())
    moments.append(perf_counter())
    learning.relearn(word, timezone.now())
    moments.append(perf_counter())
    suggestions(word, Photo.objects.visible_to(picture.owner).listed(), SUGGESTED, Order.UNSURE)
    moments.append(perf_counter())
    steps = [end - start for start, end in pairwise(moments)]
    return [*steps, moments[-1] - moments[0], process_time() - cpu]
