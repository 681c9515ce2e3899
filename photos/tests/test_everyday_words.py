from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ai.names import NameBook
from ai.nouns import noun_phrase
from ai.tokens import tokens
from ai.vocabulary import Alias, Word
from photos.models.tag import normalise_tag

FILE = Path(__file__).parents[1] / "vocabularies" / "everyday.json"
COMPACT = Path(__file__).parents[2] / "ai" / "models" / "compact" / "vocabulary.json"
LANGUAGES = {"de", "fr", "es", "it", "pt", "nl"}
# What the compact encoder was taught because its training pictures had it, and nobody looks for in a photo library.
NOT_EVERYDAY = {"mayfly", "nautilus", "okapi", "sea cucumber", "sea slug", "tick"}

DATA = json.loads(FILE.read_text(encoding="utf-8"))
WORDS: dict[str, dict[str, Any]] = {entry["word"]: entry for entry in DATA["words"]}


def above(word: str) -> set[str]:
    """Return everything that a word implies; RecursionError where its parents go round in a circle."""
    parents = WORDS[word]["parents"]
    return set(parents).union(*map(above, parents))


def translations() -> list[tuple[str, str]]:
    return [
        (entry["word"], text) for entry in DATA["words"] for texts in entry["translations"].values() for text in texts
    ]


def test_the_file_says_what_it_is() -> None:
    assert (DATA["format"], DATA["name"]) == (1, "everyday")
    assert DATA["licence"].startswith("MIT")
    assert len(DATA["templates"]) == 2
    assert all(template.count("{}") == 1 for template in DATA["templates"])


def test_there_are_enough_words_of_every_kind() -> None:
    kinds = {"landscape": 25, "animal": 80, "food": 60, "vehicle": 30, "document": 25, "celebration": 30, "sport": 30,
             "plant": 30, "activity": 15, "weather": 8, "screenshot": 5, "building": 20, "clothing": 25}  # fmt: skip
    everything = [kind for word in WORDS for kind in above(word)]

    assert len(WORDS) >= 900
    assert {kind: everything.count(kind) for kind in kinds if everything.count(kind) < kinds[kind]} == {}


@pytest.mark.parametrize(
    "word", ["sunset", "birthday cake", "screenshot", "receipt", "whiteboard", "qr code", "meme", "wedding", "concert"]
)
def test_what_people_look_for_is_there_and_becomes_a_tag(word: str) -> None:
    assert WORDS[word]["threshold"] is not None


def test_every_entry_has_the_same_shape() -> None:
    keys = {"word", "prompts", "parents", "synonyms", "translations", "threshold"}

    assert {entry["word"] for entry in DATA["words"] if set(entry) - {"leaf"} != keys} == set()
    assert {entry.get("leaf", True) for entry in DATA["words"]} == {True, False}


def test_words_and_synonyms_are_as_tags_are_stored() -> None:
    names = [name for entry in DATA["words"] for name in (entry["word"], *entry["synonyms"])]

    assert [name for name in names if normalise_tag(name) != name] == []


def test_no_two_words_or_synonyms_read_alike() -> None:
    names = [tuple(tokens(name)) for entry in DATA["words"] for name in (entry["word"], *entry["synonyms"])]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_parent_is_a_word_and_none_is_above_itself() -> None:
    parents = {parent for entry in DATA["words"] for parent in entry["parents"]}

    assert parents - set(WORDS) == set()
    assert [word for word in WORDS if word in above(word)] == []


def test_the_hierarchy_is_shallow() -> None:
    def depth(word: str) -> int:
        return 1 + max(map(depth, WORDS[word]["parents"]), default=0)

    assert max(map(depth, WORDS)) <= 6


def test_what_stands_on_a_table_is_not_outdoors() -> None:
    movable = ["houseplant", "rose", "lobster", "seashell", "goldfish", "candle", "soccer ball", "egg", "pumpkin"]

    assert [word for word in movable if "outdoor" in above(word)] == []


def test_a_word_that_is_only_a_sum_has_something_to_sum_and_says_nothing_of_its_own() -> None:
    sums = {entry["word"] for entry in DATA["words"] if not entry.get("leaf", True)}

    assert [word for word in sums if not any(word in entry["parents"] for entry in DATA["words"])] == []
    assert [word for word in sums if WORDS[word]["prompts"]] == []


def test_prompts_are_different_sentences() -> None:
    prompts = [prompt for entry in DATA["words"] for prompt in entry["prompts"]] + DATA["backgrounds"]

    assert [prompt for prompt in prompts if not re.fullmatch(r"[a-z][^{}]+\.", prompt)] == []
    assert sorted({prompt for prompt in prompts if prompts.count(prompt) > 1}) == []
    assert max(len(entry["prompts"]) for entry in DATA["words"]) <= 3
    assert len(DATA["backgrounds"]) >= 40


