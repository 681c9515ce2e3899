"""Photos that are duplicates of one another, with fingerprints a test chooses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from photos.models import DuplicateGroup, Fingerprint, Photo, Tier
from photos.tests.factories import at, make_photo

LOOKS = 0x0123456789ABCDEF
NOW = at("2024-05-01 12:00")


def seen(looks: int | None = LOOKS, pixels: str = "", **fields: Any) -> Photo:
    """Make an analysed photo that looks like this."""
    photo = make_photo(**fields)
    Fingerprint.objects.put(photo, pixels, looks)
    return photo


def differing(bits: int) -> int:
    """Return looks that differ from LOOKS in so many bits, spread over all bands."""
    return LOOKS ^ sum(1 << (17 * number % 64) for number in range(bits))


def found() -> list[tuple[Tier, int, list[int]]]:
    """Return the groups there are: why, the keeper, and the others, closest first."""
    groups = DuplicateGroup.objects.order_by("tier", "pk").prefetch_related("members")
    return [(Tier(group.tier), group.keeper_id, others_of(group)) for group in groups]


def others_of(group: DuplicateGroup) -> list[int]:
    members = sorted(group.members.all(), key=lambda member: (-member.closeness, member.photo_id))
    return [member.photo_id for member in members if member.photo_id != group.keeper_id]


def ids(photos: Iterable[Photo]) -> list[int]:
    return [photo.pk for photo in photos]
