"""Measuring what the probabilities of tags are worth, on what people have said or on a labelled folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from ai.calibration import UNKNOWN, Measured, Truth, measure
from ai.encoders.base import Encoder, model_key
from ai.vocabulary import Correction, Vocabulary, logit
from photos import images
from photos.embeddings import count_vectors, every_vector, vectors_of
from photos.encoding import current_encoder
from photos.image_types import UnsupportedType
from photos.models import PhotoTag, TagCalibration
from photos.models.tag import normalise_tag

# So many words of people's, and so many of either kind, make a measure; with fewer only shares are looked at.
ENOUGH, ENOUGH_OF_EITHER = 100, 20
# More pictures tell little more and take memory.
MOST_PICTURES = 4000
# A word that is on a larger share of a library than this, and is no broader word, is said too easily.
LARGEST_SHARE = 0.3
LEAST_LIBRARY = 200
PICTURE_SIDE = 512
# What in a folder is no picture, or none that can be read, is passed over.
UNREADABLE = (UnsupportedType, images.BrokenImage, images.TooManyPixels, IsADirectoryError)


class NothingToMeasure(Exception):  # noqa: N818 - a state of the library, named as it is told
    """There is not enough to go by; the message says what is missing."""


@dataclass(frozen=True)
class Proposal:
    """A calibration to be kept or not. `measured` is None where only the shares of the library were looked at."""

    model: str
    basis: str
    temperature: float
    corrections: Mapping[str, Correction]
    measured: Measured | None = None


def on_folder(folder: Path) -> Proposal:
    """Measure on pictures in folders named by a word of the vocabulary; raise NothingToMeasure, EncoderUnavailable."""
    encoder, vocabulary = _in_use()
    truth = _truth_of_folder(folder, encoder, vocabulary)
    return _measured(encoder, vocabulary, truth, f"{len(truth.vectors)} pictures in {len(truth.words)} folders")


def on_library() -> Proposal:
    """Measure on what people said of photos, or where that is too little, on how often each word would be said.

    Raise NothingToMeasure, EncoderUnavailable.
    """
    encoder, vocabulary = _in_use()
    truth = _truth_of_people(model_key(encoder), vocabulary)
    known = truth.labels[truth.pairs]
    if len(known) >= ENOUGH and ENOUGH_OF_EITHER <= known.sum() <= len(known) - ENOUGH_OF_EITHER:
        return _measured(encoder, vocabulary, truth, f"{len(known)} words that people said or refused")
    return _by_shares(encoder, vocabulary)


def keep(proposal: Proposal, now: datetime) -> None:
    """Put it into effect: every process reads it at its next look, and the library is tagged anew."""
    TagCalibration.objects.create(
        model=proposal.model,
        temperature=proposal.temperature,
        corrections={word: list(astuple(correction)) for word, correction in proposal.corrections.items()},
        measured_at=now,
    )


def undo() -> bool:
    """Go back to the calibration before the last one, or to none; False where there is none to take back."""
    last = TagCalibration.objects.latest_of(model_key(_in_use()[0]))
    if last:
        last.delete()
    return last is not None


def _in_use() -> tuple[Encoder, Vocabulary]:
    encoder = current_encoder()
    if encoder.vocabulary is None:
        raise NothingToMeasure(f"{encoder.name} has no probabilities.")
    return encoder, encoder.vocabulary


def _measured(encoder: Encoder, vocabulary: Vocabulary, truth: Truth, basis: str) -> Proposal:
    try:
        measured = measure(vocabulary, truth)
    except ValueError as exc:
        raise NothingToMeasure(str(exc)) from exc
    return Proposal(model_key(encoder), basis, measured.temperature, measured.corrections, measured)


def _truth_of_folder(folder: Path, encoder: Encoder, vocabulary: Vocabulary) -> Truth:
    known = {word.word for word in vocabulary.words if word.probe is None}
    folders = {normalise_tag(path.name): path for path in sorted(folder.iterdir()) if path.is_dir()}
    words = tuple(name for name in folders if name in known)
    if not words:
        raise NothingToMeasure(f"No folder in {folder} has the name of a word that {encoder.name} knows.")
    labels, vectors = [], []
    for word in words:
        for picture in _pictures(folders[word], MOST_PICTURES // len(words)):
            vectors.append(encoder.embed_images([picture])[0])
            labels.append(_labels_in_folder(word, words, vocabulary))
    if not vectors:
        raise NothingToMeasure(f"There is no picture in {folder}.")
    return Truth(np.stack(vectors), words, np.array(labels, dtype=np.int8))


def _pictures(folder: Path, most: int) -> Iterator[Image.Image]:
    def usable() -> Iterator[Image.Image]:
        for path in sorted(folder.iterdir()):
            try:
                yield images.open_upright(path, PICTURE_SIDE)
            except UNREADABLE:
                continue

    return islice(usable(), most)


def _labels_in_folder(shown: str, words: Collection[str], vocabulary: Vocabulary) -> list[int]:
    """A picture in one folder shows its word and the broader ones, not those of the other folders; whether it shows a
    narrower one nobody said.
    """
    broader = vocabulary.broader
    return [
        1 if word == shown or word in broader[shown] else UNKNOWN if shown in broader[word] else 0 for word in words
    ]


def _truth_of_people(model: str, vocabulary: Vocabulary) -> Truth:
    """People's words and refusals; of a word that they said, the broader ones are true as well."""
    said: dict[int, dict[str, int]] = {}
    known = {word.word for word in vocabulary.words if word.probe is None}
    rows = PhotoTag.objects.by_people().filter(tag__name__in=known).order_by("-pk")
    for photo_id, word, rejected in rows.values_list("photo_id", "tag__name", "rejected"):
        if photo_id not in said and len(said) == MOST_PICTURES:
            continue
        labels = said.setdefault(photo_id, {})
        labels[word] = 0 if rejected else 1
        for broader in vocabulary.broader[word] & known if not rejected else ():
            labels.setdefault(broader, 1)
    ids, vectors = vectors_of(model, said)
    words = tuple(sorted({word for photo_id in ids.tolist() for word in said[photo_id]}))
    table = [[said[photo_id].get(word, UNKNOWN) for word in words] for photo_id in ids.tolist()]
    return Truth(vectors, words, np.array(table, dtype=np.int8).reshape(len(ids), len(words)))


