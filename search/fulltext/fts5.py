from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from ai.tokens import tokens
from search.engines.base import Candidates, best
from search.fulltext.base import MOST_LISTED, POOL, Term
from search.fulltext.forms import forms, may_begin, runs_together
from search.fulltext.mirrors import MIRRORS, PHOTO_TEXT, READ_TEXT, TAG_TEXT
from search.fulltext.newest import newest_rows
from search.fulltext.plain import PlainIndex
from search.fulltext.spelling import corrections, typos_allowed
from search.idlists import NO_IDS, common, selected, united
from search.idlists import among as is_among
from search.once import asked_once, is_shared

# For bm25(), column by column; a tag is said of the whole photo, and by a machine or a person who looked at it.
_WEIGHTS = {
    "title": 6.0, "caption": 3.0, "description": 2.0, "place": 2.0, "filename": 1.0, "camera": 1.0, "credit": 1.0,
    "text": 1.0,
}  # fmt: skip
_TAG_WEIGHT = 8.0

# A single word on more than two photos of a hundred is ranked on so many of them, the newest.
_ONE_IN = 50
_FREQUENT_POOL = 1_000

# Photos whose ids are read where several terms must meet, before the newest POOL of those that have all are ranked.
_MEETING = 10 * POOL


class Fts5Index:
    """SQLite's own full-text search: BM25 over the text fields, and over the names of tags the same with their scores.

    https://www.sqlite.org/fts5.html#the_bm25_function; tags take Robertson's idf, ln(1 + (N - n + 0.5) / (n + 0.5)).
    """

    _plain = PlainIndex()  # for scripts that FTS5 takes for one long word

    def candidates(self, terms: Sequence[Term], limit: int, allowed: np.ndarray | None = None) -> Candidates:
        if any(runs_together(term.text) for term in terms):
            return self._plain.candidates(terms, limit, allowed)
        sought = [_sought(expression, term.tags) for term in terms if (expression := _expression(term))]
        if not sought:
            return Candidates(np.empty(0, np.int64), np.empty(0))
        photos = _photos()
        if len(sought) == 1:
            pool = max(limit, _pool(sought[0], photos))
            return best(*_scored(sought[0], allowed, pool, photos), keep=None, k=limit)
        found = allowed
        is_short = found is not None and len(found) <= POOL
        for one in sought if is_short else sorted(sought, key=_frequency):
            found = _written(one, found, _MEETING)
        newest = np.sort(found)[-POOL:] if found is not None else np.empty(0, np.int64)
        scores = np.zeros(len(newest))
        for one in sought:
            ids, said = _scored(one, newest, POOL, photos)
            scores[np.searchsorted(newest, ids)] += said
        return best(newest, scores, keep=None, k=limit)

    def every(self, terms: Sequence[Term]) -> np.ndarray:
        if any(runs_together(term.text) for term in terms):
            return self._plain.every(terms)
        sought = [_sought(expression, term.tags) for term in terms if (expression := _expression(term))]
        if not sought:
            return NO_IDS
        return common([_everywhere(one) for one in sought])

    def written(self, term: Term, among: np.ndarray) -> np.ndarray:
        if runs_together(term.text):
            return self._plain.written(term, among)
        expression = _expression(term, beginnings=False)
        if expression and len(among) > MOST_LISTED:
            return common([among, united(_all_in_texts(expression))])
        return _in_texts(expression, among, len(among)) if expression else np.empty(0, np.int64)

    def suggestions(self, word: str) -> list[str]:
        if not (folded := "".join(tokens(word))) or not (typos := typos_allowed(folded)):
            return []
        longest, shortest = len(folded) + typos, len(folded) - typos
        frequencies: dict[str, int] = {}
        with connection.cursor() as cursor:
            for mirror in MIRRORS:
                cursor.execute(
                    f"SELECT term, doc FROM {mirror.vocabulary} WHERE term >= %s AND term < %s "
                    "AND length(term) BETWEEN %s AND %s",
                    [folded[0], chr(ord(folded[0]) + 1), shortest, longest],
                )
                for term, rows in cursor.fetchall():
                    frequencies[term] = frequencies.get(term, 0) + rows
        return corrections(folded, frequencies)

    def drift(self) -> int:
        return sum(mirror.drift() for mirror in MIRRORS)

    def rebuild(self) -> None:
        for mirror in MIRRORS:
            mirror.rebuild()


@dataclass(frozen=True)
class _Sought:
    expression: str  # in the language of FTS5
    tag_ids: tuple[int, ...]  # of tags that have it in their names, or say the same


@asked_once
def _sought(expression: str, names: frozenset[str]) -> _Sought:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM {TAG_TEXT.name} WHERE {TAG_TEXT.name} MATCH %s "
            "UNION SELECT id FROM tag WHERE name IN (SELECT value FROM json_each(%s))",
            [expression, json.dumps(sorted(names))],
        )
        return _Sought(expression, tuple(tag_id for (tag_id,) in cursor.fetchall()))


def _expression(term: Term, beginnings: bool = True) -> str:
    """Return the term in the language of FTS5, empty where nothing of it could be written anywhere."""
    words = term.text.split()
    if not any(letter.isalnum() for letter in term.text):
        return ""
    if term.exact or len(words) > 1:
        return _quoted(term.text)
    said = [_quoted(form) for form in forms(term.text)]
    if beginnings and may_begin(term.text):
        said.append(f"{_quoted(term.text)} *")
    return " OR ".join(said)


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


