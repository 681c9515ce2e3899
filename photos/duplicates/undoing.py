"""Taking a merge or a dismissal back: what moved goes back, but for what a person has changed since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from rest_framework.exceptions import APIException

from accounts.models import User
from photos.duplicates.merging import TAG_COLUMNS, tell
from photos.grouping import groupings
from photos.joining import part
from photos.models import Dismissal, Fingerprint, Merge, Photo, PhotoFace, PhotoTag, Stage, TeachingExample


class CannotUndo(APIException):
    """A merge cannot be taken back; nothing was changed, and the words say why."""

    status_code = 409
    default_code = "conflict"


def undo(merge_id: int, user: User, now: datetime) -> Merge:
    """Take a merge back, in one transaction: the photos leave the trash, and what moved goes back.

    What a person has changed of the kept photo since stays as it is. Raises Merge.DoesNotExist, and CannotUndo where a
    photo was deleted for good, or the kept one was itself merged into another since, or nothing is left to take back.
    """
    merge = undo_quietly(merge_id, user, now)
    tell(merge, now)
    return merge


def undo_quietly(merge_id: int, user: User, now: datetime) -> Merge:
    """Do as `undo` does, and leave the caption that follows to `merging.tell`, outside any transaction."""
    with transaction.atomic():
        merge = Merge.objects.select_for_update(of=("self",)).visible_to(user).get(pk=merge_id)
        photos, keeper = _merged_photos(merge), _keeper(merge)
        if keeper is not None:
            if merge.files and not part(keeper, merge.files["adopted"], merge.files["shown"]):
                raise CannotUndo("What the kept photo showed is not there any more, so this cannot be taken back.")
            _take_back(merge, keeper)
        for photo in photos:
            if photo.trashed_at is not None:
                photo.restore()
        if merge.dismissal_id is not None:
            Dismissal.objects.filter(pk=merge.dismissal_id).delete()
        merge.undone_at = now
        merge.save(update_fields=["undone_at"])
        if merge.group:
            merge.group.reopen()
        if keeper is not None and merge.changes_caption:
            keeper.request([Stage.Name.CAPTION])
    return merge


def withdraw(dismissal: Dismissal) -> None:
    """Forget that some photos are no duplicates; their group is there again."""
    with transaction.atomic():
        Fingerprint.objects.look_again(dismissal.photo_ids())
        group = dismissal.group
        dismissal.delete()
        if group:
            group.reopen()


def _merged_photos(merge: Merge) -> list[Photo]:
    """Hold the photos that went to the trash; raises CannotUndo."""
    if merge.undone_at:
        raise CannotUndo("This merge was taken back already.")
    rows = list(merge.merged.all())
    held = Photo.objects.select_for_update(of=("self",)).filter(pk__in=[row.photo_id for row in rows]).order_by("pk")
    photos = list(held)
    if gone := [row.name for row in rows if row.photo_id is None]:
        raise CannotUndo(f"“{gone[0]}” was deleted for good, so this merge cannot be taken back.")
    return photos


def _keeper(merge: Merge) -> Photo | None:
    """Hold the photo that was kept, if it is still there; raises CannotUndo."""
    if merge.keeper_id is None:
        return None
    keeper = Photo.objects.select_for_update(of=("self",)).filter(pk=merge.keeper_id).first()
    if keeper and Merge.objects.standing().filter(merged__photo=keeper, pk__gt=merge.pk).exists():
        raise CannotUndo("The kept photo was merged into another one since: take that back first.")
    return keeper


def _take_back(merge: Merge, keeper: Photo) -> None:
    changed: set[str] = set()
    for name, change in merge.fields.items():
        changed |= _put_back(keeper, name, change)
    if changed:
        keeper.save(update_fields={*changed, "edited", "updated_at"})
    for change in merge.tags:
        _put_tag_back(keeper, change["tag"], change["before"], change["after"])
    for grouping in groupings():
        grouping.take_back(keeper, merge.groups.get(grouping.kind, []))
    TeachingExample.objects.filter(photo=keeper, word__in=merge.lessons, marked_at=merge.merged_at).delete()
    if PhotoFace.objects.filter(photo=keeper, inherited_at=merge.merged_at).delete()[0]:
        keeper.save(update_fields=["updated_at"])


def _put_back(keeper: Photo, name: str, change: dict[str, Any]) -> set[str]:
    """Put columns back that are still as the merge left them; where one is not, a person has set the field since.

    Returns their names.
    """
    columns = {field.attname: field for field in Photo._meta.fields if field.attname in change["after"]}
    before, after = (
        {column: field.to_python(change[when][column]) for column, field in columns.items()}
        for when in ("before", "after")
    )
    if {column: getattr(keeper, column) for column in columns} != after:
        return set()
    for column, value in before.items():
        setattr(keeper, column, value)
    if not change["theirs"]:
        keeper.edited = [theirs for theirs in keeper.edited if theirs != name]
    return set(columns)


def _put_tag_back(keeper: Photo, tag: int, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
    row = PhotoTag.objects.filter(photo=keeper, tag=tag)
    if row.values(*TAG_COLUMNS).first() != after:
        return
    if before is None:
        row.delete()
    else:
        row.update(**before)
