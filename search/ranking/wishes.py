"""What a photo must be to be an answer, read by the words and the vectors of the library."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from search.fulltext import Term, index_for, text_index
from search.fulltext.base import MOST_LISTED
from search.fulltext.forms import forms
from search.index.spaces import Space
from search.language import Node, Part, Similar, Weighted, Words
from search.once import once
from search.ranking.alternatives import Alternative
from search.ranking.asked import Asked
from search.ranking.excluding import Direction, rather
from search.ranking.meaning import Meaning
from search.ranking.relevance import NOTHING_STRONG, Kind, Split
from search.ranking.scope import Scope
from search.ranking.words import Sought, sought, tagged_with


@dataclass(frozen=True, eq=False)
class Unwanted:
    """What photos must not be: a phrase that is written on them, or an answer to this rather than to what is wanted."""

    direction: Direction | None = None
    phrase: str = ""
    named: Sought | None = None
    photo_ids: frozenset[int] = frozenset()

    def among(self, ids: np.ndarray, wanted: Direction | None, space: Space | None) -> np.ndarray:
        """Return which of these photos, by ascending id, go."""
        if self.phrase:
            return _with_phrase(Term(self.phrase, exact=True), ids)
        gone = [np.fromiter(self.photo_ids, dtype=np.int64)]
        if self.named:
            gone.append(tagged_with(ids, self.names))
            gone.append(_with_all_words(self.named, ids))
        if self.direction and wanted and space:
            gone.append(rather(ids, self.direction, wanted, space))
        return np.concatenate(gone)

    @property
    def names(self) -> frozenset[str]:
        """The tags that say just this: of several words, only the whole of them."""
        if self.named is None:
            return frozenset({self.phrase.lower()}) if self.phrase else frozenset()
        words = self.named.words
        return self.named.whole if len(words) > 1 else self.named.all_tags.union(*map(forms, words))


@dataclass(frozen=True, eq=False)
class Wish:
    """One alternative of a query: what it ranks by, what it rules out, and the photos it may be answered with."""

    scope: Scope
    named: Sought | None  # its loose words
    phrases: tuple[Term, ...]
    direction: Direction | None
    without: tuple[Unwanted, ...]
    facts: tuple[Node, ...]
    passing_by: frozenset[int]
    is_only_facts: bool
    is_moved: bool  # by what follows its text in a sum: then not all that has the text for a tag comes first
    meaning: Meaning

    @property
    def text(self) -> str:
        return " ".join(term.text for term in self.terms)

    @cached_property
    def terms(self) -> list[Term]:
        return [*(self.named.terms if self.named else ()), *self.phrases]

    @property
    def vector(self) -> np.ndarray | None:
        return self.direction.vector if self.direction else None

    @property
    def split(self) -> Split:
        """Where photos cease to be strong by meaning, whatever facts and unwanted things rule out."""
        return self.direction.split if self.direction else NOTHING_STRONG

    @cached_property
    def asked(self) -> Asked:
        tags = self.named.all_tags if self.named else frozenset()
        return Asked(tuple(self.terms), tags, self.facts, self.vector, self.meaning.space, self.split)

    def keeps(self, ids: Sequence[int], most: int) -> list[int]:
        """Return the first of these photos that nothing unwanted rules out, in their order, and look at few more."""
        kept: list[int] = []
        for start in range(0, len(ids), 2 * most):
            kept += self._kept(ids[start : start + 2 * most])
            if len(kept) >= most:
                break
        return kept[:most]

    def left_of(self, ids: np.ndarray) -> np.ndarray:
        """Return those of these photos, by ascending id, that nothing unwanted rules out."""
        left = ids[~np.isin(ids, list(self.passing_by))]
        for unwanted in self.without:
            left = left[~np.isin(left, unwanted.among(left, self.direction, self.meaning.space))]
        return left

    def _kept(self, ids: Sequence[int]) -> list[int]:
        if not self.without:
            return [pk for pk in ids if pk not in self.passing_by]
        known = self._verdicts
        new = np.unique(np.fromiter((pk for pk in ids if pk not in known), dtype=np.int64))
        known |= dict.fromkeys(new.tolist(), False) | dict.fromkeys(self.left_of(new).tolist(), True)
        return [pk for pk in ids if known[pk]]

    @cached_property
    def _verdicts(self) -> dict[int, bool]:
        """Whether a photo stays, of all that were looked at: rankings come by the same ones several times."""
        return {}


def wish(alternative: Alternative, meaning: Meaning, with_archive: bool) -> Wish:
    """Read an alternative; raises BadQuery and NotAnalysed for photos it names."""
    text = " ".join((*alternative.texts, *alternative.phrases))
    phrases = tuple(Term(phrase, exact=True) for phrase in alternative.phrases)
    return Wish(
        scope=_with_phrases(Scope.of_facts(alternative.facts, meaning.user, with_archive), phrases),
        named=sought(alternative.words) if alternative.words else None,
        phrases=phrases,
        direction=_direction(meaning.of_all(text, alternative.sums), _kind(alternative.sums, bool(text)), meaning),
        without=tuple(once(("unwanted", node), partial(_unwanted, node, meaning)) for node in alternative.without),
        facts=alternative.facts,
        passing_by=alternative.photo_ids,
        is_only_facts=not (text or alternative.sums),
        is_moved=bool(alternative.leading),
        meaning=meaning,
    )


def _direction(vector: np.ndarray | None, kind: Kind, meaning: Meaning) -> Direction | None:
    return None if vector is None else Direction(vector, kind, meaning)


def _kind(sums: Sequence[Sequence[Part]], has_words: bool) -> Kind:
    if not sums:
        return Kind.TEXT
    parts = [part for terms in sums for part in terms]
    return Kind.PHOTO if len(parts) == 1 and not has_words and _is_one(parts[0]) else Kind.SUM


def _is_one(part: Part) -> bool:
    return part.weight > 0 and isinstance(part.of, Similar) and len(part.of.examples) == 1


def _with_phrases(scope: Scope, phrases: Collection[Term]) -> Scope:
    if not phrases:
        return scope
    terms = tuple(phrases)
    return scope.within(once(("phrases", terms), lambda: index_for(terms).every(terms)))


def _unwanted(node: Words | Similar | Weighted, meaning: Meaning) -> Unwanted:
    if isinstance(node, Words) and node.exact:
        return Unwanted(phrase=node.text)
    if isinstance(node, Words):
        return Unwanted(_direction(meaning.of_text(node.text), Kind.TEXT, meaning), named=sought(node.text))
    parts = [Part(1.0, node)] if isinstance(node, Similar) else node.parts
    away = _direction(meaning.of_parts(parts), _kind([parts], has_words=False), meaning)
    return Unwanted(away, photo_ids=node.photo_ids if isinstance(node, Similar) else frozenset())


def _with_phrase(phrase: Term, ids: np.ndarray) -> np.ndarray:
    index = index_for([phrase])
    return index.candidates([phrase], len(ids), ids).ids if len(ids) <= MOST_LISTED else index.every([phrase])


def _with_all_words(named: Sought, ids: np.ndarray) -> np.ndarray:
    for term in named.terms:
        ids = text_index().written(term, ids)
    return ids
