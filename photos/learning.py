"""What the model in use learns of a taught word from its examples."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from ai import probes
from ai.encoders.base import Encoder, model_key
from photos.embeddings import vectors_of
from photos.encoding import current_encoder
from photos.models import LearnedProbe, Photo, PhotoTag, VocabularyState, VocabularyWord
from photos.models.queryset import PhotoQuerySet
from photos.teaching import taught

# So many photos that nobody marked stand for all the others.
OTHERS = 256
# Of more examples than this, of one kind, the newest are learned from.
MOST_EXAMPLES = 2000


@dataclass(frozen=True)
class _Said:
    """Everything that was said of a word and that a model can use: numbers, each with Yes or No."""

    photos: tuple[tuple[int, bool], ...]
    outside: tuple[tuple[int, bool], ...]

    @property
    def answers(self) -> list[bool]:
        return [positive for _, positive in (*self.photos, *self.outside)]


def relearn(word: VocabularyWord, now: datetime, encoder: Encoder | None = None) -> LearnedProbe | None:
    """Learn the word for a model, by default the one in use, from all that was said of it; None where it cannot be.

    Raises EncoderUnavailable, or DoesNotExist where the word was forgotten meanwhile.
    """
    encoder = encoder or current_encoder()
    model = model_key(encoder)
    while True:
        said = _said(word, model)
        fitted = _fitted(word, said, encoder)
        with transaction.atomic():
            VocabularyWord.objects.select_for_update().get(pk=word.pk)
            if _said(word, model) == said:  # else somebody has said more, which must not be lost to an older probe
                return _kept(word, model, said, fitted, now)


def catch_up(encoder: Encoder, now: datetime) -> None:
    """Learn for this model what was said of words since it learned them; all of them for a model that is new."""
    for word in out_of_date(model_key(encoder)):
        with suppress(VocabularyWord.DoesNotExist):  # forgotten meanwhile
            relearn(word, now, encoder)


def out_of_date(model: str) -> list[VocabularyWord]:
    """Return the taught words of which something was said since this model learned them, or that it never did."""
    kept = {probe.word_id: probe for probe in LearnedProbe.objects.filter(model=model).defer("weights")}
    return [word for word in taught() if not _is_current(word, kept.get(word.pk), model)]


def learned(word: VocabularyWord) -> LearnedProbe | None:
    """Return what the model in use has learned of the word; raises EncoderUnavailable."""
    return word.probes.filter(model=model_key(current_encoder())).first()


def _said(word: VocabularyWord, model: str) -> _Said:
    listed = word.examples.filter(photo__trashed_at=None, photo__archived=False)
    # What was said of the photo elsewhere, and later, is not learned against.
    tags = PhotoTag.objects.filter(photo=OuterRef("photo"), tag__name=word.word)
    listed = listed.exclude(Q(positive=True) & Exists(tags.filter(rejected=True)))
    listed = listed.exclude(Q(positive=False) & Exists(tags.filter(rejected=False, source=PhotoTag.Source.HUMAN)))
    photos = listed.order_by("marked_at", "pk").values_list("photo_id", "positive")
    outside = word.outside_examples.filter(model=model).order_by("pk").values_list("pk", "positive")
    return _Said(tuple(photos), tuple(outside))


def _fitted(word: VocabularyWord, said: _Said, encoder: Encoder) -> probes.Fitted | None:
    """Fit a probe; the text of the word counts for what the encoder itself makes of it, not for what was learned."""
    model = model_key(encoder)
    examples = probes.Examples(
        positives=_example_vectors(word, said, True, model),
        negatives=_example_vectors(word, said, False, model),
        others=_others(word, {pk for pk, _ in said.photos}, model),
        prior=encoder.with_vocabulary(None).embed_texts([word.word])[0],
    )
    try:
        return probes.fit(examples)
    except probes.CannotLearn:
        return None


def _is_current(word: VocabularyWord, probe: LearnedProbe | None, model: str) -> bool:
    answers = _said(word, model).answers
    if probe is None:
        return True not in answers  # and so there is nothing to learn
    counted = (probe.positives, probe.negatives) == (answers.count(True), answers.count(False))
    return counted and not word.examples.filter(marked_at__gt=probe.trained_at).exists()


def _kept(
    word: VocabularyWord, model: str, said: _Said, fitted: probes.Fitted | None, now: datetime
) -> LearnedProbe | None:
    if fitted is None:
        if word.probes.filter(model=model).delete()[0]:
            VocabularyState.renew()
        return None
    VocabularyState.renew()
    facts = {
        "weights": fitted.probe.weights,
        "bias": fitted.probe.bias,
        "precision": fitted.precision,
        "recall": fitted.recall,
        "positives": said.answers.count(True),
        "negatives": said.answers.count(False),
        "trained_at": now,
    }
    return LearnedProbe.objects.update_or_create(word=word, model=model, defaults=facts)[0]


def _example_vectors(word: VocabularyWord, said: _Said, positive: bool, model: str) -> np.ndarray:
    """Return (n, d), or (0, 0) where there is none."""
    photos = [pk for pk, answer in said.photos if answer is positive][-MOST_EXAMPLES:]
    outside = [pk for pk, answer in said.outside if answer is positive][-MOST_EXAMPLES:]
    kept = list(word.outside_examples.filter(pk__in=outside).order_by("pk").values_list("vector", flat=True))
    parts = [part for part in (vectors_of(model, photos)[1], *([np.stack(kept)] if kept else [])) if len(part)]
    return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)


def _others(word: VocabularyWord, marked: Collection[int], model: str) -> np.ndarray:
    """Return the vectors (n, d) of OTHERS photos that nobody marked, as far as can be the same ones each time."""
    ids = np.setdiff1d(numbers_of(Photo.objects.filter(trashed_at=None, archived=False)), list(marked))
    # Knuth's multiplicative hash: who comes first does not depend on how many there are.
    turn = (ids + word.pk) * 2654435761 % 2**32
    return vectors_of(model, ids[np.argsort(turn, kind="stable")[:OTHERS]].tolist())[1]


def numbers_of(photos: PhotoQuerySet) -> np.ndarray:
    """Return the ids (n,) int64 of these photos, in no order."""
    return np.fromiter(photos.order_by().values_list("pk", flat=True), dtype=np.int64)