def test_thresholds_are_probabilities_or_say_that_a_word_serves_search_only() -> None:
    thresholds = [entry["threshold"] for entry in DATA["words"]]

    assert [at for at in thresholds if at is not None and not 0.2 <= at <= 0.7] == []
    assert thresholds.count(None) < len(thresholds) / 5


def test_a_machine_says_nothing_of_who_or_how_a_person_is() -> None:
    personal = ["man", "woman", "boy", "girl", "teenager", "elderly person", "friends", "pregnancy", "crying", "hair"]

    assert [word for word in personal if WORDS[word]["threshold"] is not None] == []


def test_translations_are_lower_case_letters() -> None:
    wrong = [text for _, text in translations() if not re.fullmatch(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*", text)]

    assert wrong == []
    assert [text for _, text in translations() if text != text.lower()] == []


def test_the_commonest_words_are_translated_into_every_language() -> None:
    counts = {language: sum(language in entry["translations"] for entry in DATA["words"]) for language in LANGUAGES}

    assert {language for entry in DATA["words"] for language in entry["translations"]} == LANGUAGES
    assert min(counts.values()) >= 600


def test_every_translation_leads_to_one_word_whatever_its_language() -> None:
    leads_to: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for entry in DATA["words"]:
        for name in (entry["word"], *entry["synonyms"]):
            leads_to[tuple(tokens(name))].add(entry["word"])
    for word, text in translations():
        leads_to[tuple(tokens(text))].add(word)

    assert {name: words for name, words in leads_to.items() if len(words) > 1} == {}


def test_every_name_is_read_as_its_word() -> None:
    book = NameBook([_word(entry) for entry in DATA["words"]])
    names = [(entry["word"], name) for entry in DATA["words"] for name in (entry["word"], *entry["synonyms"])]

    misread = [
        (word, name)
        for word, name in (*names, *translations())
        if [[meant.word for meant in named.words] for named in book.read(name)] != [[word]]
    ]

    assert misread == [("new year's eve", "new year's eve")], "four tokens; new year is among its synonyms"


def test_the_small_words_of_a_sentence_mean_nothing() -> None:
    small = {
        "en": "the a an of in on at by to with and or as is it for from",
        "de": "der die das den dem ein eine und mit auf in im am bei von zu aus an",
        "fr": "le la les un une des du de et avec dans sur a au aux en par sous",
        "es": "el la los las un una y con en de del al sobre para por pelo",
        "it": "il lo la i gli le un una e con in di del della nel sul per da",
        "pt": "o a os as um uma e com em de do da no na para por pelo",
        "nl": "de het een en met op in aan bij te uit voor naar",
    }
    names = {tuple(tokens(text)) for _, text in translations()}

    assert [word for words in small.values() for word in words.split() if (word,) in names] == []


def test_the_everyday_words_of_the_compact_encoder_are_spelled_the_same() -> None:
    compact = {entry["word"] for entry in json.loads(COMPACT.read_text(encoding="utf-8"))["words"]}

    assert compact - set(WORDS) == NOT_EVERYDAY


def test_in_a_sentence_only_plurals_and_what_is_not_counted_stand_without_an_article() -> None:
    bare = {word for word in WORDS if noun_phrase(word) == word}

    assert {word for word in bare if word.endswith("s")} == {
        "berries", "billiards", "binoculars", "bubbles", "building blocks", "darts", "drums", "fireworks",
        "french fries", "friends", "glasses", "gloves", "grapes", "gymnastics", "headphones", "high heels", "jeans",
        "light trails", "martial arts", "nuts", "pyjamas", "ruins", "sandals", "scissors", "shoes", "socks", "spices",
        "sunglasses", "sweets", "table tennis", "tennis", "trees", "chess", "grass", "holding hands", "moss",
        "stained glass",
    }  # fmt: skip
    assert {word for word in bare if word.endswith("ing")} >= {"hiking", "horse riding", "ice skating", "writing"}
    assert not bare & {"building", "painting", "drawing", "wedding", "meeting", "crossing", "dumpling", "ring"}


def test_one_word_stands_on_one_line_in_alphabetical_order() -> None:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith('    {"word": ')]

    assert [json.loads(line.rstrip(","))["word"] for line in lines] == sorted(WORDS)


def _word(entry: dict[str, Any]) -> Word:
    aliases = [Alias(text, language) for language, texts in entry["translations"].items() for text in texts]
    return Word(entry["word"], (), synonyms=tuple(entry["synonyms"]), aliases=tuple(aliases))
