"""What to look for instead, where a query has no strong answer: near words that do have one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
from django.db.models import Count

from photos.models import Tag
from photos.oneof import OneOf
from search.language import And, Not, Query, Words
from search.ranking.alternatives import Alternative
from search.ranking.bands import strong_among
from search.ranking.meaning import Meaning
from search.ranking.modes import Mode
from search.ranking.rankings import by_meaning, by_words
from search.ranking.relaxing import leaves_nothing, relaxed, spelled_nearly
from search.ranking.relevance import Kind
from search.ranking.wishes import Wish, wish
from search.ranking.words import words_of

MOST = 5

# What is offered was tried, which takes as long as a search: so many are, and so many of each sort.
_MOST_TRIED = 12
_OF_A_SORT = 4
_MOST_LOOKED_AT = 1_000


def near_misses(asked: Sequence[tuple[Alternative, Wish]], mode: Mode, with_archive: bool) -> list[str]:
    """Return queries, at most MOST, that differ from one of these in its words and have a strong answer.

    In this order: the query with fewer words, words of one's tags that are written nearly so, words of the vocabulary
    that mean nearly so, and one's commonest tags. Where facts and phrases leave nothing over, those are changed.
    """
    changed = _each(change for alternative, wished in asked for change in _changed(alternative, wished))
    meaning = asked[0][1].meaning
    answered = (one for one in islice(changed, _MOST_TRIED) if _has_strong(one, meaning, mode, with_archive))
    return [str(_query(one)) for one in islice(answered, MOST)]


def _each(changes: Iterable[Alternative]) -> Iterator[Alternative]:
    """Yield each of these once; no more are thought of than are asked for."""
    seen: set[Alternative] = set()
    for change in changes:
        if change not in seen:
            seen.add(change)
            yield change


def _changed(alternative: Alternative, asked: Wish) -> Iterator[Alternative]:
    if leaves_nothing(asked):
        yield from relaxed(alternative, asked.meaning.user)
    elif alternative.texts:
        excluded = frozenset[str]().union(*(unwanted.names for unwanted in asked.without))
        for text in _texts(alternative.text, asked):
            if text != alternative.text and _is_sensible(text, excluded):
                yield replace(alternative, texts=(text,))


def _is_sensible(text: str, excluded: frozenset[str]) -> bool:
    """Tell whether it says something, and nothing that the query excludes."""
    return any(letter.isalnum() for letter in text) and excluded.isdisjoint((text, *words_of(text)))


def _texts(text: str, asked: Wish) -> Iterator[str]:
    words = words_of(text)
    if 1 < len(words) <= _OF_A_SORT:
        yield from (" ".join(word for word in words if word != left_out) for left_out in words)
    if len(words) > 1:
        # The longest say most: "a photo of a dog" is not about "a".
        yield from sorted(words, key=len, reverse=True)[:_OF_A_SORT]
    commonest = _tags(asked)
    for word in words:
        yield from spelled_nearly(word, commonest, _OF_A_SORT)
    yield from islice(_meant_nearly(asked), _OF_A_SORT)
    yield from commonest[:_OF_A_SORT]


def _tags(asked: Wish) -> list[str]:
    """Return the tags of photos that may answer, the newest of them, the commonest first."""
    newest = asked.scope.newest_ids(_MOST_LOOKED_AT)
    shown = Tag.objects.filter(photo_tags__photo__in=OneOf(newest), photo_tags__rejected=False)
    return list(shown.annotate(photos=Count("pk")).order_by("-photos", "name").values_list("name", flat=True))


def _meant_nearly(asked: Wish) -> Iterator[str]:
    """Yield the words of the vocabulary that photos show, those that point nearly where the query does first."""
    background = asked.meaning.background
    if asked.direction is None or asked.direction.kind is not Kind.TEXT or background is None:
        return
    nearest = np.argsort(-(background.directions @ asked.direction.vector), kind="stable")
    words = (background.words[at].word for at in nearest.tolist())
    yield from (word for word in words if word in background.words_shown)


def _has_strong(alternative: Alternative, meaning: Meaning, mode: Mode, with_archive: bool) -> bool:
    tried = wish(alternative, meaning, with_archive)
    if tried.is_only_facts:
        return bool(len(tried.left_of(tried.scope.every_id())))
    if by_words(tried, 1):
        return True
    near = {} if mode is Mode.TEXT else by_meaning(tried, 1)
    return bool(strong_among(tried, near, near))


def _query(alternative: Alternative) -> Query:
    phrases = [Words(phrase, exact=True) for phrase in alternative.phrases]
    parts = (
        *phrases,
        *([Words(alternative.text)] if alternative.texts else []),
        *alternative.facts,
        *map(Not, alternative.without),
    )
    return Query(parts[0] if len(parts) == 1 else And(parts))
