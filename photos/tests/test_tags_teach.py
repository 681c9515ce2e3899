from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from photos import teaching
from photos.models import OutsideExample, VocabularyWord
from photos.models.tag import MAX_TAGS
from photos.tasks import learn_taught_words
from photos.tests.factories import at
from photos.tests.lesson_photos import boat, house, marks
from photos.tests.pictures import jpeg

pytestmark = pytest.mark.django_db

NOW = at("2024-05-01 12:00")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("tags", "teach", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def red(tmp_path: Path) -> Path:
    """Five pictures that are red."""
    return folder(tmp_path / "red", "red")


@pytest.fixture
def blue(tmp_path: Path) -> Path:
    return folder(tmp_path / "blue", "blue")


def folder(path: Path, colour: str) -> Path:
    path.mkdir()
    for number in range(5):
        (path / f"{number}.jpg").write_bytes(jpeg((60 + number, 40), colour))
    return path


def test_a_word_is_taught_by_two_folders(red: Path, blue: Path, owner: User) -> None:
    assert owner

    said = run("Our Poppies", "--positive", str(red), "--negative", str(blue))

    assert f"{red}: 0 photos of the library, 5 pictures that are not in it" in said
    assert "our poppies: learned from 5 pictures that show it and 5 that do not" in said
    assert "precision 100%, recall 100%" in said


def test_it_prints_the_first_matches(red: Path, blue: Path, owner: User) -> None:
    from_library = boat(0, owner=owner)

    said = run("our poppies", "--positive", str(red), "--negative", str(blue))

    assert f"{from_library.pk:>8}" in said
    assert "boat 0" in said


def test_files_that_are_no_pictures_are_named(red: Path) -> None:
    (red / "notes.txt").write_text("no picture")

    assert f"skipped {red / 'notes.txt'}: " in run("our poppies", "--positive", str(red))


def test_one_folder_is_enough_to_begin_with(red: Path) -> None:
    assert "with three of each its precision can be told" in run("our poppies", "--positive", str(red))


def test_from_noes_alone_nothing_is_learned(blue: Path) -> None:
    with pytest.raises(CommandError, match="needs a picture that shows it"):
        run("our poppies", "--negative", str(blue))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name the word"),
        (["our poppies"], "Name a folder"),
        (["our poppies", "--positive", "/nowhere"], "is not a folder"),
        (["   ", "--positive", "."], "cannot be blank|needs at least"),
        (["our poppies", "--forget"], "was not taught"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*arguments)


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_it_says_what_is_missing(red: Path) -> None:
    with pytest.raises(CommandError):
        run("our poppies", "--positive", str(red))


def test_taught_words_are_listed_and_forgotten(red: Path, blue: Path) -> None:
    run("our poppies", "--positive", str(red), "--negative", str(blue))
    teaching.mark(teaching.word_named("no boat"), [boat(0)], False, NOW)

    assert run("--list").splitlines()[0] == "no boat: not learned"
    assert "our poppies: learned from 5" in run("--list")
    assert "is forgotten" in run("Our poppies", "--forget")
    assert "our poppies" not in run("--list")
    assert not OutsideExample.objects.exists()
    assert not VocabularyWord.objects.filter(word="our poppies").exists()


def test_a_taught_word_is_exported_with_what_it_was_taught_by(tmp_path: Path, red: Path, owner: User) -> None:
    photo = boat(0, owner=owner)
    teaching.mark(teaching.word_named("our boat"), [photo], True, NOW)
    run("our boat", "--negative", str(red))

    call_command("tags", "export", str(tmp_path / "words.json"), stdout=StringIO())

    entry = json.loads((tmp_path / "words.json").read_text())["words"][0]
    assert entry["word"] == "our boat"
    assert entry["examples"]["positive"] == [photo.sha256]
    assert len(entry["examples"]["negative"]) == 5


def test_an_imported_word_is_learned_by_who_has_the_same_files(tmp_path: Path, owner: User) -> None:
    shows, shows_not = boat(0, owner=owner), house(0, owner=owner)
    word = teaching.word_named("our boat")
    teaching.mark(word, [shows], True, NOW)
    teaching.mark(word, [shows_not], False, NOW)
    call_command("tags", "export", str(tmp_path / "words.json"), stdout=StringIO())
    teaching.forget(word)
    out = StringIO()

    call_command("tags", "import", str(tmp_path / "words.json"), stdout=out)
    learn_taught_words(NOW)

    word = VocabularyWord.objects.get(word="our boat")
    assert "our boat: 2 photos are here" in out.getvalue()
    assert marks(word) == {shows.pk: True, shows_not.pk: False}
    assert word.probes.get().positives == 1


def test_an_import_says_where_a_photo_has_too_many_tags_to_be_taught_by(tmp_path: Path, owner: User) -> None:
    photo = boat(0, owner=owner)
    photo.add_tags([f"tag {number}" for number in range(MAX_TAGS)])
    words = [{"word": "our boat", "leaf": False, "threshold": 0.5, "examples": {"positive": [photo.sha256]}}]
    (tmp_path / "words.json").write_text(json.dumps({"format": 1, "words": words}))

    with pytest.raises(CommandError, match=r"'our boat' was not taught\. A photo has at most"):
        call_command("tags", "import", str(tmp_path / "words.json"), stdout=StringIO())

    assert VocabularyWord.objects.filter(word="our boat").exists()
