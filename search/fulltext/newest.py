"""The newest photos that a table has rows of, with a number of each."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from search.idlists import columns_selected
from search.once import each_once

# Scores come out of the database as whole numbers, this fine: bm25() is 0.000001 times a term's frequency at the least.
_FINENESS = 1_000_000_000


def newest_rows(
    number: str, source: str, params: Sequence[str | int], among: np.ndarray | None, limit: int, column: str = "rowid"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids, ascending, and numbers of at most so many rows, those of the highest ids, shape (n,) each."""
    if among is None or len(among) > limit:
        return _read(number, source, params, among, limit, column)
    question = number, source, tuple(params), column
    return each_once(question, among, lambda ids: _read(number, source, params, ids, limit, column))


def _read(
    number: str, source: str, params: Sequence[str | int], among: np.ndarray | None, limit: int, column: str
) -> tuple[np.ndarray, np.ndarray]:
    limited = [] if among is None else [json.dumps(among.tolist())]
    # A unary plus keeps SQLite from running the whole MATCH once for each id, which took minutes.
    one = f"+{column}" if "MATCH" in source else column
    within = "" if among is None else f" AND {one} IN (SELECT value FROM json_each(%s))"
    ids, numbers = columns_selected(
        f"SELECT {column}, CAST({_FINENESS} * {number} AS INTEGER) FROM {source}{within} "
        f"ORDER BY {column} DESC LIMIT %s",
        [*params, *limited, limit],
        count=2,
    )
    order = ids.argsort(kind="stable")
    return ids[order], numbers[order] / _FINENESS
