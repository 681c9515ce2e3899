"""What a person does with many photos at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from photos.models import Photo

if TYPE_CHECKING:
    from accounts.models import User


class Action(StrEnum):
    FAVORITE = "favorite"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    TRASH = "trash"
    RESTORE = "restore"


# What to tell the person afterwards.
DONE = {
    Action.FAVORITE: "Added to the favorites",
    Action.ARCHIVE: "Moved to the archive",
    Action.UNARCHIVE: "Back in the gallery",
    Action.TRASH: "Moved to the trash",
    Action.RESTORE: "Restored",
}
UNDO = {
    Action.ARCHIVE: Action.UNARCHIVE,
    Action.UNARCHIVE: Action.ARCHIVE,
    Action.TRASH: Action.RESTORE,
}


def apply(action: Action, numbers: Collection[int], user: User, now: datetime) -> list[int]:
    """Do one thing with those of the numbered photos that are the user's; return their numbers.

    Row by row, because the index hears of each through its save; in one transaction, because each commit waits for
    the disk.
    """
    mine = Photo.objects.in_trash_of(user) if action is Action.RESTORE else Photo.objects.visible_to(user)
    act = _acts(now)[action]
    with transaction.atomic():
        photos = list(mine.filter(pk__in=numbers))
        for photo in photos:
            act(photo)
    return [photo.pk for photo in photos]


def one_by_one(photos: QuerySet[Photo]) -> Iterator[Photo]:
    """Yield photos that are to be changed, each read afresh: who is gone or not among them any more is passed by.

    No cursor stays open meanwhile: it would hold SQLite's view of the past, in which nobody may write any more as soon
    as somebody else has.
    """
    for number in list(photos.values_list("pk", flat=True)):
        yield from photos.filter(pk=number)


def _acts(now: datetime) -> dict[Action, Callable[[Photo], None]]:
    return {
        Action.FAVORITE: lambda photo: photo.edit({"favorite": True}),
        Action.ARCHIVE: lambda photo: photo.edit({"archived": True}),
        Action.UNARCHIVE: lambda photo: photo.edit({"archived": False}),
        Action.TRASH: lambda photo: photo.trash(now),
        Action.RESTORE: lambda photo: photo.restore(),
    }
