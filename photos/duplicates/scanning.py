"""The groups of a person's duplicates, found anew and written where they differ from those that stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from accounts.models import User
from photos.duplicates.keepers import best_first, merits_of
from photos.duplicates.stars import Star, stars
from photos.duplicates.tiers import Links, links_of, ordered
from photos.models import Fingerprint, Photo
from photos.models.duplicate import Dismissal, DuplicateGroup, DuplicateMember, Pair, Tier
from photos.oneof import OneOf

_AT_ONCE = 500

Key = tuple[int, int, frozenset[int]]  # tier, keeper, all photos


@dataclass(frozen=True)
class Found:
    tier: Tier
    star: Star

    @property
    def ids(self) -> frozenset[int]:
        return frozenset([self.star.keeper, *(pk for pk, _ in self.star.others)])

    @property
    def key(self) -> Key:
        return int(self.tier), self.star.keeper, self.ids


def scan(owner: User, now: datetime) -> int:
    """Find the groups of this person's photos and write what is new; return how many groups there are."""
    fresh = set(Fingerprint.objects.filter(photo__owner=owner, fresh=True).values_list("photo_id", flat=True))
    seen = _visible(owner, fresh)
    found = groups_in(links_of(owner), Dismissal.objects.pairs_of(owner))
    _write(owner, found, now)
    # What came into the trash or out of it since is still to be looked at.
    settled = fresh - (seen ^ _visible(owner, fresh))
    Fingerprint.objects.filter(photo__in=OneOf(settled)).update(fresh=False)
    return len(found)


def groups_in(tiers: Sequence[Links], dismissed: set[Pair]) -> list[Found]:
    """Make groups of what is linked, tier by tier.

    A photo that a surer tier would give away is in no group of the others; one that it keeps may be.
    """
    merits = merits_of({pk for links in tiers for pk in links.ids})
    found: list[Found] = []
    given_away: set[int] = set()
    for links in tiers:
        order = best_first([pk for pk in links.ids if pk not in given_away], merits, links.tier)
        for star in stars(order, partial(_allowed, links=links, dismissed=dismissed)):
            found.append(Found(links.tier, star))
            given_away |= {pk for pk, _ in star.others}
    return found


def _allowed(pk: int, links: Links, dismissed: set[Pair]) -> list[tuple[int, float]]:
    return [(other, close) for other, close in links.near(pk) if ordered(pk, other) not in dismissed]


def _visible(owner: User, ids: set[int]) -> set[int]:
    return set(Photo.objects.visible_to(owner).filter(pk__in=OneOf(ids)).values_list("pk", flat=True))


def _write(owner: User, found: Sequence[Found], now: datetime) -> None:
    """Bring the rows in line, some at a time; a group that is found as it was keeps its number, and so its place."""
    standing, wanted = _standing(owner), {group.key: group for group in found}
    gone = [pk for key, pks in standing.items() for pk in (pks if key not in wanted else pks[1:])]
    for start in range(0, len(gone), _AT_ONCE):
        DuplicateGroup.objects.filter(pk__in=OneOf(gone[start : start + _AT_ONCE])).delete()
    new = [group for key, group in wanted.items() if key not in standing]
    for start in range(0, len(new), _AT_ONCE):
        with transaction.atomic():
            _insert(owner, new[start : start + _AT_ONCE], now)


def _insert(owner: User, groups: Sequence[Found], now: datetime) -> None:
    ids = {pk for group in groups for pk in group.ids}
    there = set(Photo.objects.select_for_update().filter(pk__in=OneOf(ids)).values_list("pk", flat=True))
    whole = [group for group in groups if group.ids <= there]
    rows = DuplicateGroup.objects.bulk_create(
        DuplicateGroup(owner=owner, tier=group.tier, keeper_id=group.star.keeper, found_at=now) for group in whole
    )
    DuplicateMember.objects.bulk_create(
        DuplicateMember(group=row, photo_id=pk, closeness=closeness)
        for row, group in zip(rows, whole, strict=True)
        for pk, closeness in [(group.star.keeper, 1.0), *group.star.others]
    )


def _standing(owner: User) -> dict[Key, list[int]]:
    """Return the numbers of the groups there are, by what makes them the same."""
    members: defaultdict[int, set[int]] = defaultdict(set)
    groups = DuplicateGroup.objects.undecided().filter(owner=owner).order_by("pk")
    for group, photo in DuplicateMember.objects.filter(group__in=groups).values_list("group_id", "photo_id"):
        members[group].add(photo)
    standing: defaultdict[Key, list[int]] = defaultdict(list)
    for pk, tier, keeper in groups.values_list("pk", "tier", "keeper_id"):
        standing[tier, keeper, frozenset(members[pk])].append(pk)
    return standing
