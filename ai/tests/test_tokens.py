from __future__ import annotations

import pytest

from ai.tokens import readings, tokens


def test_a_text_is_split_at_whatever_is_no_letter_without_case_or_accents() -> None:
    assert tokens("Crème-brûlée, 2 DOGS_and ÑANDÚ's") == ["creme", "brulee", "dogs", "and", "nandu", "s"]


def test_the_token_itself_is_the_first_reading_and_irregular_plurals_are_known() -> None:
    assert next(readings("glasses")) == "glasses"
    assert "woman" in readings("women")
    assert list(readings("snow")) == ["snow"]


@pytest.mark.parametrize(
    ("language", "plural", "singular"),
    [
        ("de", "Hunde", "Hund"),
        ("de", "Bäume", "Baum"),
        ("de", "Häuser", "Haus"),
        ("de", "Blumen", "Blume"),
        ("de", "Lehrerinnen", "Lehrerin"),
        ("es", "luces", "luz"),
        ("es", "flores", "flor"),
        ("fr", "bateaux", "bateau"),
        ("fr", "chevaux", "cheval"),
        ("it", "gatti", "gatto"),
        ("it", "laghi", "lago"),
        ("nl", "bomen", "bom"),
        ("pt", "aviões", "avião"),
    ],
)
def test_plurals_of_other_languages_are_read_too(language: str, plural: str, singular: str) -> None:
    assert tokens(singular)[0] in readings(tokens(plural)[0], language)


def test_an_ending_alone_is_no_plural_and_an_unknown_language_has_none() -> None:
    assert list(readings("s", "de")) == ["s"]
    assert list(readings("taloja", "fi")) == ["taloja"]


def test_a_sharp_s_is_two_in_capitals_and_one_word_all_the_same() -> None:
    assert tokens("Straße STRASSE") == ["strasse", "strasse"]
