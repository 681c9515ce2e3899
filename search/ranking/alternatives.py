"""A query as what it comes down to: this or that, each a plain list of what must be so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

from search.errors import BadQuery
from search.filters import is_fact
from search.language import And, Node, Not, Or, Part, Query, Similar, Weighted, Words

MOST = 32  # each is a search of its own


@dataclass(frozen=True)
class Alternative:
    """What must be so together: texts and likenesses to rank by, phrases and facts that hold, what is unwanted.

    `leading` are texts that begin a sum: their words are looked for, too, what they mean is a part of the sum.
    """

    texts: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    sums: tuple[tuple[Part, ...], ...] = ()
    without: tuple[Words | Similar | Weighted, ...] = ()
    facts: tuple[Node, ...] = ()
    leading: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    @property
    def words(self) -> str:
        """What is looked for in words."""
        return " ".join((*self.texts, *self.leading))

    def saying(self, text: str) -> Alternative:
        """Return the same with this text in the place of its own."""
        return replace(self, leading=(text,)) if self.leading else replace(self, texts=(text,))

    @property
    def photo_ids(self) -> frozenset[int]:
        """The photos it asks for others like, or unlike."""
        examples = [part.of.photo_ids for terms in self.sums for part in terms if isinstance(part.of, Similar)]
        return frozenset().union(*examples)


def alternatives(query: Query) -> list[Alternative]:
    """Return what a photo can be to be an answer, in the order written; raises BadQuery where that is too much."""
    return [_alternative(literals) for literals in _conjunctions(query.root, wanted=True)]


def _conjunctions(node: Node, wanted: bool) -> list[tuple[Node, ...]]:
    """Return the disjunctive normal form; facts stay whole, and an unwanted And is an Or of what is unwanted."""
    if isinstance(node, Not) and not is_fact(node):
        return _conjunctions(node.child, not wanted)
    is_list = isinstance(node, And) and wanted
    if not isinstance(node, And | Or) or (is_fact(node) and not is_list):
        return [(node if wanted else Not(node),)]
    children = [_conjunctions(child, wanted) for child in node.children]
    if isinstance(node, And) is not wanted:
        return _few([literals for child in children for literals in child])
    together: list[tuple[Node, ...]] = [()]
    for child in children:
        together = _few([before + after for before, after in product(together, child)])
    return together


def _few(conjunctions: list[tuple[Node, ...]]) -> list[tuple[Node, ...]]:
    if len(conjunctions) > MOST:
        raise BadQuery(f"A query has at most {MOST} alternatives: write fewer OR.")
    return conjunctions


def _alternative(literals: tuple[Node, ...]) -> Alternative:
    words = [node for node in literals if isinstance(node, Words)]
    likenesses = [(Part(1.0, node),) for node in literals if isinstance(node, Similar)]
    unwanted = [node.child for node in literals if isinstance(node, Not) and not is_fact(node)]
    return Alternative(
        texts=tuple(node.text for node in words if not node.exact),
        phrases=tuple(node.text for node in words if node.exact),
        sums=(*likenesses, *(node.parts for node in literals if isinstance(node, Weighted))),
        without=tuple(node for node in unwanted if isinstance(node, Words | Similar | Weighted)),
        facts=tuple(node for node in literals if is_fact(node)),
        leading=tuple(filter(None, map(_leading, literals))),
    )


def _leading(node: Node) -> str:
    """Return the text that a sum begins with as it stands: what was asked for, before the rest of it moves it."""
    first = node.parts[0] if isinstance(node, Weighted) else Part(0, Words(""))
    return first.of.text if isinstance(first.of, Words) and first.weight == 1 else ""
