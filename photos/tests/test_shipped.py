from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from ai.tests.conftest import SHIPPED
from photos import shipped
from photos.models import VocabularyState, VocabularyWord
from photos.models.word_rules import Neighbour, objections

pytestmark = pytest.mark.django_db


def dog() -> VocabularyWord:
    return VocabularyWord.objects.get(word="dog")


def upgraded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **changes: object) -> None:
    """Let the next version of Cloudzy come with other words: `dog` with these changes, and one that is new."""
    everyday = json.loads((shipped.FOLDER / "everyday.json").read_text())
    entries = [entry | (changes if entry["word"] == "dog" else {}) for entry in everyday["words"]]
    entries.append({"word": "zeppelinette", "parents": [], "synonyms": ["skyship"], "threshold": 0.4})
    (tmp_path / "everyday.json").write_text(json.dumps(everyday | {"words": entries}))
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    shipped._shipped.cache_clear()


@pytest.fixture(autouse=True)
def as_it_was() -> None:
    shipped._shipped.cache_clear()


def test_a_library_comes_with_the_words_of_the_encoder_and_with_everyday_ones() -> None:
    words = dict(VocabularyWord.objects.values_list("word", "shipped"))

    assert {"abacus", "dog", "wedding"} <= set(words)
    assert all(words.values())
    assert VocabularyWord.objects.filter(enabled=False).count() == 0
    assert "hund" in dog().translations["de"]


def test_every_word_that_ships_could_have_been_written_by_a_curator() -> None:
    rows = list(VocabularyWord.objects.all())
    neighbours = VocabularyWord.objects.neighbours()

    for row in rows:
        row.clean_fields()
        own = Neighbour(row.word, tuple(row.synonyms), tuple(row.parents))
        others = [other for other in neighbours if other.word != row.word]
        assert objections(own, others, own, list(row.translations)) == {}
        assert set(row.parents) <= {other.word for other in others}
        assert not {row.word for row in rows} & set(row.synonyms), row.word


def test_to_fill_a_second_time_changes_nothing() -> None:
    before = VocabularyState.now().current

    call_command("migrate", verbosity=0)

    assert shipped.fill() == 0
    assert VocabularyState.now().current == before


def test_an_upgrade_brings_new_words_and_better_entries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    upgraded(monkeypatch, tmp_path, threshold=0.45)

    assert shipped.fill() == 2

    assert VocabularyWord.objects.get(word="zeppelinette").synonyms == ["skyship"]
    assert dog().threshold == 0.45


def test_an_upgrade_leaves_alone_what_a_curator_set_and_only_that(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dog().edit({"threshold": 0.9, "enabled": False})
    VocabularyWord.objects.create(word="zeppelinette", synonyms=["graf"], threshold=0.8)
    upgraded(monkeypatch, tmp_path, threshold=0.45, prompts=["a photo of a dog."])

    shipped.fill()

    assert (dog().threshold, dog().enabled, dog().prompts) == (0.9, False, ["a photo of a dog."])
    assert VocabularyWord.objects.get(word="zeppelinette").synonyms == ["graf"]


def test_before_the_tables_are_there_nothing_is_filled() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vocabulary_word DROP COLUMN edited")

    assert shipped.fill() == 0

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE vocabulary_word")
    assert shipped.fill() == 0


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_emptied_gets_its_words_back() -> None:
    call_command("flush", interactive=False, verbosity=0)

    assert VocabularyWord.objects.filter(shipped=True).count() == len(shipped.shipped().words)
    assert VocabularyState.now().is_applied, "nothing is there that could be tagged under other words"


def test_without_the_encoders_list_the_everyday_words_are_there(settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_ENCODER_DIR = tmp_path

    assert "wedding" in shipped.shipped().words
    assert "okapi" not in shipped.shipped().words
    (tmp_path / "vocabulary.json").write_text('{"words": [{"no": "word"}]}')
    shipped._shipped.cache_clear()
    assert "wedding" in shipped.shipped().words


def test_of_a_word_in_both_lists_the_everyday_entry_counts_and_the_names_of_both_find_it() -> None:
    taught = {word["word"]: word for word in json.loads((SHIPPED / "vocabulary.json").read_text())["words"]}
    everyday = {word["word"]: word for word in json.loads((shipped.FOLDER / "everyday.json").read_text())["words"]}

    words = shipped.shipped().words

    assert words["mountain"].parents == everyday["mountain"]["parents"]
    assert set(everyday["mountain"]["synonyms"]) <= set(words["mountain"].synonyms)
    known_elsewhere = {name for word in everyday.values() for name in (word["word"], *word["synonyms"])}
    assert set(taught["cat"]["synonyms"]) - known_elsewhere <= set(words["cat"].synonyms)
