from __future__ import annotations

import pytest

from ai.encoders.compact import CompactEncoder
from ai.nouns import noun_phrase


@pytest.mark.parametrize(
    ("word", "phrase"),
    [
        ("dog", "a dog"),
        ("animal", "an animal"),
        ("umbrella", "an umbrella"),
        ("uniform", "a uniform"),
        ("hourglass", "an hourglass"),
        ("food", "food"),
        ("sea life", "sea life"),
        ("mashed potato", "mashed potato"),
        ("people", "people"),
        ("trees", "trees"),
        ("sunglasses", "sunglasses"),
        ("bus", "a bus"),
        ("compass", "a compass"),
        ("mantis", "a mantis"),
        ("rhinoceros", "a rhinoceros"),
        ("water lily", "a water lily"),
        ("plate of food", "a plate of food"),
        ("orange fruit", "an orange"),
        ("sea", "the sea"),
        ("furniture", "a piece of furniture"),
        ("nature", "a nature scene"),
        ("atm", "an ATM"),
        ("christmas", "Christmas"),
        ("bottles of wine", "bottles of wine"),
        ("horse riding", "horse riding"),
        ("abstract art", "abstract art"),
        ("painting", "a painting"),
        ("wedding", "a wedding"),
        ("christmas tree", "a Christmas tree"),
        ("qr code", "a QR code"),
        ("milky way", "the Milky Way"),
        ("american football", "American football"),
    ],
)
def test_a_tag_takes_the_article_it_needs(word: str, phrase: str) -> None:
    assert noun_phrase(word) == phrase


def test_every_word_of_the_shipped_vocabulary_that_looks_plural_is_one(compact: CompactEncoder) -> None:
    bare = {word.word for word in compact.vocabulary.words if noun_phrase(word.word) == word.word}

    assert {word for word in bare if word.endswith("s")} == {
        "binoculars",
        "drums",
        "headphones",
        "ruins",
        "sandals",
        "scissors",
        "socks",
        "sunglasses",
        "sweets",
        "trees",
    }
