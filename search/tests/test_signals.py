from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.models import User
from photos.embeddings import put_vector, put_vectors, vector_of
from photos.events import generation_ready
from photos.generations import settle
from photos.models import ActiveModel, Photo
from search.index.manifest import Manifest
from search.index.spaces import Space
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


def test_a_vector_is_news_but_not_a_photo_that_has_none_yet(
    make_photo: MakePhoto, changes_of: Callable[[Photo], int]
) -> None:
    photo = make_photo()
    assert changes_of(photo) == 0

    put_vector(photo, axis(0), "fake@1-32d")

    assert changes_of(photo) == 1


def test_a_photo_saved_as_a_whole_is_news(make_photo: MakePhoto, changes_of: Callable[[Photo], int]) -> None:
    photo = make_photo()

    photo.save()

    assert changes_of(photo) == 1


@pytest.mark.parametrize("field", ["archived", "trashed_at"])
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


def test_a_vector_of_another_model_is_news_for_the_index_of_that_model_only(make_photo: MakePhoto) -> None:
    ActiveModel.adopt("fake", "fake@1-32d")
    photos = [make_photo(embedding=axis(number)) for number in range(3)]
    _, cursor = Library.position()

    put_vectors("new@1-32d", {photo.pk: axis(4) for photo in photos})
    put_vectors("new@1-32d", {photos[1].pk: axis(5)})

    _, newest = Library.position()
    assert IndexChange.objects.photos_past(cursor, newest, "new@1-32d").tolist() == [photo.pk for photo in photos]
    assert IndexChange.objects.photos_past(cursor, newest, "fake@1-32d").tolist() == []


def test_vectors_that_are_deleted_are_news(make_photo: MakePhoto) -> None:
    active = ActiveModel.adopt("fake", "fake@1-32d")
    photo = make_photo(embedding=axis(0))
    put_vectors("new@1-32d", {photo.pk: axis(4)})
    active.change_to("other", "new@1-32d")
    _, cursor = Library.position()

    settle(lambda _: None)

    assert IndexChange.objects.past(cursor, "fake@1-32d").count() == 1
    assert IndexChange.objects.past(cursor, "new@1-32d").count() == 0


def test_vectors_of_another_model_share_the_fate_of_their_news(
    make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    ActiveModel.adopt("fake", "fake@1-32d")
    photo = make_photo(embedding=axis(0))
    monkeypatch.setattr(IndexChange, "record_all", fail)

    with pytest.raises(ZeroDivisionError):
        put_vectors("new@1-32d", {photo.pk: axis(4)})

    assert vector_of(photo.pk, "new@1-32d") is None


def test_the_index_of_a_model_is_made_before_it_is_switched_to_and_goes_with_its_vectors(
    make_photo: MakePhoto,
) -> None:
    active = ActiveModel.adopt("fake", "fake@1-32d")
    photo = make_photo(embedding=axis(0))
    put_vectors("new@1-32d", {photo.pk: axis(4)})
    old, new = Space.of("fake@1-32d"), Space.of("new@1-32d")

    for space in (old, new):
        generation_ready.send(sender=ActiveModel, model=space.model)
    assert (Manifest.read(old.folder).count, Manifest.read(new.folder).count) == (1, 1)
    active.change_to("other", new.model)
    settle(lambda _: None)

    assert (old.folder.exists(), Manifest.read(new.folder).count) == (False, 1)