# The tables of texts, with the weights of their columns for bm25().
_TEXTS = {mirror.name: ", ".join(str(_WEIGHTS[name]) for name in mirror.columns) for mirror in (PHOTO_TEXT, READ_TEXT)}


@asked_once
def _frequency(sought: _Sought) -> int:
    """Count the rows of text and tags with this: which term to begin with."""
    texts = " + ".join(f"(SELECT count(*) FROM {name} WHERE {name} MATCH %s)" for name in _TEXTS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {texts} + (SELECT count(*) FROM photo_tag WHERE tag_id IN (SELECT value FROM json_each(%s)))",
            [*(sought.expression for _ in _TEXTS), json.dumps(sought.tag_ids)],
        )
        return int(cursor.fetchone()[0])


def _pool(sought: _Sought, photos: int) -> int:
    """Return on how many of the newest photos with a single word it is ranked: more than there are, if it is rare."""
    frequent = min(POOL, photos // _ONE_IN)
    if frequent <= _FREQUENT_POOL:
        return _FREQUENT_POOL
    # Without bm25(), which takes ten times as long; tags first, which is quicker and mostly tells.
    tags = "photo_tag WHERE tag_id IN (SELECT value FROM json_each(%s))"
    texts = f"{PHOTO_TEXT.name} WHERE {PHOTO_TEXT.name} MATCH %s"
    more = ", ".join(f"(SELECT 1 FROM {source} LIMIT 1 OFFSET {frequent})" for source in (tags, texts))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce({more})", [json.dumps(sought.tag_ids), sought.expression])
        return POOL if cursor.fetchone()[0] is None else _FREQUENT_POOL


def _written(sought: _Sought, among: np.ndarray | None, limit: int) -> np.ndarray:
    """Return the ids, ascending, the newest where there are more than the limit, with this in a text or a tag."""
    if is_shared() and _frequency(sought) <= _MEETING:  # to read all of them takes no longer than to look for some
        everywhere = _everywhere(sought)
        return (everywhere if among is None else common([among, everywhere]))[-limit:]
    return united([_in_texts(sought.expression, among, limit), _tagged(sought, among, limit)[0]])[-limit:]


@asked_once
def _everywhere(sought: _Sought) -> np.ndarray:
    """Return all ids with this in a text or a tag, ascending."""
    said = "SELECT photo_id FROM photo_tag WHERE tag_id IN (SELECT value FROM json_each(%s)) AND NOT rejected"
    return united([*_all_in_texts(sought.expression), selected(said, [json.dumps(sought.tag_ids)])])


def _all_in_texts(expression: str) -> list[np.ndarray]:
    return [selected(f"SELECT rowid FROM {name} WHERE {name} MATCH %s", [expression]) for name in _TEXTS]


def _in_texts(expression: str, among: np.ndarray | None, limit: int) -> np.ndarray:
    """Return the ids of photos, ascending, the newest of each table of texts."""
    found = [newest_rows("0", f"{name} WHERE {name} MATCH %s", [expression], among, limit) for name in _TEXTS]
    return united([ids for ids, _ in found])


def _scored(sought: _Sought, among: np.ndarray | None, limit: int, photos: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the newest of the photos with this, by ascending id, and what it adds to each, shape (n,)."""
    texts = [
        newest_rows(f"-bm25({name}, {weights})", f"{name} WHERE {name} MATCH %s", [sought.expression], among, limit)
        for name, weights in _TEXTS.items()
    ]
    tagged, said = _tagged(sought, among, limit)
    somewhere = [pair for pair in texts if len(pair[0])]
    if len(somewhere) == 1 and not len(tagged):
        return somewhere[0]
    ids = united([*(found for found, _ in texts), tagged])[-limit:]
    in_pool = int(is_among(ids, tagged).sum())
    texts.append((tagged, _TAG_WEIGHT * _idf(in_pool, photos) * said))
    scores = np.zeros(len(ids))
    for found, added in texts:
        kept = is_among(ids, found)
        scores[np.searchsorted(ids, found[kept])] += added[kept]
    return ids, scores


def _tagged(sought: _Sought, among: np.ndarray | None, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the newest photos, by ascending id, on which one of its tags shows, and the surest one's score."""
    if not sought.tag_ids:
        return np.empty(0, np.int64), np.empty(0)
    # Tag by tag, which an index answers in the order of photos; all at once SQLite would read every row of them.
    said = "photo_tag WHERE tag_id = %s AND NOT rejected"
    parts = [newest_rows("score", said, [tag_id], among, limit, "photo_id") for tag_id in sought.tag_ids]
    if len(parts) == 1:
        return parts[0]
    ids, scores = (np.concatenate(column) for column in zip(*parts, strict=True))
    surest = np.lexsort((scores, ids))
    ids, scores = ids[surest], scores[surest]
    last = np.append(ids[1:] != ids[:-1], True)[: len(ids)]
    return ids[last][-limit:], scores[last][-limit:]


def _idf(tagged: int, photos: int) -> float:
    return math.log(1 + (max(photos - tagged, 0) + 0.5) / (tagged + 0.5))


def _photos() -> int:
    """Return how many photos there are, as nearly as can be told without counting."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(rowid), 0) FROM {PHOTO_TEXT.name}")
        return int(cursor.fetchone()[0])
