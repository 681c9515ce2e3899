from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ai.encoders.base import Encoder
from ai.fakes import PALETTE, FakeEncoder
from ai.vocabulary import Vocabulary, Word
from photos.evaluating import Evaluation, NothingKnown, evaluate
from photos.labelled import LabelledPicture
from photos.looking import Seen
from photos.tests.pictures import plain

FAKE = FakeEncoder()


class BroadEncoder(FakeEncoder):
    """Knows that blue and green are cold, which is a kind of colour, and never tags with yellow."""

    def __init__(self) -> None:
        super().__init__()
        own = {word.word: word for word in self.vocabulary.words}
        own |= {name: replace(own[name], parents=("cold",)) for name in ("blue", "green")}
        own["yellow"] = replace(own["yellow"], threshold=None)
        cold = Word(
            "cold", tuple(leaf for name in ("blue", "green") for leaf in own[name].leaves), ("colour",), (), 0.3
        )
        colour = Word("colour", tuple(range(len(PALETTE))), threshold=0.3)
        self.vocabulary = Vocabulary((*own.values(), cold, colour), self.vocabulary.leaves, temperature=20.0)


def seen(encoder: Encoder, *said: tuple[str, Sequence[str], Sequence[str]]) -> Seen:
    """Return plain pictures, each with its colour, its labels and its captions."""
    pictures = tuple(
        LabelledPicture(Path(f"{at}.png"), f"{at}.png", frozenset(labels), tuple(captions))
        for at, (_, labels, captions) in enumerate(said)
    )
    vectors = encoder.embed_images([plain((20, 20), colour) for colour, _, _ in said])
    return Seen(pictures, vectors, (), 1.0, 1.0)


def labelled(encoder: Encoder, *said: tuple[str, str]) -> Evaluation:
    """Evaluate on plain pictures with one label each."""
    return evaluate(encoder, seen(encoder, *((colour, [label], ()) for colour, label in said)))


def test_right_tags_and_searches_have_full_marks() -> None:
    figures = labelled(FAKE, *[("red", "red")] * 10, *[("blue", "blue")] * 10)

    assert [(word.word, word.shown, word.said, word.right) for word in figures.tags.words] == [
        ("blue", 10, 10, 10),
        ("red", 10, 10, 10),
    ]
    assert figures.tags.micro.f1 == figures.tags.macro.f1 == figures.precision == 1.0


def test_wrong_labels_cost_precision_and_recall() -> None:
    figures = labelled(FAKE, ("red", "red"), ("red", "blue"), ("blue", "blue"), ("blue", "blue"))

    red, blue = figures.tags.words[1].score, figures.tags.words[0].score
    assert (red.precision, red.recall) == (0.5, 1.0)
    assert (blue.precision, blue.recall) == (1.0, pytest.approx(2 / 3))
    assert [search.precision for search in figures.searches] == [0.3, 0.1], "out of ten, whatever there is"


def test_a_label_implies_the_words_above_it() -> None:
    encoder = BroadEncoder()

    figures = labelled(encoder, ("blue", "blue"), ("green", "green"), ("red", "colour"), ("green", "cold"))

    counts = {word.word: (word.shown, word.said, word.right) for word in figures.tags.words}
    assert counts["colour"] == (4, 4, 4)
    assert counts["cold"] == (3, 3, 3)
    assert counts["green"] == (1, 2, 1)


def test_a_label_may_be_a_synonym_or_a_plural() -> None:
    figures = labelled(FAKE, ("gray", "grey"), ("gray", "gray"), ("purple", "violets"))

    assert figures.coverage.tagged == ("gray", "purple")
    assert figures.tags.micro.f1 == 1.0


def test_a_label_of_several_words_is_no_name_of_one_of_them() -> None:
    figures = labelled(FAKE, ("red", "red"), ("red", "red car"))

    assert figures.coverage.tagged == ("red",)
    assert figures.coverage.searched == ("red car",)


def test_coverage_tells_what_is_tagged_what_only_searched_and_what_unknown() -> None:
    figures = labelled(BroadEncoder(), ("red", "red"), ("yellow", "yellow"), ("white", "xyzzy"))

    assert figures.coverage.tagged == ("red",)
    assert figures.coverage.searched == ("yellow",)
    assert figures.coverage.unknown == ("xyzzy",)
    assert [word.word for word in figures.tags.words] == ["red"]
    assert [search.word for search in figures.searches] == ["red", "yellow"]


def test_captions_find_their_pictures_and_pictures_their_captions() -> None:
    figures = evaluate(
        FAKE,
        seen(
            FAKE,
            ("red", [], ["something red", "blue"]),
            ("blue", [], ["the blue sea"]),
            ("green", [], []),
            ("white", [], ["xyzzy", "green"]),
        ),
    )

    # By text: red finds its picture first; "blue" finds the blue one first and its own later; xyzzy finds nothing.
    texts = figures.text_to_image
    assert (texts.queries, texts.recall[1]) == (5, 0.4)
    assert texts.recall[5] == 0.8
    # By picture: red and blue have one of their captions first, white does not; green has none and does not ask.
    pictures = figures.image_to_text
    assert pictures.queries == 3
    assert pictures.recall[1] == pytest.approx(1 / 3), "of two equal captions the earlier one, which is red's, is first"
    assert pictures.recall[5] == 1.0
    assert (figures.coverage.captions, figures.coverage.unknown_captions) == (5, 1)


def test_ranks_are_those_of_sorting_by_hand_also_over_many_blocks() -> None:
    generator = np.random.default_rng(5)
    names = [str(name) for name in generator.choice(list(PALETTE), 600)]
    told = [" ".join(generator.choice(list(PALETTE), 2)) for _ in names]
    sample = seen(FAKE, *((name, [], [caption]) for name, caption in zip(names, told, strict=True)))

    figures = evaluate(FAKE, sample)

    vectors = np.array(FAKE.embed_texts(told), dtype=np.float32)
    scores = np.round(vectors @ sample.vectors.T, 6)
    orders = [[at for _, at in sorted((-score, at) for at, score in enumerate(row))] for row in scores.tolist()]
    found = [order.index(own) + 1 for own, order in enumerate(orders)]
    assert figures.text_to_image.mrr == pytest.approx(sum(1 / rank for rank in found) / 600)
    assert figures.text_to_image.recall[10] == pytest.approx(sum(rank <= 10 for rank in found) / 600)


def test_what_the_model_knows_nothing_of_cannot_be_measured() -> None:
    with pytest.raises(NothingKnown, match="knows nothing of what is said of these pictures: fnord, xyzzy"):
        labelled(FAKE, ("red", "xyzzy"), ("blue", "fnord"))
    with pytest.raises(NothingKnown, match="knows nothing"):
        evaluate(FAKE, seen(FAKE, ("red", [], ["xyzzy"])))
    with pytest.raises(NothingKnown, match="Nothing is said"):
        evaluate(FAKE, seen(FAKE, ("red", [], [])))
