from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import QueryDict

from accounts.models import User
from photos import surroundings
from photos.models import Photo
from photos.surroundings import Surroundings, register, surroundings_of

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


@pytest.fixture(autouse=True)
def _only_shelves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "_finders", {})


def test_a_kind_of_list_that_an_address_names_tells_what_stands_around_a_photo(
    owner: User, make_photo: MakePhoto
) -> None:
    photo, other = make_photo(), make_photo()
    register("heap", lambda shown, _, asked: Surroundings("Heap", "/heap/", f"?from=heap&n={asked['n']}", other, shown))

    around = surroundings_of(photo, owner, QueryDict("from=heap&n=7"))

    assert around == Surroundings("Heap", "/heap/", "?from=heap&n=7", other, photo)


@pytest.mark.parametrize("asked", ["from=heap", "from=pile", "from=", ""])
def test_a_photo_that_is_in_no_list_named_stands_in_the_gallery(owner: User, make_photo: MakePhoto, asked: str) -> None:
    older, photo = make_photo(), make_photo()
    register("heap", lambda *_: None)

    around = surroundings_of(photo, owner, QueryDict(asked))

    assert around == Surroundings("Photos", "/gallery/", "", None, older)


def test_a_kind_of_list_makes_itself_known_once() -> None:
    register("heap", lambda *_: None)

    with pytest.raises(ValueError, match="heap is registered already"):
        register("heap", lambda *_: None)
