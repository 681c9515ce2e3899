from __future__ import annotations

import pytest

from ai.names import NameBook
from ai.vocabulary import Alias, Word

BOOK = NameBook(
    (
        Word(
            "dog", (), synonyms=("golden retriever",), aliases=(Alias("Hund", "de"), Alias("Bello"), Alias("cão", "pt"))
        ),
        Word("cat", (), aliases=(Alias("chat", "fr"), Alias("gatto", "it"))),
        Word("boat", (), aliases=(Alias("Boot", "de"), Alias("bateau", "fr"))),
        Word("boot", ()),
        Word("birthday party", (), aliases=(Alias("Geburtstagsfeier", "de"), Alias("fête d'anniversaire", "fr"))),
        Word("poodle", (), aliases=(Alias("Bello"),)),
    )
)


def meant(text: str) -> list[str]:
    return ["+".join(word.word for word in named.words) for named in BOOK.read(text) if named.words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hund", ["dog"]),
        ("zwei HUNDE und eine Katze", ["dog"]),
        ("os cães", ["dog"]),
        ("cao", ["dog"]),
        ("un chat", ["cat"]),
        ("gatti", ["cat"]),
        ("Geburtstagsfeiern", ["birthday party"]),
        ("une fête d'anniversaire", ["birthday party"]),
        ("birthday parties", ["birthday party"]),
        ("golden retrievers", ["dog"]),
    ],
)
def test_a_word_is_known_by_its_names_in_any_language(text: str, words: list[str]) -> None:
    assert meant(text) == words


def test_an_english_word_goes_before_a_word_of_another_language_that_looks_the_same() -> None:
    assert meant("boot, boots, bateaux") == ["boot", "boot", "boat"]


def test_a_name_of_the_librarys_own_means_every_word_it_was_given_to() -> None:
    assert meant("Bello") == ["dog+poodle"]


def test_only_names_that_english_does_not_have_are_aliases() -> None:
    said = [(named.tokens, named.alias) for named in BOOK.read("Der Hund, the golden retriever!")]

    assert said == [(("der",), False), (("hund",), True), (("the",), False), (("golden", "retriever"), False)]


def test_a_plural_of_one_language_is_no_plural_of_another() -> None:
    assert meant("hunds") == ["dog"], "German has plurals in s too"
    assert meant("chate") == []
    assert meant("belloer") == []


def test_names_without_letters_name_nothing() -> None:
    assert [*NameBook((Word("4", (), aliases=(Alias("!?"),)),)).read("4 !?")] == []
