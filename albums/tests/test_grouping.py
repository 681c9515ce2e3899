from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from albums.grouping import AlbumGrouping
from albums.models import Album
from photos.grouping import groupings, register
from photos.models import Photo
from photos.tests.factories import make_user


def test_albums_made_themselves_known_to_photos() -> None:
    assert [grouping.kind for grouping in groupings()] == ["albums"]


def test_a_kind_of_group_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        register(AlbumGrouping())


def test_titles_are_told_by_photo_and_alphabetically(owner: User, make_photo: Callable[..., Photo]) -> None:
    one, two, neither = (make_photo().pk for _ in range(3))

    AlbumGrouping().put(owner, "Trees", [one, two])
    AlbumGrouping().put(owner, "Animals", [one])

    assert AlbumGrouping().titles([one, two, neither]) == {one: ["Animals", "Trees"], two: ["Trees"]}


def test_groups_are_told_with_their_photos_in_order(owner: User, make_photo: Callable[..., Photo]) -> None:
    one, two, trashed = make_photo().pk, make_photo().pk, make_photo(trashed=True)
    AlbumGrouping().put(owner, "Trees", [two, one])
    Album.objects.get().places.create(photo=trashed, position=9)
    AlbumGrouping().put(make_user("bob"), "His", [])

    assert list(AlbumGrouping().in_order(owner)) == [("Trees", [two, one])]


def test_putting_photos_into_a_title_that_is_there_adds_them_behind(
    owner: User, make_photo: Callable[..., Photo]
) -> None:
    one, two = make_photo().pk, make_photo().pk

    AlbumGrouping().put(owner, "Trees", [one])
    AlbumGrouping().put(owner, "Trees", [two, one])

    assert list(Album.objects.get().photos.values_list("pk", flat=True)) == [one, two]


def test_a_photo_takes_the_places_of_another_and_gives_them_back(owner: User, make_photo: Callable[..., Photo]) -> None:
    first, giver, last, taker = (make_photo() for _ in range(4))
    AlbumGrouping().put(owner, "Trees", [first.pk, giver.pk, last.pk])
    AlbumGrouping().put(owner, "Both", [giver.pk, taker.pk])
    trees = Album.objects.get(title="Trees")

    new = AlbumGrouping().hand_over(giver, taker)

    assert new == [trees.pk]
    assert list(trees.photos.values_list("pk", flat=True)) == [first.pk, giver.pk, taker.pk, last.pk]
    AlbumGrouping().take_back(taker, [*new, 10**9])
    assert list(trees.photos.values_list("pk", flat=True)) == [first.pk, giver.pk, last.pk]
    assert Album.objects.get(title="Both").photos.count() == 2


def test_a_photo_of_somebody_else_gets_no_place(owner: User, make_photo: Callable[..., Photo]) -> None:
    giver, stranger = make_photo(), make_photo(owner=make_user("bob"))
    AlbumGrouping().put(owner, "Trees", [giver.pk])

    assert AlbumGrouping().hand_over(giver, stranger) == []

    assert AlbumGrouping().titles([stranger.pk]) == {}
