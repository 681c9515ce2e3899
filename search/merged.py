"""Queries that name photos which were merged into others: those that are kept stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from accounts.models import User
from photos.duplicates.following import kept_instead
from search.language import And, Node, Not, Or, Query, Similar, Weighted, walk


def following(query: Query, user: User) -> Query:
    """Return the query as it reads with the kept photos in the place of those merged into them."""
    likenesses = [part for node in walk(query.root) for part in _likenesses(node)]
    named = frozenset().union(*(likeness.photo_ids for likeness in likenesses))
    kept = kept_instead(named, user) if named else {}
    return Query(_replaced(query.root, kept)) if kept else query


def _likenesses(node: Node) -> list[Similar]:
    parts = [part.of for part in node.parts] if isinstance(node, Weighted) else [node]
    return [part for part in parts if isinstance(part, Similar)]


def _replaced(node: Node, kept: Mapping[int, int]) -> Node:
    if isinstance(node, And | Or):
        return type(node)(tuple(_replaced(child, kept) for child in node.children))
    if isinstance(node, Not):
        return Not(_replaced(node.child, kept))
    if isinstance(node, Weighted):
        parts = (
            replace(part, of=_moved(part.of, kept)) if isinstance(part.of, Similar) else part for part in node.parts
        )
        return Weighted(tuple(parts))
    return _moved(node, kept) if isinstance(node, Similar) else node


def _moved(similar: Similar, kept: Mapping[int, int]) -> Similar:
    examples = (replace(one, of=kept.get(one.photo_id or 0, one.of)) for one in similar.examples)
    return Similar(tuple(dict.fromkeys(examples)))
