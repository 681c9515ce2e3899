from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from photos import curation, pipeline, storage
from photos.models import Photo, PhotoTag
from photos.tests.factories import at
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below
from photos.uploads import accept_upload

NOW = at("2024-05-01 12:00")


@pytest.fixture
def red(owner: User, media: Path) -> Photo:
    """A photo that the fake encoder has tagged `red`, alone in its folder."""
    assert not media.exists()
    accepted = accept_upload(ContentFile(jpeg(), name="red.jpg"), owner, NOW)
    return pipeline.analyse(accepted.photo, NOW, picture=accepted.picture)


def test_a_machines_caption_follows_the_tags(red: Photo) -> None:
    curation.edit_photo(red, {"tags": ["boat", "sea"]}, NOW)

    assert red.caption == "A photo tagged “boat” and “sea”."
    assert Photo.objects.get().caption == "A photo tagged “boat” and “sea”."


def test_a_machines_caption_follows_the_date(red: Photo) -> None:
    curation.edit_photo(red, {"taken_at": at("2019-03-21 11:04")}, NOW)

    assert red.caption == "A red, photographed in March 2019."


def test_a_persons_caption_follows_nothing(red: Photo) -> None:
    curation.edit_photo(red, {"caption": "Mine."}, NOW)
    curation.edit_photo(red, {"tags": ["boat"]}, NOW)

    assert Photo.objects.get().caption == "Mine."


def test_a_caption_cleared_by_a_person_stays_empty(red: Photo) -> None:
    curation.edit_photo(red, {"caption": None, "tags": ["boat"]}, NOW)

    assert Photo.objects.get().caption == ""


def test_other_changes_tell_no_new_caption(red: Photo) -> None:
    Photo.objects.update(caption="Old words.")

    curation.edit_photo(red, {"rating": 4, "archived": True}, NOW)

    photo = Photo.objects.get()
    assert (photo.caption, photo.rating, photo.archived) == ("Old words.", 4, True)


def test_no_tags_is_an_empty_list_of_them(red: Photo) -> None:
    curation.edit_photo(red, {"tags": None}, NOW)

    assert (red.tag_names, red.caption) == ([], "")
    assert PhotoTag.objects.get().rejected


def test_what_is_answered_is_what_is_stored(red: Photo) -> None:
    curation.edit_photo(red, {"tags": ["boat"], "title": "Boat"}, NOW)

    stored = Photo.objects.get()
    names = ("title", "caption", "status", "error", "updated_at", "edited")
    assert [getattr(red, name) for name in names] == [getattr(stored, name) for name in names]


def test_a_wrong_change_changes_nothing_at_all(red: Photo) -> None:
    with pytest.raises(ValueError, match="not editable"):
        curation.edit_photo(red, {"tags": ["boat"], "sha256": ""}, NOW)

    assert Photo.objects.get().tag_names == ["red"]


def test_a_photo_deleted_meanwhile_cannot_be_edited(red: Photo) -> None:
    Photo.objects.all().delete()

    with pytest.raises(Photo.DoesNotExist):
        curation.edit_photo(red, {"tags": ["boat"]}, NOW)

    assert not PhotoTag.objects.exists()


def test_tags_added_and_removed_change_the_caption_too(red: Photo) -> None:
    curation.retag(red, NOW, add=["boat"])
    assert red.caption == "A red, tagged “boat”."

    curation.retag(red, NOW, remove=["red"])
    assert red.caption == "A photo tagged “boat”."


@pytest.mark.usefixtures("no_encoder")
def test_tags_can_be_corrected_without_an_encoder(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    curation.edit_photo(photo, {"tags": ["boat"]}, NOW)

    assert photo.caption == "A photo tagged “boat”."


@pytest.mark.django_db(transaction=True)
def test_a_purged_photo_is_gone_with_its_files(red: Photo, media: Path) -> None:
    other = accept_upload(ContentFile(jpeg(colour="blue"), name="blue.jpg"), red.owner, NOW).photo

    curation.purge(red)

    assert list(Photo.objects.all()) == [other]
    assert files_below(media) == [storage.path_of(other.original)]


@pytest.mark.django_db(transaction=True)
def test_the_bytes_stay_where_the_row_cannot_be_deleted(red: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("the database says no")

    monkeypatch.setattr(Photo, "delete", refuse)

    with pytest.raises(RuntimeError):
        curation.purge(red)

    assert storage.path_of(Photo.objects.get().original).exists()
