"""What takes its time, on a queue of its own: captioners that look, and the text in pictures."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import TaskContext, task
from django_tasks.base import Task

from ai.captioners.base import CaptionerUnavailable
from ai.captioners.loading import get_captioner, takes_its_time
from ai.ocr.base import ReaderUnavailable
from ai.ocr.loading import get_reader
from jobs.attempts import claims_of
from jobs.duties import duty
from jobs.models import Run
from jobs.priorities import PERSON
from photos import asking, captioning, missing
from photos.models import Photo, Stage
from photos.models.stage import LEASE
from photos.tasks.analysis import QUEUED_AT_ONCE, analyse_claimed, analyse_photo, enqueue_all

# Descriptions that wait as jobs: enough to keep workers busy, little to throw away while the captioner is away.
DESCRIPTIONS_AT_ONCE = 50

logger = logging.getLogger(__name__)


@task(
    queue_name="caption", takes_context=True, time_limit=LEASE, pause=timedelta(seconds=30), title="Describing photos"
)
def describe_photo(context: TaskContext, photo_id: int) -> None:
    """Let the captioner describe this photo; nothing for one that is described or gone, or while no captioner can.

    What waits so is queued again by `queue_undescribed`.
    """
    now = timezone.now()
    *earlier, token = claims_of(context.task_result)
    missing.take_back(photo_id, earlier, now)
    photo = Photo.objects.filter(pk=photo_id).first()
    if photo is None or not takes_its_time():
        return
    try:
        captioning.describe_photo(photo, now, token)
    except CaptionerUnavailable as exc:
        logger.info("photo %s waits for its description: %s", photo_id, exc)


def queue_descriptions(ids: Sequence[int]) -> int:
    """Have workers describe these photos; return how many jobs that makes."""
    return enqueue_all(describe_photo, ids)


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


@task(queue_name="caption", takes_context=True, title="Reading text in photos")
def read_text(context: TaskContext, photo_id: int) -> None:
    """Read the text in this photo where it was asked for and not read yet."""
    analyse_claimed(context, photo_id, [Stage.Name.TEXT])


OF_PHOTOS: list[Task[..., None]] = [analyse_photo, describe_photo, read_text]


def put_first(photo_id: int) -> None:
    """Let all that waits for a photo somebody looks at be done before what nobody waits for."""
    for of_photos in OF_PHOTOS:
        Run.objects.hurry(of_photos, [photo_id], PERSON)


def queue_reading(ids: Sequence[int]) -> int:
    """Have workers read the text in these photos, where it was asked for; return how many jobs that makes."""
    return enqueue_all(read_text, ids)


def read_again(ids: Sequence[int]) -> int:
    """Have workers read the text in these photos, once more where it was read before; return how many jobs that is."""
    asking.ask_for(Stage.Name.TEXT, ids)
    return queue_reading(ids)


@duty(every=timedelta(minutes=1))
def queue_unread(now: datetime) -> None:
    """Ask for the text of photos that were never read, so many at a time, and queue all that wait for it."""
    try:
        get_reader()
    except ReaderUnavailable:  # as a rule because nobody has switched it on
        return
    waiting = missing.unfinished(now, [Stage.Name.TEXT])
    if len(waiting) < QUEUED_AT_ONCE:
        asking.ask_for(Stage.Name.TEXT, asking.never_asked(Stage.Name.TEXT, QUEUED_AT_ONCE))
        waiting = missing.unfinished(now, [Stage.Name.TEXT])
    queue_reading(waiting)
