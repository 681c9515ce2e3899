from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from photos.exchange import NotAWordList, as_list, take_in
from photos.models import VocabularyState, VocabularyWord

pytestmark = pytest.mark.django_db

HUSKY = {
    "word": "Borzette",
    "synonyms": ["moon dog"],
    "parents": ["northern dog", "dog"],
    "prompts": ["a photo of a borzette."],
    "translations": {"de": ["mondhund"]},
    "threshold": 0.4,
}
NORTHERN = {"word": "northern dog", "leaf": False, "parents": ["dog"]}


def words(*entries: dict[str, Any]) -> str:
    return json.dumps({"format": 1, "words": entries})


def test_words_come_in_also_when_they_name_each_other() -> None:
    assert take_in(words(HUSKY, NORTHERN)) == (2, 0)

    borzette = VocabularyWord.objects.get(word="borzette")
    assert (borzette.parents, borzette.threshold, borzette.enabled) == (["northern dog", "dog"], 0.4, True)
    assert not VocabularyWord.objects.get(word="northern dog").leaf


def test_what_is_there_is_changed_as_a_curator_does_and_keeps_what_the_list_does_not_say() -> None:
    dog = VocabularyWord.objects.get(word="dog")

    assert take_in(words({"word": "dog", "threshold": 0.8})) == (0, 1)

    changed = VocabularyWord.objects.get(word="dog")
    assert (changed.threshold, changed.edited, changed.synonyms) == (0.8, ["threshold"], dog.synonyms)


def test_what_was_written_comes_in_again_and_changes_nothing() -> None:
    take_in(words(HUSKY, NORTHERN))
    VocabularyWord.objects.filter(word="dog").switch(False)
    written = json.dumps(as_list(VocabularyWord.objects.all()))
    before = list(VocabularyWord.objects.values())
    stamp = VocabularyState.now().current

    assert take_in(written) == (0, 0)

    assert list(VocabularyWord.objects.values()) == before
    assert VocabularyState.now().current == stamp


def test_what_was_written_makes_the_same_words_in_another_library() -> None:
    take_in(words(HUSKY, NORTHERN))
    VocabularyWord.objects.filter(word="borzette").switch(False)
    curated = VocabularyWord.objects.curated()
    written = json.dumps(as_list(curated))
    before = list(curated.values("word", "enabled", *(key for key in HUSKY if key != "word")))
    curated.delete()

    assert take_in(written) == (2, 0)

    assert list(curated.values("word", "enabled", *(key for key in HUSKY if key != "word"))) == before


def test_one_word_that_cannot_be_keeps_out_all() -> None:
    with pytest.raises(ValidationError, match="borzette: 'cat' is a word of its own"):
        take_in(words(NORTHERN, HUSKY | {"synonyms": ["cat"]}))

    assert not VocabularyWord.objects.filter(shipped=False).exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"format": 2, "words": []}',
        '{"format": 1, "words": 3}',
        words({"synonyms": []}),
        words({"word": 3}),
        words({"word": "  "}),
        words({"word": "borzette", "synonyms": "moon dog"}),
        words({"word": "borzette", "parents": [3]}),
        words({"word": "borzette", "translations": ["de"]}),
        words({"word": "borzette", "translations": {"de": "x"}}),
        words({"word": "borzette", "threshold": "0.5"}),
        words({"word": "borzette", "threshold": True}),
        words({"word": "borzette", "threshold": float("nan")}),
        words({"word": "borzette", "threshold": 10**400}),
        words({"word": "borzette", "examples": {"positive": ["\ud800"]}}),
        "[" * 200_000,
        words({"word": "borzette", "leaf": 1}),
        words({"word": "borzette", "enabled": None}),
        words({"word": "borzette", "id": 1}),
        words({"word": "borzette", "shipped": True}),
    ],
)
def test_what_is_no_list_of_words_is_refused(text: str) -> None:
    with pytest.raises(NotAWordList):
        take_in(text)

    assert not VocabularyWord.objects.filter(shipped=False).exists()


@pytest.mark.parametrize("threshold", [0, 1.5, -1])
def test_a_threshold_that_is_none_is_refused(threshold: float) -> None:
    with pytest.raises(ValidationError, match="borzette"):
        take_in(words({"word": "borzette", "threshold": threshold}))
