"""What the machine saw in a photo, put together for the page on which a person corrects it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ai.encoders.base import EncoderUnavailable
from photos.models import Photo, PhotoTag, Stage
from photos.opinion import Opinion, opinion_on
from photos.standing import Standing


@dataclass(frozen=True)
class SeenWord:
    """A word on a photo; `probability` is a machine's and None where none is known, `model` the machine that said it.

    `otherwise` is how the word would stand if a person took back what they said of it.
    """

    name: str
    standing: Standing
    probability: float | None = None
    model: str = ""
    otherwise: Standing = Standing.OPEN


@dataclass(frozen=True)
class Understanding:
    tags: Sequence[SeenWord]
    proposals: Sequence[SeenWord]
    rejected: Sequence[SeenWord]
    stages: Sequence[Stage]
    caption_is_a_person_s: bool
    problem: str  # why there is no opinion of the encoder, or ""

    @property
    def at_work(self) -> bool:
        return any(stage.status in (Stage.Status.QUEUED, Stage.Status.RUNNING) for stage in self.stages)


def understanding_of(photo: Photo) -> Understanding:
    """Return what is known and thought of the photo now; nothing is written, and no file opened."""
    rows = list(photo.photo_tags.select_related("tag").order_by("-score", "pk"))
    try:
        opinion, problem = opinion_on(photo.pk), ""
    except EncoderUnavailable as exc:
        opinion, problem = Opinion(""), str(exc)
    settled = {row.tag.name for row in rows}
    order = list(Stage.Name)
    return Understanding(
        tags=[_accepted(row, opinion) for row in rows if not row.rejected],
        proposals=[_proposed(word, opinion) for word in opinion.proposals(settled)],
        rejected=[_rejected(row, opinion) for row in rows if row.rejected],
        stages=sorted(photo.stages.all(), key=lambda stage: order.index(Stage.Name(stage.name))),
        caption_is_a_person_s="caption" in photo.edited,
        problem=problem,
    )


def _accepted(row: PhotoTag, opinion: Opinion) -> SeenWord:
    word = row.tag.name
    if row.source == PhotoTag.Source.MACHINE:
        return SeenWord(word, Standing.MACHINE, row.probability, row.model)
    otherwise = Standing.MACHINE if opinion.would_tag(word) else Standing.OPEN
    return SeenWord(word, Standing(row.source), opinion.probabilities.get(word), opinion.model, otherwise)


def _proposed(word: str, opinion: Opinion) -> SeenWord:
    return SeenWord(word, Standing.OPEN, opinion.probabilities[word], opinion.model)


def _rejected(row: PhotoTag, opinion: Opinion) -> SeenWord:
    """It comes back as what it was: what was a proposal only, as that."""
    word, otherwise = row.tag.name, Standing(row.source)
    if otherwise is Standing.MACHINE and row.score < opinion.thresholds.get(word, 0.0):
        otherwise = Standing.OPEN
    probability = opinion.probabilities.get(word) if row.probability is None else row.probability
    return SeenWord(word, Standing.REJECTED, probability, row.model, otherwise)
