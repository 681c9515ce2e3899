from __future__ import annotations

from datetime import datetime

import pytest

from ai.captions import write_caption
from ai.encoders.compact import CompactEncoder
from ai.vocabulary import TagScore

TAKEN = datetime(2019, 3, 21, 11, 4, 22)
BROADER = {"dog": {"animal", "pet"}, "cat": {"animal", "pet"}, "pet": {"animal"}, "beach": {"nature", "landscape"}}


def tags(*words: str) -> list[TagScore]:
    """Tags surest first."""
    return [TagScore(word, 0.9 - at / 10) for at, word in enumerate(words)]


def test_the_surest_tags_and_the_month_make_a_sentence() -> None:
    caption = write_caption(tags("dog", "cat"), TAKEN, None)

    assert caption == "A dog and a cat, photographed in March 2019."


def test_tags_alone_make_a_sentence() -> None:
    assert write_caption(tags("food"), None, None) == "Food."
    assert write_caption(tags("atm"), None, None) == "An ATM."


def test_a_place_is_said_after_the_date() -> None:
    assert write_caption(tags("dog"), TAKEN, "Omaha, Nebraska") == (
        "A dog, photographed in March 2019 in Omaha, Nebraska."
    )
    assert write_caption(tags("dog"), None, "Omaha") == "A dog, photographed in Omaha."
    assert write_caption([], TAKEN, " Omaha\n") == "A photo taken on 21 March 2019 in Omaha."
    assert write_caption([], None, "Washington D.C.") == "A photo taken in Washington D.C."


def test_without_tags_only_the_date_is_said() -> None:
    assert write_caption([], TAKEN, None) == "A photo taken on 21 March 2019."


@pytest.mark.parametrize("place", [None, "", "  "])
def test_with_nothing_known_nothing_is_said(place: str | None) -> None:
    assert write_caption([], None, place) == ""


def test_a_broad_word_is_left_out_where_a_narrower_one_says_it() -> None:
    assert write_caption(tags("animal", "pet", "dog", "landscape"), None, None, BROADER) == "A dog and a landscape."
    assert write_caption(tags("animal", "pet"), None, None, BROADER) == "A pet."
    assert write_caption(tags("animal"), None, None, BROADER) == "An animal."


def test_at_most_the_three_surest_things_are_named_whatever_order_they_come_in() -> None:
    shuffled = [TagScore("boat", 0.5), TagScore("dog", 0.9), TagScore("ox", 0.4), TagScore("sea", 0.7)]

    assert write_caption(shuffled, None, None) == "A dog, the sea and a boat."


def test_a_setting_follows_the_things_or_stands_alone() -> None:
    assert write_caption(tags("indoor", "dog", "chair"), TAKEN, None) == (
        "A dog and a chair indoors, photographed in March 2019."
    )
    assert write_caption(tags("urban", "outdoor"), None, None) == "An urban scene."
    assert write_caption(tags("people", "urban"), None, None) == "People in an urban setting."
    assert write_caption(tags("night", "winter"), None, None) == "A night scene."


def test_seasons_and_light_follow_what_is_in_the_picture() -> None:
    assert write_caption(tags("bridge", "night"), None, None) == "A bridge at night."
    assert write_caption(tags("winter", "dog"), None, None) == "A dog in winter."


def test_how_a_photo_was_taken_follows_what_it_shows() -> None:
    assert write_caption(tags("black and white", "portrait"), None, None) == "A portrait in black and white."
    assert write_caption(tags("flower", "bokeh"), None, None) == "A flower before a blurred background."
    assert write_caption(tags("aerial view", "field", "trees"), None, None) == "A field and trees from above."
    assert write_caption(tags("close-up"), None, None) == "A close-up."


def test_what_is_less_likely_than_not_is_not_stated() -> None:
    unsure = [TagScore("animal", 0.8), TagScore("dog", 0.49)]

    assert write_caption(unsure, None, None, BROADER) == "An animal."
    assert write_caption(unsure[1:], TAKEN, None) == "A photo taken on 21 March 2019."


def test_words_nobody_knows_are_quoted_after_the_things() -> None:
    names = {"anna", "our boat", "italy 2019"}

    assert write_caption(tags("anna", "dog"), TAKEN, None, strange=names) == (
        "A dog, tagged “anna”, photographed in March 2019."
    )
    assert write_caption(tags("anna", "our boat", "italy 2019"), None, "Rome", strange=names) == (
        "A photo tagged “anna”, “our boat” and “italy 2019”, taken in Rome."
    )
    assert write_caption(tags("anna"), None, None, strange=names) == "A photo tagged “anna”."


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_name(month: int) -> None:
    taken = TAKEN.replace(month=month)

    assert write_caption([], taken, None) == f"A photo taken on 21 {taken:%B} 2019."


def test_a_caption_names_only_what_its_tags_name(compact: CompactEncoder) -> None:
    """Whatever the shipped encoder could tag, alone: one capital, one full stop, and the word itself."""
    for word in compact.vocabulary.words:
        caption = write_caption([TagScore(word.word, 1.0)], None, None, compact.vocabulary.broader)

        assert caption[0].isupper()
        assert caption.endswith(".")
        assert caption.count(".") == 1
        assert word.word.removesuffix(" fruit").removesuffix("s").lower() in caption.lower()
