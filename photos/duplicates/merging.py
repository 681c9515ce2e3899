"""Merging: what was said of some photos moves to one that is kept, and they go to the trash. In one transaction.

Raw, JPEG and edited files of one moment become versions of the one that is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import transaction
from rest_framework.exceptions import APIException

from accounts.models import User
from photos import pipeline
from photos.beside import second_names
from photos.duplicates.inheritance import SAME_PICTURE, Inheritance, inheritance
from photos.grouping import groupings
from photos.joining import adopted, inherited, keep, lacking
from photos.models import (
    Dismissal,
    DuplicateGroup,
    Merge,
    MergedPhoto,
    MergeRun,
    Photo,
    PhotoFace,
    PhotoFile,
    PhotoTag,
    Stage,
    TeachingExample,
    Tier,
    VocabularyWord,
)

TAG_COLUMNS = ("source", "model", "score", "rejected")
# What changes with everything, or is put back in another way.
_NOT_MOVED = {"edited", "authors", "updated_at", "status", "error", "image"}


class DecidedAlready(APIException):
    """A group is not any more as the person saw it; nothing was changed."""

    status_code = 409
    default_code = "conflict"
    default_detail = "These photos have changed meanwhile, or were decided already. Look at them once more."


@dataclass(frozen=True)
class Choice:
    """What a person decided of a group: which photo to keep, and which are merged into it; the others stay as well."""

    keeper: int
    merged: Collection[int]


def suggestion(group: DuplicateGroup) -> Choice:
    """Return what is suggested: to keep the keeper, and to merge all others that are not in the trash."""
    others = group.members.filter(photo__trashed_at=None, photo__owner=group.owner_id).exclude(photo=group.keeper_id)
    return Choice(group.keeper_id, list(others.values_list("photo_id", flat=True)))


def merge(group_id: int, user: User, now: datetime, choice: Choice | None = None) -> Merge:
    """Merge a group as it was decided, or without a choice as it is suggested.

    Photos of it that stay as well are from now on no duplicates of the kept one. Raises DuplicateGroup.DoesNotExist,
    and DecidedAlready where the group is not as the choice takes it to be.
    """
    with bringing(group_id, user, choice) as names:
        done = merge_quietly(group_id, user, now, names, choice)
    tell(done, now)
    return done


@contextmanager
def bringing(group_id: int, user: User, choice: Choice | None = None) -> Iterator[Mapping[str, str]]:
    """Lend second names for the bytes of all files that come to the kept photo, as `merge_quietly` wants them.

    They are made and synced outside of its transaction, and go where that fails. Raises StorageMissing or DiskFull.
    """
    files: list[PhotoFile] = []
    if group := DuplicateGroup.objects.visible_to(user).filter(pk=group_id).first():
        decided, members = choice or suggestion(group), group.members.values("photo")
        photos = Photo.objects.visible_to(user).filter(pk__in=members).in_bulk([decided.keeper, *decided.merged])
        if keeper := photos.pop(decided.keeper, None):
            files = _coming(Tier(group.tier), keeper, [photos[pk] for pk in sorted(photos)], None)
    with second_names(file.stored for file in files) as names:
        yield names


def merge_quietly(
    group_id: int,
    user: User,
    now: datetime,
    names: Mapping[str, str],
    choice: Choice | None = None,
    run: MergeRun | None = None,
) -> Merge:
    """Do as `merge` does, with names that `bringing` lends, and leave the caption that follows to `tell`.

    That is for outside of any transaction.
    """
    with transaction.atomic():
        group = DuplicateGroup.objects.select_for_update(of=("self",)).visible_to(user).get(pk=group_id)
        keeper, others, rest = _held(group, user, choice or suggestion(group))
        done = Merge(owner=user, tier=group.tier, group=group, keeper=keeper, run=run, merged_at=now)
        _hand_over(done, keeper, others, inheritance(keeper, others, Tier(group.tier)), now)
        done.dismissal = _keep_apart(user, keeper, rest)
        _hand_over_files(done, keeper, others, names)
        done.save()
        MergedPhoto.objects.bulk_create(
            MergedPhoto(merge=done, photo=one, name=one.original_name, sha256=one.sha256, number=one.pk)
            for one in others
        )
        for other in others:
            other.trash(now)
        group.decide()
        if done.changes_caption:
            keeper.request([Stage.Name.CAPTION])
    return done


def tell(merge: Merge, now: datetime) -> None:
    """Write the machine's caption of the kept photo anew where that tells of what has changed."""
    if merge.keeper and merge.changes_caption:
        pipeline.analyse(merge.keeper, now, [Stage.Name.CAPTION])


