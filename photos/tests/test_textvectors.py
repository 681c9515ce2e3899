from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ai.fakes import FakeEncoder
from photos.models import TextVector
from photos.textvectors import AT_ONCE, RememberedTexts

pytestmark = pytest.mark.django_db


class Counting(FakeEncoder):
    def __init__(self, revision: str = "1") -> None:
        super().__init__(revision)
        self.asked: list[str] = []

    def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
        self.asked += texts
        return super().embed_texts(texts)


def test_a_text_is_asked_for_once_and_answered_alike_ever_after() -> None:
    encoder = Counting()

    first = RememberedTexts(encoder).embed_texts(["red", "blue", "xyzzy", "red"])
    again = RememberedTexts(encoder).embed_texts(["xyzzy", "red"])

    assert encoder.asked == ["red", "blue", "xyzzy"], "also that nothing is known of a text is remembered"
    assert np.array_equal(first[0], again[1])  # type: ignore[arg-type]
    assert first[2] is again[0] is None


def test_each_model_has_answers_of_its_own() -> None:
    RememberedTexts(Counting("1")).embed_texts(["red"])
    other = Counting("2")

    RememberedTexts(other).embed_texts(["red"])

    assert other.asked == ["red"]


def test_who_breaks_off_has_to_ask_only_for_the_rest() -> None:
    class Broken(Counting):
        def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
            if self.asked:
                raise RuntimeError("power cut")
            return super().embed_texts(texts)

    texts = [f"red {number}" for number in range(AT_ONCE + 5)]
    with pytest.raises(RuntimeError):
        RememberedTexts(Broken()).embed_texts(texts)
    encoder = Counting()

    RememberedTexts(encoder).embed_texts(texts)

    assert encoder.asked == texts[AT_ONCE:]


def test_more_texts_than_one_statement_takes_are_asked_in_parts() -> None:
    texts = [f"red {number}" for number in range(1200)]
    RememberedTexts(Counting()).embed_texts(texts)
    encoder = Counting()

    vectors = RememberedTexts(encoder).embed_texts(texts)

    assert encoder.asked == []
    assert len(vectors) == 1200
    assert TextVector.objects.count() == 1200
