"""What puts photos into groups: photos may not import it, so it makes itself known here when the project starts.

Import, export and the merging of duplicates go through all groupings there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import ClassVar, Protocol

from accounts.models import User
from photos.models import Photo


class Grouping(Protocol):
    """One kind of group, such as albums; every group has an owner, a title and photos in an order."""

    kind: ClassVar[str]  # its name in exports: "albums"

    def titles(self, photo_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
        """Return by photo the titles of the groups it is in, in alphabetical order; photos in none are left out."""

    def in_order(self, owner: User) -> Iterator[tuple[str, Sequence[int]]]:
        """Yield title and photos, in their order, of each of the owner's groups; those in the trash are left out."""

    def put(self, owner: User, title: str, photo_ids: Sequence[int]) -> None:
        """Put the owner's photos, in this order, behind what is in the group of this title, made where it is missing.

        Photos that are in it already stay where they are.
        """

    def hand_over(self, giver: Photo, taker: Photo) -> Sequence[int]:
        """Put a photo into every group another one is in, at its place; return the groups it was not in before."""

    def take_back(self, taker: Photo, groups: Collection[int]) -> None:
        """Take a photo out of the groups that `hand_over` has named; what is gone meanwhile is passed over."""


_groupings: dict[str, Grouping] = {}


def register(grouping: Grouping) -> None:
    """Let imports, exports and merges go through this kind of group too; raises ValueError for one that is there."""
    if grouping.kind in _groupings:
        raise ValueError(f"{grouping.kind} are registered already")
    _groupings[grouping.kind] = grouping


def groupings() -> Sequence[Grouping]:
    """Return all kinds of groups, by name."""
    return [_groupings[kind] for kind in sorted(_groupings)]
