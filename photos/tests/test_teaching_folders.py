from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from photos import teaching
from photos.models import OutsideExample, Photo, VocabularyWord
from photos.pipeline import analyse
from photos.teaching_folders import show
from photos.tests.factories import at
from photos.tests.pictures import jpeg, truncated
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db

NOW = at("2024-05-01 12:00")


@pytest.fixture
def word(owner: User) -> VocabularyWord:
    assert owner
    return teaching.word_named("our boat")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "more").mkdir()
    (tmp_path / "red.jpg").write_bytes(jpeg(colour="red"))
    (tmp_path / "more" / "blue.jpg").write_bytes(jpeg(colour="blue"))
    return tmp_path


def test_pictures_of_no_library_are_looked_at_and_not_taken_in(word: VocabularyWord, folder: Path) -> None:
    shown = show(word, folder, True, NOW)

    assert (shown.photos, shown.outside, shown.skipped) == (0, 2, [])
    assert OutsideExample.objects.filter(word=word, positive=True, model="fake@1-32d").count() == 2
    assert not Photo.objects.exists()


def test_a_picture_of_the_library_is_marked_there(word: VocabularyWord, folder: Path, owner: User) -> None:
    accepted = accept_upload(ContentFile((folder / "red.jpg").read_bytes(), name="mine.jpg"), owner, NOW)
    photo = analyse(accepted.photo, NOW, picture=accepted.picture)

    shown = show(word, folder, False, NOW)

    assert (shown.photos, shown.outside) == (1, 1)
    assert list(word.examples.values_list("photo_id", "positive")) == [(photo.pk, False)]


def test_files_that_are_no_pictures_are_skipped_by_name(word: VocabularyWord, folder: Path) -> None:
    (folder / "notes.txt").write_text("no picture")
    (folder / "cut.jpg").write_bytes(truncated(jpeg(), 0.5))
    (folder / ".hidden.jpg").write_bytes(jpeg())

    shown = show(word, folder, True, NOW)

    assert shown.outside == 2
    assert [skipped.path.name for skipped in shown.skipped] == ["cut.jpg", "notes.txt"]
    assert all(skipped.reason for skipped in shown.skipped)


def test_the_same_folder_again_says_nothing_twice(word: VocabularyWord, folder: Path) -> None:
    show(word, folder, True, NOW)

    show(word, folder, False, NOW)

    assert list(word.outside_examples.values_list("positive", flat=True)) == [False, False]
