from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.suggesting.answering import any_answers
from search.tests.factories import NOW
from search.tests.test_pages import looks

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


@pytest.fixture
def photo(make_photo: MakePhoto) -> Photo:
    return make_photo(embedding=looks("red"), tags=["boat"], title="Our harbour", rating=4)


@pytest.mark.parametrize(
    "text", ["red", "boat", "harbours", "rating:4", "red boat -blue", '"our harbour"', "cat OR boat"]
)
def test_a_photo_answers_what_a_search_would_find_it_by(photo: Photo, owner: User, text: str) -> None:
    assert any_answers(text, owner, [photo.pk])
    assert any_answers(text, owner, [2**40, photo.pk])


@pytest.mark.parametrize(
    "text", ["blue", "red -boat", "boat rating:5", "-boat", '"harbour our"', "colr:red", "", "similar:99999", "x" * 300]
)
def test_it_does_not_answer_anything_else(photo: Photo, owner: User, text: str) -> None:
    assert not any_answers(text, owner, [photo.pk])


def test_no_photo_answers_nothing(photo: Photo, owner: User) -> None:
    assert photo
    assert not any_answers("boat", owner, [])


def test_nobody_is_answered_by_the_photos_of_another(photo: Photo) -> None:
    assert not any_answers("boat", make_user("anna"), [photo.pk])


def test_what_is_in_the_trash_or_the_archive_answers_no_more(photo: Photo, owner: User) -> None:
    photo.edit({"archived": True})
    assert not any_answers("boat", owner, [photo.pk])
    assert any_answers("boat is:archived", owner, [photo.pk])

    photo.trash(NOW)

    assert not any_answers("boat is:archived", owner, [photo.pk])
