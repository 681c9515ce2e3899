"""On how many photos of a person the tags are whose names begin so: in a few milliseconds, however many photos."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count

from accounts.models import User
from photos.models import Photo, PhotoTag, Tag
from photos.models.queryset import PhotoQuerySet
from photos.oneof import OneOf
from search.language.folding import fold
from search.remembered import Memory

# The newest photos, by which the commonest tags are known; who has no more of them is told exactly.
SAMPLE = 1_500
MOST_COUNTED = 500
_NEWEST_WITH_TAG = 5_000  # so many photos that were tagged so, whosever they are, are looked through
_LOOKED_AT = 10  # tags


@dataclass(frozen=True)
class TagCount:
    name: str
    photos: int  # above MOST_COUNTED: more than that

    def __str__(self) -> str:
        if self.photos > MOST_COUNTED:
            return f"{MOST_COUNTED}+ photos"
        return "1 photo" if self.photos == 1 else f"{self.photos} photos"


def tags_of(user: User, beginning: str, memory: Memory) -> Iterator[TagCount]:
    """Yield tags of the photos that lists show this user, the commonest first; few of them in a large library.

    Which are common is remembered; that there are photos is read at the moment.
    """
    listed = Photo.objects.visible_to(user).listed()
    newest = list(listed.order_by("-pk").values_list("pk", flat=True)[: SAMPLE + 1])
    if len(newest) <= SAMPLE:
        yield from _ordered(_among(newest), beginning)
        return
    names = _names(beginning)
    sample = memory.ask(lambda: _among(newest[:SAMPLE]), "tags", user.pk)
    likeliest = sorted(names, key=lambda tag_id: (-sample.get(tag_id, 0), names[tag_id]))
    for tag_id in islice(likeliest, _LOOKED_AT):
        if count := _count(tag_id, listed):
            yield TagCount(names[tag_id], count)


def tags_among(photo_ids: Collection[int], beginning: str) -> Iterator[TagCount]:
    """Yield the tags of these photos, those on most of them first; where they are many, of the newest."""
    yield from _ordered(_among(sorted(photo_ids)[-SAMPLE:]), beginning)


def _among(photo_ids: Collection[int]) -> dict[int, int]:
    tags = PhotoTag.objects.filter(photo__in=OneOf(photo_ids), rejected=False)
    return dict(tags.order_by().values_list("tag_id").annotate(count=Count("pk")))


def _ordered(counts: Mapping[int, int], beginning: str) -> list[TagCount]:
    found = [TagCount(name, counts[tag_id]) for tag_id, name in _names(beginning).items() if tag_id in counts]
    return sorted(found, key=lambda tag: (-tag.photos, tag.name))


def _names(beginning: str) -> dict[int, str]:
    folded = fold(beginning)
    rows = Tag.objects.order_by().values_list("pk", "name")
    return {pk: name for pk, name in rows if fold(name).startswith(folded)}


def _count(tag_id: int, listed: PhotoQuerySet) -> int:
    """Count the photos of these with a tag, one above MOST_COUNTED at most; few photos first, then more of them."""
    tagged = PhotoTag.objects.filter(tag=tag_id, rejected=False).order_by("-pk").values_list("photo_id", flat=True)
    found = 0
    for most in (MOST_COUNTED + 1, _NEWEST_WITH_TAG):
        newest = list(tagged[:most])
        found = listed.filter(pk__in=OneOf(newest)).order_by().count()
        if found or len(newest) < most:
            break
    return found
