"""How a photo is understood: stages that can each be repeated at will, claimed so that no two workers do one twice.

A stage first does its slow work outside any transaction and answers with what to write. Then one transaction writes
all of it onto a fresh copy of the row, so that a person's words of meanwhile are seen and kept.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from django.db import OperationalError, transaction
from PIL import Image
from rest_framework.exceptions import APIException

from ai.encoders.base import BadVector, EncoderUnavailable, model_key
from ai.encoders.placeholder import told_the_name
from ai.ocr.base import ReaderUnavailable
from jobs.errors import traceback_of
from photos import asking, authorship, colouring, reading, storage, thumbnails
from photos.embeddings import put_vector
from photos.encoding import adopt, newest_encoder
from photos.errors import DiskFull, StorageMissing
from photos.filefacts import read_file
from photos.fingerprinting import take_fingerprint
from photos.models import Photo, Stage, VocabularyState
from photos.template_captions import describe
from photos.unreadable import DecoderFailed, DecoderUnavailable
from photos.work import Work

logger = logging.getLogger(__name__)

# What a stage waits for instead of failing: it is not the photo's fault, and it passes.
PASSING = (EncoderUnavailable, ReaderUnavailable, StorageMissing, DiskFull, DecoderUnavailable)
# What may be the photo's fault or not: it is tried anew, three times in all.
FLAKY = (DecoderFailed, OSError, MemoryError)

Write = Callable[[Photo], set[str]]  # sets what was found on the photo; returns the names of the changed fields
Result = tuple[Stage, Write | Exception]


def analyse(
    photo: Photo,
    now: datetime,
    stages: Collection[str] = Stage.QUICK,
    picture: Image.Image | None = None,
    token: uuid.UUID | None = None,
) -> Photo:
    """Run those of the stages that wait and that nobody else has claimed; return the photo as it is then.

    A token signs the claims, for a caller whose successor is to know what it left behind. Where the database is locked
    or full, what could not be written waits for another time.
    """
    work = Work(photo, now, picture)
    try:
        for batch in _claimed(photo.pk, stages, now, token):
            if _finish(photo, now, [(stage, _attempt(stage, work)) for stage in batch]):
                break
    except OperationalError as exc:
        logger.warning("photo %s: the analysis waits: %s", photo.pk, exc)
    return Photo.objects.for_listing().filter(pk=photo.pk).first() or photo


def repeat(photo: Photo, now: datetime, stages: Collection[str] = ()) -> Photo:
    """Run the named stages again, or without names those that failed, and whatever follows from them.

    Optional ones among them are asked for again, and done by a worker. Raises Photo.DoesNotExist.
    """
    wanted = set(stages) or set(photo.stages.filter(status=Stage.Status.FAILED).values_list("name", flat=True))
    for name in wanted.intersection(Stage.LATER):
        asking.ask_for(Stage.Name(name), [photo.pk])  # a photo may be older than this stage
    photo.request(with_followers(wanted))
    return analyse(photo, now)


def with_followers(stages: Collection[str]) -> set[str]:
    """Return these stages and the caption where it has to follow: it tells of the date and the tags."""
    follows = not {Stage.Name.METADATA, Stage.Name.EMBEDDING}.isdisjoint(stages)
    return {*stages, Stage.Name.CAPTION} if follows else set(stages)


def _claimed(
    photo_id: int, stages: Collection[str], now: datetime, token: uuid.UUID | None
) -> Iterable[Sequence[Stage]]:
    """Claim and yield what is to be done: all at once the first time, one by one where a worker was lost before.

    So a photo that kills its worker in one stage still gets through the others.
    """
    if Stage.objects.filter(photo_id=photo_id, name__in=stages, attempts__gt=0).claimable(now).exists():
        for name in (name for name in Stage.Name if name in stages):
            yield Stage.objects.claim(photo_id, [name], now, token)
    else:
        yield Stage.objects.claim(photo_id, stages, now, token)


def _attempt(stage: Stage, work: Work) -> Write | Exception:
    """Do the slow part of a stage; what goes wrong is the result, for it belongs on the photo."""
    try:
        with stage.timed():
            return _STEPS[Stage.Name(stage.name)](work)
    except (APIException, EncoderUnavailable, ReaderUnavailable, BadVector) as exc:
        return exc
    except Exception as exc:  # the one place where anything is caught: a photo must not take the worker with it
        logger.exception("photo %s: stage %s", work.photo.pk, stage.name)
        return exc


def _finish(worked_on: Photo, now: datetime, results: Sequence[Result]) -> bool:
    """Write what the stages found, or give them back where that cannot be done now; True when the rest has to wait."""
    try:
        return _write_all(worked_on, now, results)
    except OperationalError:
        with transaction.atomic():
            for stage, _ in results:
                stage.release()
        raise


def _write_all(worked_on: Photo, now: datetime, results: Sequence[Result]) -> bool:
    """Write what the stages found, or why not; True when something is away and the rest has to wait for it."""
    waiting = False
    with transaction.atomic():
        photo = Photo.objects.select_for_update().filter(pk=worked_on.pk).first()
        if photo is None:  # deleted meanwhile, and with it all that was there of its files
            thumbnails.remove(storage.media_root(), worked_on.original)
            return False
        changed: set[str] = set()
        for stage, result in results:
            waiting = waiting or isinstance(result, PASSING)
            if waiting:  # what follows tells of the tags, and so waits too
                stage.release()
            elif isinstance(result, FLAKY):
                stage.put_off(now, _reason(result), traceback_of(result))
            elif isinstance(result, Exception):
                stage.fail(now, _reason(result), traceback_of(result))
            elif (
                stage.name == Stage.Name.CAPTION
                and photo.stages.put_off_before().filter(name=Stage.Name.EMBEDDING).exists()
            ):
                stage.release()  # it tells of the tags
            elif stage.finish(now):
                changed |= result(photo)
        if changed:
            photo.save(update_fields={*changed, "updated_at"})
        photo.settle()
    return waiting


def _reason(exc: Exception) -> str:
    if isinstance(exc, APIException):
        return str(exc.detail)
    if isinstance(exc, BadVector):
        return f"The encoder gave no usable vector: {exc}"
    return f"{type(exc).__name__}: {exc}"


def _thumbnails(work: Work) -> Write:
    renditions = thumbnails.render(work.image)
    with storage.disk_errors_named():
        thumbnails.save(storage.mounted_root(), work.photo.original, renditions)
    return lambda _: set()


def _embedding(work: Work) -> Write:
    words = VocabularyState.now()
    encoder = told_the_name(newest_encoder(), work.photo.original_name)
    vectors = encoder.embed_images([work.image])
    tags, model = encoder.tag(vectors)[0], model_key(encoder)

    def write(photo: Photo) -> set[str]:
        adopt(encoder)
        photo.set_machine_tags(tags, model)
        if VocabularyState.now().current != words.current:
            VocabularyState.renew()  # a retagging of meanwhile has not seen this photo: let there be another
        put_vector(photo, vectors[0], model)
        return set()

    return write


def _caption(_: Work) -> Write:
    def write(photo: Photo) -> set[str]:
        changed = authorship.retract(photo)
        if "caption" in photo.edited or "caption" in photo.authors:
            return changed
        photo.caption = describe(photo)
        return {*changed, "caption"}

    return write


_STEPS: dict[Stage.Name, Callable[[Work], Write]] = {
    Stage.Name.METADATA: lambda work: read_file(work.photo, work.now),
    Stage.Name.THUMBNAILS: _thumbnails,
    Stage.Name.COLOURS: lambda work: colouring.look(work.small),
    Stage.Name.FINGERPRINT: lambda work: take_fingerprint(work.photo, work.image),
    Stage.Name.EMBEDDING: _embedding,
    Stage.Name.CAPTION: _caption,
    Stage.Name.TEXT: lambda work: reading.read(work.image, work.now),
}
