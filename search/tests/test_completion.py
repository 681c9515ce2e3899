from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
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


def test_what_is_offered_can_be_read(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=['say "hi" (now)', "a:b", "-x"], camera_model="moto g(9) plus", lens="back\\slash")

    for text in ("tag:", "camera:", "lens:"):
        for offered in texts(text, owner):
            assert str(parse(offered)) == offered.strip()
