from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.models import User
from photos.models import Photo
from search.models import IndexChange, Library
from search.tests.factories import axis

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db


@pytest.fixture
def changes_of() -> Callable[[Photo], int]:
    """Count the changes recorded of a photo since the last call, which must have been at most one."""

    def count(photo: Photo) -> int:
        return IndexChange.objects.filter(photo_id=photo.pk).delete()[0]

    return count


def test_a_new_photo_is_news(make_photo: MakePhoto, changes_of: Callable[[Photo], int]) -> None:
    assert changes_of(make_photo()) == 1


@pytest.mark.parametrize("field", ["embedding", "embedding_model", "archived", "trashed_at"])
def test_saving_what_the_index_reads_is_news(
    field: str, make_photo: MakePhoto, changes_of: Callable[[Photo], int]
) -> None:
    photo = make_photo()
    changes_of(photo)

    photo.save(update_fields=[field])

    assert changes_of(photo) == 1


def test_saving_anything_else_is_no_news(make_photo: MakePhoto, changes_of: Callable[[Photo], int]) -> None:
    photo = make_photo()
    changes_of(photo)

    photo.edit({"caption": "A red boat", "rating": 5})
    photo.set_tags(["boat"])

    assert changes_of(photo) == 0


@pytest.mark.parametrize(
    "act",
    [
        lambda photo: photo.edit({"archived": True}),
        lambda photo: photo.trash(timezone.now()),
        lambda photo: photo.restore(),
        lambda photo: photo.delete(),
        lambda photo: Photo.objects.filter(pk=photo.pk).delete(),
        lambda photo: photo.owner.delete(),
    ],
    ids=["archive", "trash", "restore", "delete", "delete many", "delete the owner"],
)
def test_whatever_takes_a_photo_out_of_sight_is_news(
    act: Callable[[Photo], object], make_photo: MakePhoto, changes_of: Callable[[Photo], int]
) -> None:
    photo = make_photo(owner=User.objects.create_user("ann"))
    changes_of(photo)
    kept = Photo(pk=photo.pk)

    act(photo)

    assert changes_of(kept) == 1


@pytest.mark.django_db(transaction=True)
def test_a_photo_is_unchanged_when_its_news_cannot_be_recorded(make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=axis(0))
    Library.position()
    _refuse_changes()

    try:
        with pytest.raises(IntegrityError, match="no news today"):
            photo.edit({"archived": True})
        with pytest.raises(IntegrityError, match="no news today"):
            Photo.objects.get(pk=photo.pk).delete()
    finally:
        _accept_changes()

    assert not Photo.objects.get(pk=photo.pk).archived


def _refuse_changes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON search_index_change BEGIN SELECT RAISE(ABORT, 'no news today'); END"
        )


def _accept_changes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse")
