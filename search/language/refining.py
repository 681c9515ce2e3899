"""More like this, less like that: a query moved towards examples and away from others.

J. J. Rocchio: Relevance Feedback in Information Retrieval, in G. Salton (ed.): The SMART Retrieval System, 1971. The
query as it was, plus MORE times the mean of what is right, minus LESS times the mean of what is not. His weights are
1, 0.75 and 0.15; ours did better on the drawn libraries of search/tests/test_refining.py, and read better.
"""

from __future__ import annotations

from collections.abc import Sequence

from search.errors import BadQuery
from search.language.examples import Example
from search.language.nodes import And, Node, Or, Part, Query, Similar, Weighted, Words, walk

MORE, LESS = 1.0, 0.5
MOST_OF_A_KIND = 12  # examples: who has marked more had better search anew


class CannotRefine(BadQuery):
    """A query that cannot be moved; says why and what to do."""


def refined(query: Query, example: Example, more: bool) -> Query:
    """Return the query moved towards an example, or away from it; raises CannotRefine.

    Facts, phrases and what is excluded stay; of alternatives each is moved. An example that was marked the other way
    before changes sides.
    """
    alternatives = query.root.children if isinstance(query.root, Or) else (query.root,)
    moved = [_moved(node, example, more) for node in alternatives]
    if not any(moved):
        raise CannotRefine("There is nothing yet to be less like of: choose what is more like it first.")
    kept = tuple(new or old for new, old in zip(moved, alternatives, strict=True))
    return Query(kept[0] if len(kept) == 1 else Or(kept))


def _moved(node: Node, example: Example, more: bool) -> Node | None:
    """Return one alternative moved, None where it has no direction that something could be taken away from."""
    conditions = node.children if isinstance(node, And) else (node,)
    if any(isinstance(condition, Or) and _wishes(condition) for condition in conditions):
        raise CannotRefine("With OR in brackets a query cannot be refined. Write the alternatives without brackets.")
    sums: list[Node] = [condition for condition in conditions if isinstance(condition, Weighted)]
    wishes = sums[:1] or [condition for condition in conditions if _is_wish(condition)]
    parts = _parts(wishes) or _of_phrases(conditions)
    if not parts:
        return _together([*conditions, Similar((example,))]) if more else None
    moved = Weighted(tuple(_marked(parts, example, more)))
    at = conditions.index(wishes[0]) if wishes else 0
    return _together([*conditions[:at], moved, *(left for left in conditions[at:] if left not in wishes)])


def _marked(parts: Sequence[Part], example: Example, more: bool) -> list[Part]:
    """Return a sum with the example among those of its kind, and no more among the others."""
    weight, other = (MORE, -LESS) if more else (-LESS, MORE)
    right, wrong = _marked_as(parts, weight), _marked_as(parts, other)
    kept = [part for part in parts if part not in (right, wrong)]
    now = tuple(dict.fromkeys((*_examples(right), example)))
    if len(now) > MOST_OF_A_KIND:
        raise CannotRefine(f"A query is refined by at most {MOST_OF_A_KIND} photos of a kind: take one away first.")
    left = tuple(marked for marked in _examples(wrong) if marked != example)
    moved = [Part(weight, Similar(now)), *([Part(other, Similar(left))] if left else [])]
    return [*kept, *sorted(moved, key=lambda part: -part.weight)]


def _marked_as(parts: Sequence[Part], weight: float) -> Part | None:
    """Return what was marked so before; the first part is what the query was to begin with."""
    return next((part for part in parts[1:] if part.weight == weight and isinstance(part.of, Similar)), None)


def _examples(part: Part | None) -> tuple[Example, ...]:
    return part.of.examples if part and isinstance(part.of, Similar) else ()


def _parts(wishes: Sequence[Node]) -> list[Part]:
    parts = [Part(1.0, wish) for wish in wishes if isinstance(wish, Words | Similar)]
    return parts + [part for wish in wishes if isinstance(wish, Weighted) for part in wish.parts]


def _of_phrases(conditions: Sequence[Node]) -> list[Part]:
    """Return what phrases mean, where nothing else is wanted: they stay what must be written on a photo, too."""
    texts = [condition.text for condition in conditions if isinstance(condition, Words)]
    return [Part(1.0, Words(" ".join(texts)))] if texts else []


def _is_wish(node: Node) -> bool:
    return isinstance(node, Similar) or (isinstance(node, Words) and not node.exact)


def _wishes(node: Node) -> bool:
    return any(isinstance(part, Words | Similar | Weighted) for part in walk(node))


def _together(conditions: Sequence[Node]) -> Node:
    return conditions[0] if len(conditions) == 1 else And(tuple(conditions))
