"""A condition of a query in the pieces that a person can take away one by one, and what is left without each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.language.examples import Example
from search.language.nodes import Node, Or, Part, Similar, Weighted, Words


@dataclass(frozen=True)
class Piece:
    label: str  # in words for a person
    rest: Node | None = None  # of the condition, None where nothing of it is left
    example: Example | None = None
    is_less: bool = False


def pieces(node: Node) -> list[Piece]:
    """Return the texts and examples of a likeness or sum one by one, what else it may be as one piece.

    Of alternatives, which are one piece, each example can be taken away, too.
    """
    if isinstance(node, Similar):
        return [_piece(example, _without(node, example)) for example in node.examples]
    if isinstance(node, Weighted):
        return list(_of_sum(node.parts))
    label = node.text if isinstance(node, Words) and not node.exact else str(node)
    marked = _examples(node) if isinstance(node, Or) else {}
    return [Piece(label), *(_piece(one, _without(node, one), less) for one, less in marked.items())]


def _of_sum(parts: Sequence[Part]) -> Iterator[Piece]:
    for at, part in enumerate(parts):
        if isinstance(part.of, Words):
            sign = "- " if part.weight < 0 else ""
            rest = sum_of([*parts[:at], *parts[at + 1 :]])
            yield Piece(part.of.text if part.weight == 1 else f"{sign}{part}", rest)
            continue
        for example in part.of.examples:
            rest = sum_of(_replaced(parts, at, _without(part.of, example)))
            yield _piece(example, rest, part.weight < 0)


def sum_of(parts: Sequence[Part]) -> Node | None:
    """Return a sum of these parts as it is written: what is added first; None where nothing is."""
    added = [part for part in parts if part.weight > 0]
    if not added:
        return None
    if len(parts) == 1:
        return parts[0].of
    return Weighted((added[0], *(part for part in parts if part is not added[0])))


def _without(node: Node, example: Example) -> Node | None:
    """Return a condition without an example, wherever in it that is; what is excluded stays."""
    if isinstance(node, Similar):
        others = tuple(one for one in node.examples if one != example)
        return Similar(others) if others else None
    if isinstance(node, Weighted):
        parts: list[Part] = list(node.parts)
        for at in reversed(range(len(parts))):
            of = parts[at].of
            parts = _replaced(parts, at, _without(of, example)) if isinstance(of, Similar) else parts
        return sum_of(parts)
    if isinstance(node, Or):
        children = [left for child in node.children if (left := _without(child, example))]
        return Or(tuple(children)) if len(children) > 1 else next(iter(children), None)
    return node


def _examples(node: Or) -> dict[Example, bool]:
    """Return the examples of plain alternatives, and whether they are to be less like of."""
    sums = [child for child in node.children if isinstance(child, Weighted)]
    parts = [(part.of, part.weight) for child in sums for part in child.parts]
    return {example: weight < 0 for of, weight in parts if isinstance(of, Similar) for example in of.examples}


def _replaced(parts: Sequence[Part], at: int, of: Node | None) -> list[Part]:
    instead = [Part(parts[at].weight, of)] if isinstance(of, Words | Similar) else []
    return [*parts[:at], *instead, *parts[at + 1 :]]


def _piece(example: Example, rest: Node | None, is_less: bool = False) -> Piece:
    what = "your picture" if example.photo_id is None else f"photo {example.photo_id}"
    label = f"{'less like' if is_less else 'like'} {'a part of ' if example.region else ''}{what}"
    return Piece(label, rest, example, is_less)
