"""Photos whose vectors are of one of two kinds, words taught with them, and answers as browsers send them."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ai.fakes import DIMENSION
from photos import learning, teaching
from photos.models import Photo, VocabularyWord
from photos.tests.factories import at, make_photo

NOW = at("2024-05-01 12:00")
BOAT, HOUSE = 3, 7  # the axes along which the two kinds lie


def vector(kind: int, seed: int, clear: float = 1.0) -> np.ndarray:
    """Make a unit vector of this kind, no two alike."""
    noise = np.random.default_rng([kind, seed]).normal(size=DIMENSION) * 0.1
    noise[kind] += clear
    return (noise / np.linalg.norm(noise)).astype(np.float32)


def boat(seed: int, **fields: Any) -> Photo:
    return make_photo(embedding=vector(BOAT, seed), title=f"boat {seed}", **fields)


def house(seed: int, **fields: Any) -> Photo:
    return make_photo(embedding=vector(HOUSE, seed), title=f"house {seed}", **fields)


def taught_word(user: User, name: str = "our boat", each: int = 3) -> VocabularyWord:
    """Teach a word with photos of the user's."""
    word = teaching.word_named(name)
    teaching.mark(word, [boat(seed, owner=user) for seed in range(each)], True, NOW)
    teaching.mark(word, [house(seed, owner=user) for seed in range(each)], False, NOW)
    learning.relearn(word, NOW)
    return word


def marks(word: VocabularyWord) -> dict[int, bool]:
    return dict(word.examples.values_list("photo_id", "positive"))


def page_of(client: Client, word: VocabularyWord, query: str = "") -> str:
    response = client.get(reverse("teach:lesson", args=[word.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def say(client: Client, word: VocabularyWord, photo: Photo, given: str, **headers: str) -> Any:
    return client.post(reverse("teach:answer", args=[word.pk]), {"photo": photo.pk, "answer": given}, headers=headers)
