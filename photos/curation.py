"""What a person changes about a photo. Admin, API and pages come here, so that a change means the same everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.record import UNKNOWN, Actor, Where, acting
from ai.captioners.loading import takes_its_time
from ai.ocr.loading import is_switched_on
from photos import pipeline, storage
from photos.errors import NoCaptioner, NoReader, StorageMissing
from photos.models import Photo, Stage
from photos.selection import one_by_one
from photos.standing import Standing, set_standing
from photos.tasks import put_first, queue_descriptions, read_again

if TYPE_CHECKING:
    from accounts.models import User

TOLD_BY_CAPTION = {"tags", "taken_at"}


def edit_photo(photo: Photo, changes: Mapping[str, Any], now: datetime) -> None:
    """Apply a person's changes: those of `Photo.edit`, and `tags`, which is the whole list from now on.

    A caption the machine wrote follows, so that it never tells of a tag the person has rejected. It is asked for in
    the transaction of the change: whatever happens then, the rows say that it is owed. Raises TooManyTags.
    """
    fields = {name: value for name, value in changes.items() if name != "tags"}
    outdated = bool(TOLD_BY_CAPTION & set(changes))
    with transaction.atomic():
        if fields:
            photo.edit(fields)
        if "tags" in changes:
            photo.set_tags(changes["tags"] or [])
        if outdated:
            photo.request([Stage.Name.CAPTION])
    if outdated:
        _tell(photo, now)


def retag(photo: Photo, now: datetime, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
    """Remove and add single tags and let the machine's caption follow. Raises TooManyTags."""
    with transaction.atomic():
        photo.remove_tags(remove)
        photo.add_tags(add)
        photo.request([Stage.Name.CAPTION])
    _tell(photo, now)


def reanalyse(photo: Photo, now: datetime, stages: Collection[str] = ()) -> Photo:
    """Repeat the named stages, or without names what failed; return the photo as it is then.

    A description and the text in the picture are left to the worker: they take their time. Raises NoCaptioner or
    NoReader where nobody could do them, and Photo.DoesNotExist.
    """
    if Stage.Name.DESCRIPTION in stages and not takes_its_time():
        raise NoCaptioner
    if Stage.Name.TEXT in stages:
        _read_again(photo)
    analysed = pipeline.repeat(photo, now, stages)
    if takes_its_time() and photo.stages.filter(name=Stage.Name.DESCRIPTION, status=Stage.Status.QUEUED).exists():
        queue_descriptions([photo.pk])
        put_first(photo.pk)
    return analysed


def _read_again(photo: Photo) -> None:
    if not is_switched_on():
        raise NoReader
    read_again([photo.pk])
    put_first(photo.pk)


def judge(photo: Photo, word: str, standing: Standing, now: datetime) -> Standing:
    """Let one word stand so on the photo, let the machine's caption follow, and return how the word stood.

    Raises TooManyTags.
    """
    with transaction.atomic():
        former = set_standing(photo, word, standing)
        photo.request([Stage.Name.CAPTION])
    _tell(photo, now)
    return former


def hand_back_caption(photo: Photo, now: datetime) -> None:
    """Let the machine write the caption again, in the place of a person's words.

    The template's stands at once; where a captioner is in use it follows with its own.
    """
    with transaction.atomic():
        photo.refresh_from_db(fields=["edited", "authors"], from_queryset=Photo.objects.select_for_update())
        photo.edited = [name for name in photo.edited if name != "caption"]
        photo.authors = {field: author for field, author in photo.authors.items() if field != "caption"}
        photo.save(update_fields=["edited", "authors", "updated_at"])
        photo.request([Stage.Name.CAPTION, *([Stage.Name.DESCRIPTION] if takes_its_time() else [])])
    _tell(photo, now)
    if takes_its_time():
        queue_descriptions([photo.pk])


def purge(photo: Photo, by: Actor = UNKNOWN) -> None:
    """Delete a photo for good: its row, and once that is certain its bytes; it is recorded who did.

    Raises StorageMissing where the bytes could not go: they would come back with their disk.
    """
    if not storage.lets_go():
        raise StorageMissing
    with acting(by):
        photo.delete()


def empty_trash(user: User, where: Where) -> None:
    """Purge everything in the trash of a user; raises as purge does."""
    for photo in one_by_one(Photo.objects.in_trash_of(user)):
        purge(photo, Actor.of(user, where))


def _tell(photo: Photo, now: datetime) -> None:
    """Write the machine's caption anew from the tags and date as they are now; a person's caption stays."""
    pipeline.analyse(photo, now, [Stage.Name.CAPTION])
    photo.refresh_from_db(fields=["caption", "status", "error", "updated_at"])
