from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from ai.vocabulary import TagScore
from photos.date_shifting import AlreadyUndone, OutOfTime, shift_dates, undo
from photos.metadata import DateSource
from photos.models import DateShift, Photo
from photos.tests.factories import at, make_user
from photos.tests.together import at_once

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]
NOW = at("2024-05-01 12:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def photo(make_photo: MakePhoto) -> Photo:
    return make_photo(taken_at=at("2019-03-21 23:30"), taken_offset=60, taken_at_source=DateSource.EXIF)


def test_dates_move_together_and_are_a_persons_from_then_on(make_photo: MakePhoto, photo: Photo, owner: User) -> None:
    named = make_photo(taken_at=at("2019-03-22 08:00:00.250"), taken_at_source=DateSource.FILENAME)
    left = make_photo(taken_at=at("2019-03-22 09:00"))

    shift = shift_dates(owner, [photo.pk, named.pk], HOUR, NOW)

    for moved in (photo, named, left):
        moved.refresh_from_db()
    assert (photo.taken_at, photo.taken_offset, photo.taken_at_source) == (at("2019-03-22 00:30"), 60, "human")
    assert (named.taken_at, named.taken_offset) == (at("2019-03-22 09:00:00.250"), None)
    assert photo.edited == named.edited == ["taken_at"]
    assert (left.taken_at, left.edited) == (at("2019-03-22 09:00"), [])
    assert (shift.seconds, shift.dates.count()) == (3600, 2)


def test_an_undo_gives_back_the_date_its_source_and_whose_it_was(
    make_photo: MakePhoto, photo: Photo, owner: User
) -> None:
    by_hand = make_photo()
    by_hand.edit({"taken_at": at("2001-01-01 00:00"), "title": "Mine"})

    undone = undo(shift_dates(owner, [photo.pk, by_hand.pk], -DAY, NOW), NOW)

    photo.refresh_from_db()
    by_hand.refresh_from_db()
    assert undone == [photo.pk, by_hand.pk]
    assert (photo.taken_at, photo.taken_at_source, photo.edited) == (at("2019-03-21 23:30"), DateSource.EXIF, [])
    assert (by_hand.taken_at, by_hand.edited) == (at("2001-01-01 00:00"), ["taken_at", "title"])


def test_shifts_are_undone_in_the_order_they_came(photo: Photo, owner: User) -> None:
    first, second = shift_dates(owner, [photo.pk], HOUR, NOW), shift_dates(owner, [photo.pk], DAY, NOW)

    assert undo(first, NOW) == []
    assert undo(second, NOW) == [photo.pk]

    photo.refresh_from_db()
    assert (photo.taken_at, photo.edited) == (at("2019-03-22 00:30"), ["taken_at"])


def test_a_date_that_was_set_anew_since_is_left_alone(photo: Photo, owner: User) -> None:
    shift = shift_dates(owner, [photo.pk], HOUR, NOW)
    photo.edit({"taken_at": at("2020-01-01 00:00")})

    assert undo(shift, NOW) == []

    photo.refresh_from_db()
    assert photo.taken_at == at("2020-01-01 00:00")


def test_nothing_is_undone_twice(photo: Photo, owner: User) -> None:
    shift = shift_dates(owner, [photo.pk], HOUR, NOW)
    undo(shift, NOW)

    with pytest.raises(AlreadyUndone):
        undo(shift, NOW)


@pytest.mark.parametrize("by", [timedelta(days=-36_525 * 2), timedelta(days=365 * 9000)])
def test_where_one_photo_would_leave_time_none_moves(
    make_photo: MakePhoto, photo: Photo, owner: User, by: timedelta
) -> None:
    edge = make_photo(taken_at=at("1826-06-01 00:00") if by < timedelta() else at("9998-06-01 00:00"))

    with pytest.raises(OutOfTime):
        shift_dates(owner, [photo.pk, edge.pk], by / 100, NOW)

    photo.refresh_from_db()
    assert photo.taken_at == at("2019-03-21 23:30")
    assert not DateShift.objects.exists()


def test_the_photos_of_others_and_of_the_trash_stay_as_they_are(make_photo: MakePhoto, owner: User) -> None:
    others = [make_photo(owner=make_user("eve")), make_photo(trashed=True)]

    shift_dates(owner, [photo.pk for photo in others], DAY, NOW)

    assert [Photo.objects.get(pk=photo.pk).taken_at for photo in others] == [photo.taken_at for photo in others]


def test_captions_of_the_template_follow_and_those_of_people_do_not(
    make_photo: MakePhoto, photo: Photo, owner: User
) -> None:
    photo.set_machine_tags([TagScore("red", 0.9)], "model")
    Photo.objects.filter(pk=photo.pk).update(caption="A red, photographed in March 2019.")
    mine, silent = make_photo(taken_at=at("2019-03-21 11:00")), make_photo(taken_at=at("2019-03-21 11:00"))
    mine.edit({"caption": "Mine."})

    shift = shift_dates(owner, [photo.pk, mine.pk, silent.pk], timedelta(days=40), NOW)
    moved = Photo.objects.get(pk=photo.pk).caption
    undo(shift, NOW)

    assert moved == "A red, photographed in April 2019."
    assert Photo.objects.get(pk=photo.pk).caption == "A red, photographed in March 2019."
    assert [Photo.objects.get(pk=pk).caption for pk in (mine.pk, silent.pk)] == ["Mine.", ""]


def test_a_shift_can_be_undone_for_thirty_days(photo: Photo, owner: User) -> None:
    old = shift_dates(owner, [photo.pk], HOUR, NOW)

    shift_dates(owner, [photo.pk], HOUR, NOW + timedelta(days=29))
    assert DateShift.objects.filter(pk=old.pk).exists()
    shift_dates(owner, [photo.pk], HOUR, NOW + timedelta(days=31))
    assert not DateShift.objects.filter(pk=old.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_shifts_at_the_same_moment_add_up_and_an_undo_is_done_by_one(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(taken_at=at("2019-03-21 12:00"))

    raised = at_once(*[lambda: shift_dates(owner, [photo.pk], HOUR, NOW)] * 4)
    photo.refresh_from_db()
    added = photo.taken_at
    last = DateShift.objects.order_by("pk").last()
    assert last is not None
    refused = at_once(*[lambda: undo(last, NOW)] * 3)

    photo.refresh_from_db()
    assert (raised, added) == ([], at("2019-03-21 16:00"))
    assert ([type(exc) for exc in refused], photo.taken_at) == ([AlreadyUndone] * 2, at("2019-03-21 15:00"))
