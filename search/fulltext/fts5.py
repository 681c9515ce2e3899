from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from ai.tokens import tokens
from search.engines.base import Candidates, best
from search.fulltext.base import POOL, Term
from search.fulltext.forms import forms, may_begin, runs_together
from search.fulltext.mirrors import MIRRORS, PHOTO_TEXT, READ_TEXT, TAG_TEXT
from search.fulltext.plain import PlainIndex
from search.fulltext.spelling import corrections, typos_allowed

# For bm25(), column by column; a tag is said of the whole photo, and by a machine or a person who looked at it.
_WEIGHTS = {"title": 6.0, "caption": 3.0, "description": 2.0, "filename": 1.0, "camera": 1.0, "text": 1.0}
_TAG_WEIGHT = 8.0

# Photos whose ids are read where several terms must meet, before the newest POOL of those that have all are ranked.
_MEETING = 10 * POOL

# A unary plus keeps SQLite from running the whole MATCH once for each id, which took minutes.
_AMONG = " AND +{column} IN (SELECT value FROM json_each(%s))"


class Fts5Index:
    """SQLite's own full-text search: BM25 over the text fields, and over the names of tags the same with their scores.

    https://www.sqlite.org/fts5.html#the_bm25_function; tags take Robertson's idf, ln(1 + (N - n + 0.5) / (n + 0.5)).
    """

    _plain = PlainIndex()  # for scripts that FTS5 takes for one long word

    def candidates(self, terms: Sequence[Term], limit: int, allowed: np.ndarray | None = None) -> Candidates:
        if any(runs_together(term.text) for term in terms):
            return self._plain.candidates(terms, limit, allowed)
        sought = [_Sought(expression, term.tags) for term in terms if (expression := _expression(term))]
        if not sought:
            return Candidates(np.empty(0, np.int64), np.empty(0))
        found = allowed
        for one in sorted(sought, key=_frequency) if len(sought) > 1 else sought:
            found = _written(one, found, _MEETING if len(sought) > 1 else POOL)
        pool = np.sort(found)[-POOL:] if found is not None else np.empty(0, np.int64)
        scores = sum((_scores(one, pool) for one in sought), start=np.zeros(len(pool)))
        return best(pool, scores, keep=None, k=limit)

    def written(self, term: Term, among: np.ndarray) -> np.ndarray:
        if runs_together(term.text):
            return self._plain.written(term, among)
        expression = _expression(term, beginnings=False)
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
    tags: frozenset[str]  # tags that say the same

    @property
    def for_tags(self) -> list[str]:
        """The parameters of _TAGS."""
        return [self.expression, json.dumps(sorted(self.tags))]


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


def _frequency(sought: _Sought) -> int:
    """Count the rows of text and tags with this: which term to begin with."""
    texts = " + ".join(f"(SELECT count(*) FROM {name} WHERE {name} MATCH %s)" for name in _TEXTS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {texts} + (SELECT count(*) FROM photo_tag WHERE tag_id IN ({_TAGS}))",
            [*(sought.expression for _ in _TEXTS), *sought.for_tags],
        )
        return int(cursor.fetchone()[0])


# The tables of texts, with the weights of their columns for bm25().
_TEXTS = {mirror.name: ", ".join(str(_WEIGHTS[name]) for name in mirror.columns) for mirror in (PHOTO_TEXT, READ_TEXT)}
_TAGS = (
    f"SELECT rowid FROM {TAG_TEXT.name} WHERE {TAG_TEXT.name} MATCH %s "
    "UNION SELECT id FROM tag WHERE name IN (SELECT value FROM json_each(%s))"
)


def _written(sought: _Sought, among: np.ndarray | None, limit: int) -> np.ndarray:
    """Return the ids, the newest where there are more than the limit, with this in a text or a tag."""
    tags = _rows(
        f"SELECT photo_id FROM photo_tag WHERE tag_id IN ({_TAGS}) AND NOT rejected"
        "{among} ORDER BY photo_id DESC LIMIT %s",
        "photo_id", sought.for_tags, among, limit,
    )  # fmt: skip
    both = np.union1d(_in_texts(sought.expression, among, limit), _column(tags, 0, np.int64))
    return both[-limit:]


def _in_texts(expression: str, among: np.ndarray | None, limit: int) -> np.ndarray:
    """Return the ids of photos, ascending, the newest of each table of texts."""
    rows = [
        _rows(
            f"SELECT rowid FROM {name} WHERE {name} MATCH %s{{among}} ORDER BY rowid DESC LIMIT %s",
            "rowid", [expression], among, limit,
        )
        for name in _TEXTS
    ]  # fmt: skip
    return np.unique(np.concatenate([_column(some, 0, np.int64) for some in rows]))


def _scores(sought: _Sought, ids: np.ndarray) -> np.ndarray:
    """Return what this adds to each of these ascending ids, shape (n,)."""
    scores = np.zeros(len(ids))
    for name, weights in _TEXTS.items():
        texts = _rows(
            f"SELECT rowid, -bm25({name}, {weights}) FROM {name} WHERE {name} MATCH %s{{among}} LIMIT %s",
            "rowid", [sought.expression], ids, len(ids),
        )  # fmt: skip
        _add(scores, ids, texts, 1.0)
    tags = _rows(
        f"SELECT photo_id, max(score) FROM photo_tag WHERE tag_id IN ({_TAGS}) AND NOT rejected"
        "{among} GROUP BY photo_id LIMIT %s",
        "photo_id", sought.for_tags, ids, len(ids),
    )  # fmt: skip
    _add(scores, ids, tags, _TAG_WEIGHT * _idf(len(tags)))
    return scores


def _add(scores: np.ndarray, ids: np.ndarray, rows: Sequence[tuple[int, float]], weight: float) -> None:
    scores[np.searchsorted(ids, _column(rows, 0, np.int64))] += weight * _column(rows, 1, np.float64)


def _idf(tagged: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(rowid), 0) FROM {PHOTO_TEXT.name}")
        photos = max(int(cursor.fetchone()[0]), tagged)
    return math.log(1 + (photos - tagged + 0.5) / (tagged + 0.5))


def _rows(
    sql: str, column: str, params: Sequence[str], among: np.ndarray | None, limit: int
) -> Sequence[tuple[int, float]]:
    limited = [] if among is None else [json.dumps(among.tolist())]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.format(among="" if among is None else _AMONG.format(column=column)), [*params, *limited, limit]
        )
        return cursor.fetchall()


def _column(rows: Sequence[Sequence[float]], at: int, kind: type) -> np.ndarray:
    return np.fromiter((row[at] for row in rows), dtype=kind, count=len(rows))
