"""Groups as a person reviews them: photos side by side, in what they differ, what is suggested, and what would move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.models import User
from photos.duplicates.differences import Fact, facts_of
from photos.duplicates.inheritance import Belongings, Inheritance, belongings_of, inheritance
from photos.duplicates.keepers import Merits, merits_of, reasons
from photos.duplicates.merging import Choice, DecidedAlready
from photos.models import DuplicateGroup, DuplicateMember, Photo, Tier


@dataclass(frozen=True)
class Candidate:
    """One photo of a group; `facts` are those of all photos in it, in one order."""

    photo: Photo
    closeness: float
    is_suggested: bool
    is_kept: bool
    is_merged: bool
    facts: Sequence[Fact]


@dataclass(frozen=True)
class Review:
    group: DuplicateGroup
    tier: Tier
    candidates: Sequence[Candidate]
    reasons: Sequence[str]  # for keeping what is suggested
    moving: Inheritance

    @property
    def kept(self) -> Photo:
        return next(candidate.photo for candidate in self.candidates if candidate.is_kept)

    @property
    def merged(self) -> Sequence[Photo]:
        return [candidate.photo for candidate in self.candidates if candidate.is_merged]


def reviews(groups: Sequence[DuplicateGroup], user: User, choices: Mapping[int, Choice] | None = None) -> list[Review]:
    """Return how these groups look, in their order, in a constant number of queries.

    What a person chose so far counts instead of what is suggested. Photos in the trash are left out, and groups of
    which too little is left. Raises DecidedAlready for a choice of a photo that is not in its group any more.
    """
    members: defaultdict[int, list[DuplicateMember]] = defaultdict(list)
    rows = DuplicateMember.objects.filter(group__in=groups, photo__owner=user, photo__trashed_at=None)
    for member in rows.order_by("-closeness", "photo_id"):
        members[member.group_id].append(member)
    ids = {member.photo_id for some in members.values() for member in some}
    photos = Photo.objects.visible_to(user).for_listing().in_bulk(ids)
    merits, have = merits_of(ids), belongings_of(ids)
    there = {group.pk: [row for row in members[group.pk] if row.photo_id in photos] for group in groups}
    return [
        _review(group, there[group.pk], photos, merits, have, choices)
        for group in groups
        if len(there[group.pk]) > 1 and group.keeper_id in photos
    ]


def _review(
    group: DuplicateGroup,
    members: Sequence[DuplicateMember],
    photos: Mapping[int, Photo],
    merits: Mapping[int, Merits],
    have: Belongings,
    choices: Mapping[int, Choice] | None,
) -> Review:
    ordered = sorted(members, key=lambda member: member.photo_id != group.keeper_id)
    ids = [member.photo_id for member in ordered]
    choice = (choices or {}).get(group.pk) or Choice(group.keeper_id, ids[1:])
    if choice.keeper not in ids:
        raise DecidedAlready
    facts = facts_of([photos[pk] for pk in ids], merits, have)
    merged = [pk for pk in ids if pk in choice.merged and pk != choice.keeper]
    return Review(
        group=group,
        tier=Tier(group.tier),
        candidates=[
            Candidate(
                photo=photos[member.photo_id],
                closeness=member.closeness,
                is_suggested=member.photo_id == group.keeper_id,
                is_kept=member.photo_id == choice.keeper,
                is_merged=member.photo_id in merged,
                facts=facts[member.photo_id],
            )
            for member in ordered
        ],
        reasons=reasons(merits[ids[0]], [merits[pk] for pk in ids[1:]], Tier(group.tier)),
        moving=inheritance(photos[choice.keeper], [photos[pk] for pk in merged], Tier(group.tier), have),
    )
