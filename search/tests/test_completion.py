from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import at, make_user
from search.filters import allowed
from search.language import complete, parse

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db


def labels(text: str, user: User) -> list[str]:
    return [completion.label for completion in complete(text, user)]


def texts(text: str, user: User) -> list[str]:
    return [completion.text for completion in complete(text, user)]


def test_the_beginning_of_a_name_offers_fields(owner: User) -> None:
    assert labels("dog ta", owner) == ["tag:", "taken:"]
    assert texts("dog -(TAG", owner) == ["dog -(tag:"]
    assert labels("xyz", owner) == labels("", owner) == labels("dog ", owner) == []


def test_values_are_those_of_ones_own_photos(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=["dog", "hot dog"], camera_make="Canon", camera_model="Canon EOS R5", lens="Mácro 60")
    make_photo(tags=["dog"])
    make_photo(tags=["door", "dog"], camera_model="Canon secret", owner=make_user("eve"))
    make_photo(tags=["done"], trashed=True)

    assert labels("tag:do", owner) == ["tag:dog"]
    assert labels("tag:", owner) == ["tag:dog", 'tag:"hot dog"']
    assert labels("camera:can", owner) == ['camera:"Canon EOS R5"', "camera:Canon"]
    assert labels("lens:macro", owner) == ['lens:"Mácro 60"']


def test_a_value_in_an_open_quote_is_completed(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=["hot dog"])

    assert texts('beach -tag:"hot d', owner) == ['beach -tag:"hot dog" ']


def test_choices_are_offered_for_their_fields(owner: User) -> None:
    assert labels("is:", owner) == [
        f"is:{word}" for word in ("animated", "archived", "failed", "favorite", "motion", "panorama", "untagged")
    ]
    assert texts("(orientation:po", owner) == ["(orientation:portrait "]
    assert labels("format:he", owner) == ["type:heic"]
    assert labels("iso:8", owner) == labels("foo:b", owner) == []
    assert labels("near:many", owner) == labels("taken:0", owner) == labels("taken:2019-13", owner) == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("taken:", ["2021", "2020", "2019"]),
        ("taken:201", ["2019"]),
        ("taken:2019", ["2019", "2019-12", "2019-07"]),
        ("taken:2019-0", ["2019-07"]),
        ("taken:2019-07", ["2019-07", "2019-07-14", "2019-07-02"]),
        ("taken:2019-07-1", ["2019-07-14"]),
        ("taken:2020..", ["2020..2021", "2020..2020"]),
        ("taken:..20", ["..2021", "..2020", "..2019"]),
        ("before:", ["2021", "2020"]),
        ("after:", ["2020", "2019"]),
        ("after:2019", ["2019", "2019-12", "2019-07"]),
        ("iso:", ["100", "800"]),
        ("iso:8", ["800"]),
        ("iso:>=1", [">=100"]),
        ("iso:>", [">100"]),
        ("iso:<", ["<800"]),
        ("iso:200..", ["200..800"]),
        ("f:1", ["1.78"]),
        ("focal:", ["50"]),
        ("rating:", ["4"]),
        ("near:", ["48.86,2.35,5km"]),
        ("near:48.8", ["48.86,2.35,5km"]),
    ],
)
def test_numbers_and_days_are_those_that_photos_have(
    make_photo: MakePhoto, owner: User, typed: str, offered: list[str]
) -> None:
    make_photo(taken_at=at("2019-07-02 12:00"), iso=100, aperture=1.7799998)
    make_photo(taken_at=at("2019-07-14 12:00"), iso=100, focal_length=50)
    make_photo(taken_at=at("2019-12-24 12:00"), iso=800, rating=4)
    make_photo(taken_at=at("2020-01-01 00:00"), latitude=48.8566, longitude=2.3522)
    make_photo(taken_at=at("2021-05-05 12:00"))
    make_photo(taken_at=at("2007-05-05 12:00"), iso=64, rating=1, trashed=True)
    make_photo(taken_at=at("2008-05-05 12:00"), iso=80, rating=2, owner=make_user("eve"))
    make_photo(taken_at=at("2009-05-05 12:00"), iso=50, rating=3, archived=True)
    name = typed.partition(":")[0]

    assert labels(typed, owner) == [f"{name}:{value}" for value in offered]
    for text in texts(typed, owner):
        assert allowed(parse(text), owner).exists(), text


def test_what_is_offered_can_be_read(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=['say "hi" (now)', "a:b", "-x"], camera_model="moto g(9) plus", lens="back\\slash")

    for text in ("tag:", "camera:", "lens:"):
        for offered in texts(text, owner):
            assert str(parse(offered)) == offered.strip()
