"""The library's machine tags made anew from stored vectors, when the words have changed. No file is opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from ai.encoders.base import model_key
from ai.vocabulary import TagScore, Vocabulary
from photos.embeddings import count_vectors, every_vector
from photos.encoding import current_encoder
from photos.models import Photo, PhotoTag, Tag, VocabularyState
from photos.models.tag import CAPTIONER
from photos.template_captions import template_caption

PHOTOS_AT_ONCE = 2048
ROWS_AT_ONCE = 1000

# A probability that moves by less is the same: nobody sees it, and every word moves all others a little.
SAME_SCORE = 0.005

# What is read of a photo whose tags change.
_READ = ("edited", "authors", "caption", "taken_at", "taken_at_source")

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Retagged:
    """How many photos were looked at, on how many tags have changed, and how many rows of tags that wrote."""

    photos: int
    changed: int
    rows: int


def is_needed() -> bool:
    """Tell whether the library is tagged under other words than there are now."""
    return not VocabularyState.now().is_applied


def retag(now: datetime, tell: Tell = lambda *_: None) -> Retagged:
    """Bring the machine's tags of all photos in line with the words there are now, and say so where that is done.

    A person's words, the file's, and every rejection stay. `tell` hears how many photos of how many are done. Who is
    killed in the midst of it has left every photo as it was or as it is to be; the next pass finds what is left. Raise
    EncoderUnavailable.
    """
    state = VocabularyState.now()
    encoder = current_encoder()
    done = changed = rows = 0
    if encoder.vocabulary is not None:  # else its tags come from file names
        retagging = _Pass(encoder.vocabulary, model_key(encoder), now)
        total = count_vectors(retagging.model)
        for ids, vectors in every_vector(retagging.model, PHOTOS_AT_ONCE):
            wanted = dict(zip(ids.tolist(), encoder.vocabulary.tag(vectors), strict=True))
            for batch in _batches(retagging.differences(wanted)):
                written = retagging.write({photo_id: wanted[photo_id] for photo_id in batch})
                changed, rows = changed + written.changed, rows + written.rows
            done += len(ids)
            tell(done, max(total, done))
    VocabularyState.applied_now(state.current)
    return Retagged(done, changed, rows)


class _Row(NamedTuple):
    pk: int
    tag_id: int
    score: float
    model: str
    is_encoders: bool  # and not refused


@dataclass(frozen=True)
class _Difference:
    """What is to be written for one photo: rows to delete, and tags with their new probability."""

    gone: list[int]
    said: dict[int, float]

    def __len__(self) -> int:
        return len(self.gone) + len(self.said)


@dataclass
class _Pass:
    vocabulary: Vocabulary
    model: str
    now: datetime
    tag_ids: dict[str, int] = field(default_factory=dict)

    def differences(self, wanted: Mapping[int, Sequence[TagScore]]) -> dict[int, _Difference]:
        """Return by photo what would have to be written for these tags to be the machine's; nothing where they are."""
        self._make_tags({score.word for scores in wanted.values() for score in scores})
        found = {}
        for photo_id, rows in _rows_of(wanted).items():
            said = {self.tag_ids[score.word]: score.probability for score in wanted[photo_id]}
            if difference := self._difference(rows, said):
                found[photo_id] = difference
        return found

    def write(self, wanted: Mapping[int, Sequence[TagScore]]) -> Retagged:
        """Write the tags of these photos in one transaction, as far as they still differ, and captions made of them.

        What a person has done since is seen: their photo is held until the end.
        """
        with transaction.atomic():
            held = Photo.objects.select_for_update().filter(pk__in=wanted).only(*_READ)
            photos = {photo.pk: photo for photo in held if "tags" not in photo.edited}
            differences = self.differences({pk: scores for pk, scores in wanted.items() if pk in photos})
            PhotoTag.objects.filter(pk__in=[pk for each in differences.values() for pk in each.gone]).delete()
            PhotoTag.objects.put_machine_scores({pk: each.said for pk, each in differences.items()}, self.model)
            self._touch([photos[pk] for pk in differences])
        return Retagged(len(wanted), len(differences), sum(map(len, differences.values())))

    def _difference(self, rows: Iterable[_Row], said: Mapping[int, float]) -> _Difference:
        machines = {row.tag_id: row for row in rows if row.is_encoders}
        decided = {row.tag_id for row in rows if not row.is_encoders}
        gone = [row.pk for tag_id, row in machines.items() if tag_id not in said]
        new = {tag_id: score for tag_id, score in said.items() if tag_id not in decided}
        return _Difference(
            gone, {tag_id: new[tag_id] for tag_id in new if self._differs(machines.get(tag_id), new[tag_id])}
        )

    def _differs(self, row: _Row | None, score: float) -> bool:
        return row is None or row.model != self.model or abs(row.score - score) > SAME_SCORE

    def _make_tags(self, words: Collection[str]) -> None:
        if unknown := [word for word in words if word not in self.tag_ids]:
            self.tag_ids |= {name: tag.pk for name, tag in Tag.objects.named(unknown).items()}

    def _touch(self, photos: Sequence[Photo]) -> None:
        """Let captions that the template made follow the tags they tell of."""
        shown = _shown_on([photo.pk for photo in photos])
        captions = {
            photo.pk: photo.caption
            if "caption" in photo.edited or "caption" in photo.authors
            else template_caption(photo, *shown[photo.pk], self.vocabulary)
            for photo in photos
        }
        Photo.objects.put_captions(captions, self.now)


def _shown_on(photo_ids: Sequence[int]) -> dict[int, tuple[list[TagScore], set[str]]]:
    """Return by photo the tags that show, as Photo.shown_tags has them, and which of them no encoder said."""
    shown: dict[int, tuple[list[TagScore], set[str]]] = {photo_id: ([], set()) for photo_id in photo_ids}
    rows = PhotoTag.objects.filter(photo_id__in=photo_ids).accepted().exclude(model__startswith=CAPTIONER)
    for photo_id, name, score, source in rows.values_list("photo_id", "tag__name", "score", "source"):
        tags, others = shown[photo_id]
        tags.append(TagScore(name, score))
        if source != PhotoTag.Source.MACHINE:
            others.add(name)
    return shown


def _rows_of(photo_ids: Collection[int]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = {photo_id: [] for photo_id in photo_ids}
    columns = ("photo_id", "pk", "tag_id", "score", "model", "source", "rejected")
    rows = PhotoTag.objects.filter(photo_id__in=list(photo_ids)).order_by().values_list(*columns)
    for photo_id, pk, tag_id, score, model, source, rejected in rows.iterator(chunk_size=PHOTOS_AT_ONCE):
        is_encoders = source == PhotoTag.Source.MACHINE and not rejected and not model.startswith(CAPTIONER)
        found[photo_id].append(_Row(pk, tag_id, score, model, is_encoders))
    return found


def _batches(differences: Mapping[int, _Difference]) -> Iterator[list[int]]:
    """Yield photos whose changes, and themselves, make at most ROWS_AT_ONCE rows together."""
    batch: list[int] = []
    rows = 0
    for photo_id, difference in differences.items():
        size = len(difference) + 1
        if rows + size > ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
        batch.append(photo_id)
        rows += size
    if batch:
        yield batch