def dismiss(group_id: int, user: User) -> Dismissal:
    """Remember for ever that the photos of a group are no duplicates. Raises DuplicateGroup.DoesNotExist."""
    with transaction.atomic():
        group = DuplicateGroup.objects.select_for_update(of=("self",)).visible_to(user).get(pk=group_id)
        ids = group.members.filter(photo__owner=user, photo__trashed_at=None).values_list("photo_id", flat=True)
        dismissal = Dismissal.objects.note(user, list(ids), group)
        group.decide()
    return dismissal


def _held(group: DuplicateGroup, user: User, choice: Choice) -> tuple[Photo, list[Photo], list[Photo]]:
    """Hold the photos of a group; return the kept one, those merged into it, and those that stay as well."""
    members = set(group.members.values_list("photo_id", flat=True))
    held = Photo.objects.select_for_update(of=("self",)).visible_to(user).filter(pk__in=members).order_by("pk")
    photos = {photo.pk: photo for photo in held}
    merged = set(choice.merged) - {choice.keeper}
    if not merged or choice.keeper not in photos or not merged <= set(photos):
        raise DecidedAlready
    rest = [photo for pk, photo in photos.items() if pk not in merged and pk != choice.keeper]
    return photos[choice.keeper], [photos[pk] for pk in sorted(merged)], rest


def _keep_apart(user: User, keeper: Photo, rest: Sequence[Photo]) -> Dismissal | None:
    return Dismissal.objects.note(user, [keeper.pk, *(photo.pk for photo in rest)]) if rest else None


def _hand_over(done: Merge, keeper: Photo, others: Sequence[Photo], moving: Inheritance, now: datetime) -> None:
    """Let the keeper have what moves, and note down how everything stood before and stands now."""
    for name, value in moving.changes.items():
        before, was_theirs = _columns(keeper), name in keeper.edited
        keeper.edit({name: value})
        after = _columns(keeper)
        changed = [column for column in before if before[column] != after[column]]
        done.fields[name] = {
            "before": {column: before[column] for column in changed},
            "after": {column: after[column] for column in changed},
            "theirs": was_theirs,
        }
    with _noted_tags(done, keeper, [*moving.tags, *moving.rejected]):
        keeper.add_tags(moving.tags)
        PhotoTag.objects.keep_away(keeper, moving.rejected)
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for grouping in groupings():
        for other in others:
            groups[grouping.kind] += grouping.hand_over(other, keeper)
    done.groups = {kind: numbers for kind, numbers in groups.items() if numbers}
    done.lessons = list(moving.lessons)
    for word in VocabularyWord.objects.filter(pk__in=moving.lessons):
        positive = moving.lessons[word.pk]
        TeachingExample.objects.create(word=word, photo=keeper, positive=positive, marked_at=now)
    if moving.faces:
        PhotoFace.objects.inherit(keeper, moving.faces, now)
        keeper.save(update_fields=["updated_at"])


def _hand_over_files(done: Merge, keeper: Photo, others: Sequence[Photo], names: Mapping[str, str]) -> None:
    files = _coming(Tier(done.tier), keeper, others, done.merged_at)
    if not names.keys() >= {file.stored for file in files}:
        raise DecidedAlready  # one came when the names had been made
    if files:
        shown = keeper.sha256
        keep(keeper, files, names)
        done.files = {"shown": shown, "adopted": [file.sha256 for file in files]}


def _coming(tier: Tier, keeper: Photo, others: Sequence[Photo], now: datetime | None) -> list[PhotoFile]:
    """Return the files of the others that the kept photo gets, not saved."""
    if tier == Tier.RAW:
        return lacking(keeper, chain.from_iterable(map(adopted, others)))
    if tier in SAME_PICTURE:
        return lacking(keeper, chain.from_iterable(inherited(other, now) for other in others))
    return []


def _columns(photo: Photo) -> dict[str, Any]:
    """Return all that is in the row of a photo, by column, as JSON holds it."""
    photo.refresh_from_db()
    values = {field.attname: getattr(photo, field.attname) for field in Photo._meta.fields}
    return {
        column: value.isoformat() if isinstance(value, datetime) else value
        for column, value in values.items()
        if column not in _NOT_MOVED
    }


@contextmanager
def _noted_tags(done: Merge, keeper: Photo, names: Sequence[str]) -> Iterator[None]:
    before = tags_of(keeper, names)
    yield
    after = tags_of(keeper, names)
    done.tags = [{"tag": pk, "before": before.get(pk), "after": after[pk]} for pk in after]


def tags_of(photo: Photo, names: Sequence[str]) -> Mapping[int, dict[str, Any]]:
    rows = PhotoTag.objects.filter(photo=photo, tag__name__in=names).values("tag_id", *TAG_COLUMNS)
    return {row.pop("tag_id"): dict(row) for row in rows}
