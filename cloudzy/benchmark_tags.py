"""How long a changed vocabulary takes to reach every photo, measured on a synthetic library."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import perf_counter, process_time

from django.utils import timezone

from accounts.local import local_owner
from ai.encoders.base import EncoderUnavailable, model_key
from ai.memory import peak_mb
from cloudzy.synthetic import add_photos
from photos import retagging
from photos.encoding import current_encoder
from photos.models import VocabularyWord


@dataclass(frozen=True)
class Round:
    """One change of the vocabulary: how long until all photos had its tags, and how many rows of tags that wrote.

    `processor_seconds` is what it took of the processor, which other work on the machine does not stretch.
    """

    change: str
    photos: int
    words: int
    seconds: float
    processor_seconds: float
    changed_photos: int
    written_rows: int
    peak_memory_mb: int

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def measure(photos: int, words: int, progress: Callable[[str], None]) -> list[Round]:
    """Fill the library and retag it after several changes; to be called within benchmark.temporary_library().

    `words` is how many the vocabulary is to have at least. Raise EncoderUnavailable.
    """
    encoder = current_encoder()
    if encoder.vocabulary is None:
        raise EncoderUnavailable(f"{encoder.name} has no vocabulary: there is nothing to measure.")
    for done in add_photos(local_owner(), photos, encoder.dimension, model_key(encoder), encoder.vocabulary.leaves):
        progress(f"{done} of {photos} photos")
    _add_words(words - len(encoder.vocabulary.words))
    changes: dict[str, Callable[[], object]] = {
        "every photo tagged for the first time": lambda: None,
        "nothing": lambda: None,
        "a word added": lambda: _add("a word added", ["dog", "cat"]),
        "a word changed": lambda: VocabularyWord.objects.get(word="animal").edit({"threshold": 0.6}),
        "a word switched off": lambda: VocabularyWord.objects.filter(word="animal").switch(False),
    }
    return [_round(name, change) for name, change in changes.items()]


def _round(name: str, change: Callable[[], object]) -> Round:
    change()
    start, busy_before = perf_counter(), process_time()
    done = retagging.retag(timezone.now())
    seconds, busy = round(perf_counter() - start, 2), round(process_time() - busy_before, 2)
    vocabulary = current_encoder().vocabulary
    words = len(vocabulary.words) if vocabulary else 0
    return Round(name, done.photos, words, seconds, busy, done.changed, done.rows, round(peak_mb()))


def _add_words(count: int) -> None:
    """Add words of the curator's, each of what two taught words have in common, under the first of them."""
    known = list(VocabularyWord.objects.filter(shipped=True).order_by("pk").values_list("word", flat=True))
    pairs = itertools.islice(itertools.combinations(known, 2), max(0, count))
    rows = [
        VocabularyWord(word=f"{first} with {second}"[:64], prompts=[f"{first} {second}"], threshold=0.3)
        for first, second in pairs
    ]
    VocabularyWord.objects.bulk_create(rows, ignore_conflicts=True)


def _add(word: str, prompts: list[str]) -> None:
    VocabularyWord.objects.create(word=word, prompts=prompts, threshold=0.3)