def _by_shares(encoder: Encoder, vocabulary: Vocabulary) -> Proposal:
    """Raise NothingToMeasure for a library that is too small. Without a truth the temperature stays as it is."""
    model = model_key(encoder)
    vectors = _some_vectors(model)
    if len(vectors) < LEAST_LIBRARY:
        raise NothingToMeasure(
            f"People have said or refused fewer than {ENOUGH} words, and of {len(vectors)} photos nothing else can be "
            f"told: it takes {LEAST_LIBRARY}, or a folder of pictures with a folder for each word."
        )
    plain = replace(vocabulary, words=tuple(replace(word, correction=None) for word in vocabulary.words))
    above = {parent for word in vocabulary.words for parent in word.parents}
    corrections = {}
    for word, probabilities in zip(plain.words, plain.probabilities(vectors).T, strict=True):
        if word.threshold is None or word.probe is not None or word.word in above:
            continue
        if (probabilities >= word.threshold).mean() > LARGEST_SHARE:
            too_much = np.quantile(probabilities, 1 - LARGEST_SHARE)
            offset = logit(np.array([word.threshold]))[0] - logit(np.array([too_much]))[0]
            corrections[word.word] = Correction(offset=float(offset))
    return Proposal(model, f"the shares of {len(vectors)} photos", vocabulary.temperature, corrections)


def _some_vectors(model: str) -> np.ndarray:
    """Return vectors of photos from all over the library, about MOST_PICTURES at most."""
    step = max(1, count_vectors(model) // MOST_PICTURES)
    parts = [vectors[::step] for _, vectors in every_vector(model)]
    return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)
