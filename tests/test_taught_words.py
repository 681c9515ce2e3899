"""A taught word is found better than an untaught one, by the encoder that comes with the project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import mean

import pytest
from pytest_django import Settings

from accounts.models import User
from ai.loading import forget_encoder
from photos import learning, teaching
from photos.encoding import current_encoder
from photos.models import Photo
from photos.retagging import retag
from photos.tests.drawings import KINDS, drawing
from photos.tests.factories import at, make_photo
from search.ranking.hybrid import find

pytestmark = pytest.mark.django_db

NOW = at("2024-05-01 12:00")
TAUGHT = ("boat", "house", "tree")
POSITIVES, NEGATIVES, OF_EACH_KIND = 10, 20, 25
MARGIN = 0.3


@pytest.fixture(autouse=True)
def real_encoder(settings: Settings) -> Iterator[None]:
    settings.CLOUDZY_ENCODER = "compact"
    forget_encoder()
    yield
    forget_encoder()


@pytest.fixture
def drawn(owner: User) -> dict[str, list[Photo]]:
    """A library of drawings, by kind."""
    assert owner
    encoder = current_encoder()
    return {
        kind: [
            make_photo(embedding=vector, title=f"{kind} {seed}")
            for seed, vector in enumerate(encoder.embed_images([drawing(kind, seed) for seed in range(OF_EACH_KIND)]))
        ]
        for kind in KINDS
    }


def precision_at_10(word: str, shows_it: Sequence[Photo], user: User, without: Sequence[Photo]) -> float:
    """Return the share of photos that show it among the first ten found, apart from what it was taught with."""
    passed_by = {photo.pk for photo in without}
    found = [hit.photo.pk for hit in find(word, user, 50).hits if hit.photo.pk not in passed_by][:10]
    return len({photo.pk for photo in shows_it} & set(found)) / 10


def test_ten_examples_and_twenty_counterexamples_make_a_word_found(drawn: dict[str, list[Photo]], owner: User) -> None:
    untaught, taught = [], []
    for kind in TAUGHT:
        name = f"our {kind}"  # of which the encoder understands the second word
        shows, others = drawn[kind], [photo for other in KINDS if other != kind for photo in drawn[other]]
        examples = [*shows[:POSITIVES], *others[:: len(others) // NEGATIVES][:NEGATIVES]]
        untaught.append(precision_at_10(name, shows, owner, without=examples))
        word = teaching.word_named(name)
        teaching.mark(word, examples[:POSITIVES], True, NOW)
        teaching.mark(word, examples[POSITIVES:], False, NOW)
        assert learning.relearn(word, NOW) is not None
        taught.append(precision_at_10(name, shows, owner, without=examples))

    assert mean(taught) >= mean(untaught) + MARGIN
    assert min(taught) >= 0.8


def test_a_taught_word_is_a_tag_of_photos_nobody_marked(drawn: dict[str, list[Photo]]) -> None:
    word = teaching.word_named("our boat")
    teaching.mark(word, drawn["boat"][:POSITIVES], True, NOW)
    teaching.mark(word, [*drawn["house"][:10], *drawn["lighthouse"][:10]], False, NOW)
    learning.relearn(word, NOW)

    retag(NOW)

    tagged = {
        kind: sum("our boat" in Photo.objects.get(pk=photo.pk).tag_names for photo in photos[POSITIVES:])
        for kind, photos in drawn.items()
    }
    assert tagged.pop("boat") >= 10
    assert sum(tagged.values()) <= 3
