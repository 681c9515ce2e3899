"""What workers do with photos. What is to be done is told by the photos: to lose the whole queue loses nothing."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from django_tasks import TaskContext, TaskResult, TaskResultStatus, task
from django_tasks.base import Task
from django_tasks.signals import task_finished

from ai.captioners.base import CaptionerUnavailable
from ai.captioners.loading import get_captioner, takes_its_time
from ai.encoders.base import EncoderUnavailable
from ai.ocr.base import ReaderUnavailable
from ai.ocr.loading import get_reader
from jobs.attempts import claims_of
from jobs.duties import duty
from jobs.models import Run
from jobs.progress import Progress, Reporter
from photos import captioning, generations, learning, missing, pipeline, reading, retagging
from photos.encoding import current_encoder
from photos.migrating import MigrationSlice
from photos.models import ModelMigration, Photo, Stage
from photos.models.stage import LEASE

QUEUED_AT_ONCE = 500
# What is younger is as a rule at work in the web process that took it in.
YOUNG = timedelta(minutes=1)
# Between two slices of a migration, so that jobs of less important queues get their turn.
BREATH = timedelta(seconds=1)
# Descriptions that wait as jobs: enough to keep workers busy, little to throw away while the captioner is away.
DESCRIPTIONS_AT_ONCE = 50

logger = logging.getLogger(__name__)


@task(queue_name="ingest", takes_context=True)
def analyse_photo(context: TaskContext, photo_id: int) -> None:
    """Do what this photo lacks; nothing for one that is complete or gone."""
    _analyse(context, photo_id, Stage.ORDER)


@task(queue_name="caption", takes_context=True)
def read_text(context: TaskContext, photo_id: int) -> None:
    """Read the text in this photo where it was asked for and not read yet."""
    _analyse(context, photo_id, [Stage.Name.TEXT])


def _analyse(context: TaskContext, photo_id: int, stages: Collection[str]) -> None:
    now = timezone.now()
    *earlier, token = claims_of(context.task_result)
    missing.take_back(photo_id, earlier, now)
    photo = Photo.objects.defer("embedding").filter(pk=photo_id).first()
    if photo is not None:
        pipeline.analyse(photo, now, stages, token=token)


@task(queue_name="caption", takes_context=True, time_limit=LEASE, pause=timedelta(seconds=30))
def describe_photo(context: TaskContext, photo_id: int) -> None:
    """Let the captioner describe this photo; nothing for one that is described or gone, or while no captioner can.

    What waits so is queued again by `queue_undescribed`.
    """
    now = timezone.now()
    *earlier, token = claims_of(context.task_result)
    missing.take_back(photo_id, earlier, now)
    photo = Photo.objects.defer("embedding").filter(pk=photo_id).first()
    if photo is None or not takes_its_time():
        return
    try:
        captioning.describe_photo(photo, now, token)
    except CaptionerUnavailable as exc:
        logger.info("photo %s waits for its description: %s", photo_id, exc)


def queue_photos(ids: Sequence[int], queue_name: str = "ingest", stages: Collection[str] = ()) -> int:
    """Have workers do what these photos lack, and the named stages once more; return how many jobs that makes."""
    queued = 0
    for start in range(0, len(ids), QUEUED_AT_ONCE):
        chunk = ids[start : start + QUEUED_AT_ONCE]
        with transaction.atomic():
            if stages:
                Stage.objects.filter(photo_id__in=chunk).request(pipeline.with_followers(stages))
            queued += _enqueue(analyse_photo.using(queue_name=queue_name), chunk)
    return queued


def queue_reading(ids: Sequence[int]) -> int:
    """Have workers read the text in these photos, where it was asked for; return how many jobs that makes."""
    return _enqueue_all(read_text, ids)


def read_again(ids: Sequence[int]) -> int:
    """Have workers read the text in these photos, once more where it was read before; return how many jobs that is."""
    reading.ask_for(ids)
    return queue_reading(ids)


def _enqueue_all(task: Task[[int], None], ids: Sequence[int]) -> int:
    return sum(_enqueue(task, ids[start : start + QUEUED_AT_ONCE]) for start in range(0, len(ids), QUEUED_AT_ONCE))


def _enqueue(task: Task[[int], None], ids: Sequence[int]) -> int:
    """Queue a job for each of the ids for which none waits or runs."""
    with transaction.atomic():
        for pk in (idle := Run.objects.without(task, ids)):
            task.enqueue(pk)
    return len(idle)


@duty(every=timedelta(minutes=1))
def queue_left_behind(now: datetime) -> None:
    """Queue photos whose worker was lost, that waited for an encoder which is there now, or lack the vector of ours."""
    missing.give_up_lost(now)
    queue_photos(missing.unfinished(now, missing.possible_stages(), added_before=now - YOUNG))
    queue_photos(missing.overtaken(), "embed", [Stage.Name.EMBEDDING])


@task(queue_name="embed", takes_context=True, time_limit=timedelta(minutes=15))
def migrate_library(context: TaskContext, migration_id: int) -> None:
    """Do a slice of a migration and queue the next one; nothing where it is over or somebody else is at it."""
    *earlier, token = claims_of(context.task_result)
    migration = ModelMigration.objects.take(migration_id, token, earlier, timezone.now())
    if migration is None:
        return
    reporter = Reporter(context)

    def tell(now_at: ModelMigration) -> None:
        reporter.tell(Progress(now_at.done, now_at.total, str(now_at)), timezone.now())

    try:
        more = MigrationSlice(migration, token, careful=bool(earlier), told=tell).work()
    finally:
        migration.release(token)
    if more:
        queue_migration(migration_id, timezone.now() + BREATH, uuid.UUID(context.task_result.id))


def queue_migration(migration_id: int, now: datetime, within: uuid.UUID | None = None) -> None:
    """Have a worker go on with a migration at this time, where no other job than `within` does."""
    others = Run.objects.unfinished(migrate_library).filter(subject=f"{migration_id}").exclude(pk=within)
    if not others.exists():
        migrate_library.using(run_after=now).enqueue(migration_id)


@duty(every=timedelta(minutes=1))
def go_on_migrating(now: datetime) -> None:
    """Queue migrations whose job was lost, that waited for something, or that photos have come in to since."""
    for migration in ModelMigration.objects.running().exclude(claimed_until__gt=now):
        waits_for_a_person = migration.review and migration.state == ModelMigration.State.READY
        if not waits_for_a_person or not generations.is_complete(migration):
            queue_migration(migration.pk, now)


@task(queue_name="embed", takes_context=True, time_limit=timedelta(hours=2))
def retag_library(context: TaskContext) -> None:
    """Tag the library with the words there are now, and once more where they change meanwhile."""
    reporter = Reporter(context)

    def tell(done: int, total: int) -> None:
        reporter.tell(Progress(done, total, f"{done} of {total} photos"), timezone.now())

    with suppress(EncoderUnavailable):  # nothing is lost: it is queued again once the encoder is there
        while retagging.is_needed():
            retagging.retag(timezone.now(), tell)


def queue_retagging() -> None:
    """Have a worker tag the library anew where that is needed; however many words change, one job does it."""
    if retagging.is_needed() and not Run.objects.unfinished(retag_library).exists():
        retag_library.enqueue()


@duty(every=timedelta(minutes=1))
def retag_left_behind(_: datetime) -> None:
    """Queue what a job that was just ending did not see, or that waited for an encoder."""
    if retagging.is_needed() and Stage.Name.EMBEDDING in missing.possible_stages():
        queue_retagging()


def queue_descriptions(ids: Sequence[int]) -> int:
    """Have workers describe these photos; return how many jobs that makes."""
    return _enqueue_all(describe_photo, ids)


@duty(every=timedelta(seconds=15))
def queue_undescribed(now: datetime) -> None:
    """Queue photos that lack a description, a few at a time, while the captioner can be asked."""
    if not takes_its_time() or Run.objects.unfinished(describe_photo).count() >= DESCRIPTIONS_AT_ONCE:
        return
    try:
        get_captioner().check()
    except CaptionerUnavailable:
        return
    queue_descriptions(captioning.undescribed(now, DESCRIPTIONS_AT_ONCE))


@duty(every=timedelta(minutes=1))
def queue_unread(now: datetime) -> None:
    """Ask for the text of photos that were never read, so many at a time, and queue all that wait for it."""
    try:
        get_reader()
    except ReaderUnavailable:  # as a rule because nobody has switched it on
        return
    waiting = missing.unfinished(now, [Stage.Name.TEXT])
    if len(waiting) < QUEUED_AT_ONCE:
        reading.ask_for(reading.never_read(QUEUED_AT_ONCE))
        waiting = missing.unfinished(now, [Stage.Name.TEXT])
    queue_reading(waiting)


@duty(every=timedelta(minutes=1))
def learn_taught_words(now: datetime) -> None:
    """Learn what could not be learned when it was said: there was no encoder, or it was another one."""
    with suppress(EncoderUnavailable):
        learning.catch_up(current_encoder(), now)


@receiver(task_finished, dispatch_uid="photos.analysis_ended")
def analysis_ended(task_result: TaskResult[Any], **_: Any) -> None:
    """After the last attempt, tell on the photo which stage its workers died in."""
    ours = {analyse_photo.module_path, describe_photo.module_path, read_text.module_path}
    if task_result.task.module_path in ours and task_result.status == TaskResultStatus.FAILED:
        missing.take_back(task_result.args[0], claims_of(task_result), timezone.now())
