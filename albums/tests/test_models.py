from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from albums.models import Album, AlbumPlace, Untitled
from photos.models import Photo
from photos.tests.factories import make_user


@pytest.fixture
def album(owner: User) -> Album:
    return Album.objects.named(owner, "Journey")


def order(album: Album) -> list[int]:
    return list(album.photos.values_list("pk", flat=True))


def test_photos_stand_in_the_order_they_were_added_each_once(album: Album, make_photo: Callable[..., Photo]) -> None:
    one, two, three = (make_photo().pk for _ in range(3))

    assert album.add([two, one, two]) == 2
    assert album.add([one, three]) == 1

    assert order(album) == [two, one, three]


def test_a_photo_has_a_place_of_its_own_in_each_album(
    album: Album, owner: User, make_photo: Callable[..., Photo]
) -> None:
    one, two = make_photo().pk, make_photo().pk
    other = Album.objects.named(owner, "Best of")

    album.add([one, two])
    other.add([two, one])

    assert (order(album), order(other)) == ([one, two], [two, one])


def test_photos_of_others_and_in_the_trash_are_passed_over(album: Album, make_photo: Callable[..., Photo]) -> None:
    theirs, trashed = make_photo(owner=make_user("bob")), make_photo(trashed=True)

    assert album.add([theirs.pk, trashed.pk, 10**9]) == 0

    assert not AlbumPlace.objects.exists()


def test_a_photo_in_the_trash_keeps_its_place(album: Album, make_photo: Callable[..., Photo]) -> None:
    photos = [make_photo() for _ in range(3)]
    album.add([photo.pk for photo in photos])

    photos[1].trash(timezone.now())
    while_trashed = order(album)
    photos[1].restore()

    assert while_trashed == [photos[0].pk, photos[2].pk]
    assert order(album) == [photo.pk for photo in photos]


def test_photos_taken_out_stay_in_the_library(album: Album, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    album.add([photo.pk])

    assert album.remove([photo.pk, 10**9]) == 1

    assert order(album) == []
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_some_photos_are_put_first_and_the_others_follow_as_they_were(
    album: Album, make_photo: Callable[..., Photo]
) -> None:
    one, two, three, four = (make_photo().pk for _ in range(4))
    album.add([one, two, three, four])

    album.arrange([four, two, four, 10**9])

    assert order(album) == [four, two, one, three]


def test_deleting_an_album_deletes_no_photo_and_deleting_a_photo_no_album(
    album: Album, make_photo: Callable[..., Photo]
) -> None:
    one, two = make_photo(), make_photo()
    album.add([one.pk, two.pk])

    one.delete()

    assert order(album) == [two.pk]
    album.delete()
    assert Photo.objects.filter(pk=two.pk).exists()


def test_a_title_is_cleaned_and_found_again(owner: User) -> None:
    album = Album.objects.named(owner, "  Summer\u202e\x00 \n 2024 ")

    assert album.title == "Summer 2024"
    assert Album.objects.named(owner, "Summer 2024") == album
    assert Album.objects.named(make_user("bob"), "Summer 2024") != album


def test_an_album_without_a_title_is_refused(owner: User) -> None:
    with pytest.raises(Untitled):
        Album.objects.named(owner, " \u202e\n")
    with pytest.raises(Untitled):
        Album(owner=owner, title="").save()


def test_no_person_has_two_albums_of_one_title(owner: User, album: Album) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Album.objects.create(owner=owner, title=album.title)


def test_only_the_owner_sees_an_album(album: Album) -> None:
    assert list(Album.objects.visible_to(album.owner)) == [album]
    assert not Album.objects.visible_to(make_user("bob")).exists()


def test_a_place_for_somebody_elses_photo_is_not_valid(album: Album, make_photo: Callable[..., Photo]) -> None:
    theirs = AlbumPlace(album=album, photo=make_photo(owner=make_user("bob")), position=1)

    with pytest.raises(ValidationError, match="no such photo"):
        theirs.full_clean()
