from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "cafe"),
        ("cafe\u0301", "café"),
        ("STRASSE", "straße"),
        ("НОЧЬ", "ночь"),
        ("ΟΔΌΣ", "οδος"),
        ("ﬁlm", "film"),
        ("  hot \n dog ", "Hot Dog"),
    ],
)
def test_case_accents_and_spaces_are_forgiven(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("dog", "dogs"), ("कि", "क"), ("が", "か"), ("и", "н")])
def test_other_letters_are_other_letters(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_what_is_folded_stays_so(text: str) -> None:
    assert fold(fold(text)) == fold(text)
