from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache

from accounts.local import local_owner
from photos.models import Photo
from photos.tests.factories import make_photo
from search.remembered import Memory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    yield
    cache.clear()


def counter() -> Callable[[], int]:
    """Return a function that tells how often it was asked."""
    numbers = iter(range(1, 10))
    return lambda: next(numbers)


def test_an_answer_is_found_out_once() -> None:
    answer = counter()
    Memory()  # from here on the library has a name

    assert [Memory().ask(answer, "dogs", 1) for _ in range(3)] == [1, 1, 1]
    assert Memory().ask(answer, "dogs", 2) == 2
    assert Memory().recall("dogs", 1) == 1


def test_nothing_as_an_answer_is_remembered_too() -> None:
    Memory()

    assert Memory().ask(lambda: None, "dogs") is None

    assert Memory().recall("dogs") is None
    with pytest.raises(LookupError):
        Memory().recall("cats")


@pytest.mark.parametrize(
    "happen",
    [
        lambda _: make_photo(),
        lambda photo: photo.add_tags(["dog"]),
        lambda photo: photo.edit({"favorite": True}),
        lambda photo: photo.edit({"archived": True}),
        lambda photo: photo.delete(),
        lambda photo: Photo.objects.filter(pk=photo.pk).update(rating=5),
    ],
)
def test_what_happens_to_photos_makes_it_forget(happen: Callable[[Photo], object]) -> None:
    photo, answer = make_photo(owner=local_owner()), counter()
    Memory()
    assert Memory().ask(answer, "dogs") == 1

    happen(photo)

    assert Memory().ask(answer, "dogs") == 2
