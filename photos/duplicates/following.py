"""Where photos have gone that were merged into others."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from accounts.models import User
from photos.models import MergedPhoto, Photo

_MOST_STEPS = 16  # merges one after another; whoever merges more finds the last of them under its own number


def kept_instead(photo_ids: Collection[int], user: User) -> Mapping[int, int]:
    """Return by id which photo of this person is kept in the place of each of these, also where it is gone for good.

    Those that are there themselves are left out, and those in whose place nothing is.
    """
    places = {pk: pk for pk in photo_ids}
    for _ in range(_MOST_STEPS):
        asked = set(places.values())
        there = set(Photo.objects.visible_to(user).filter(pk__in=asked).values_list("pk", flat=True))
        steps = _steps(asked - there, user) if asked - there else {}
        if not steps:
            return {pk: place for pk, place in places.items() if place in there and place != pk}
        places = {pk: steps.get(place, place) for pk, place in places.items()}
    return {}


def _steps(photo_ids: Collection[int], user: User) -> Mapping[int, int]:
    merged = MergedPhoto.objects.filter(number__in=photo_ids, merge__owner=user, merge__undone_at=None)
    rows = merged.exclude(merge__keeper=None).order_by("merge_id").values_list("number", "merge__keeper_id")
    return {number: keeper for number, keeper in rows if number is not None}
