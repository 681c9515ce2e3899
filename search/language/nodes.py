"""What a query says, as a tree. `str()` of a node is its canonical form, which parses back to an equal node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self, TypeAlias

from search.language import writing
from search.language.examples import Example


@dataclass(frozen=True)
class Words:
    """A text to look for: by meaning and in its words, or exactly as it stands."""

    text: str
    exact: bool = False

    def __str__(self) -> str:
        return writing.quoted(self.text) if self.exact else writing.plain(self.text)


@dataclass(frozen=True)
class Field:
    """A fact a photo must have. `value` is what the operator of this name has read; its str() is canonical."""

    name: str
    value: object

    def __str__(self) -> str:
        return f"{self.name}:{writing.value(str(self.value))}"


@dataclass(frozen=True)
class Similar:
    """Likeness to an example, or to the mean of several, each of which is named once."""

    examples: tuple[Example, ...]

    def __str__(self) -> str:
        return f"similar:{','.join(map(str, self.examples))}"

    @classmethod
    def to(cls, *photo_ids: int) -> Self:
        return cls(tuple(map(Example, photo_ids)))

    @property
    def photo_ids(self) -> frozenset[int]:
        return frozenset(example.photo_id for example in self.examples if example.photo_id is not None)


@dataclass(frozen=True)
class Part:
    """A vector of a sum and how much of it is added: below zero, taken away."""

    weight: float
    of: Words | Similar

    def __str__(self) -> str:
        return _amount(self)


@dataclass(frozen=True)
class Weighted:
    """A sum of vectors, the first of them added; one at least is a photo's or carries a weight."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        first, *others = self.parts
        marked = any(isinstance(part.of, Similar) or abs(part.weight) != 1 for part in self.parts)
        written = [_amount(first, weight_always=not marked)]
        for part in others:
            written += ["-" if part.weight < 0 else "+", _amount(part)]
        return " ".join(written)


@dataclass(frozen=True)
class Not:
    child: Node

    def __str__(self) -> str:
        return f"-{self.child}" if _is_one_piece(self.child) else f"-({self.child})"


@dataclass(frozen=True)
class And:
    """All of these; no And among them, and at most one loose text."""

    children: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(f"({child})" if isinstance(child, Or) else str(child) for child in self.children)


@dataclass(frozen=True)
class Or:
    """Any of these; no Or among them."""

    children: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.children))


Node: TypeAlias = Words | Field | Similar | Weighted | Not | And | Or


@dataclass(frozen=True)
class Query:
    root: Node

    def __str__(self) -> str:
        return str(self.root)

    @property
    def conditions(self) -> tuple[Node, ...]:
        """What must all be so: the pieces a person can take away one by one."""
        return self.root.children if isinstance(self.root, And) else (self.root,)


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it."""
    yield node
    if isinstance(node, And | Or):
        for child in node.children:
            yield from walk(child)
    elif isinstance(node, Not):
        yield from walk(node.child)


def _amount(part: Part, weight_always: bool = False) -> str:
    what = writing.part(part.of.text) if isinstance(part.of, Words) else str(part.of)
    weight = abs(part.weight)
    return f"{writing.number(weight)}:{what}" if weight_always or weight != 1 else what


def _is_one_piece(node: Node) -> bool:
    """Tell whether a minus before the node takes all of it."""
    return isinstance(node, Field | Similar) or (isinstance(node, Words) and (node.exact or " " not in node.text))


def flat(nodes: Iterable[Node], kind: type[And] | type[Or]) -> tuple[Node, ...]:
    """Return these nodes, and instead of each of this kind what it joins."""
    return tuple(inner for node in nodes for inner in (node.children if isinstance(node, kind) else (node,)))


def count_terms(node: Node) -> int:
    """Count the fields, phrases, texts and parts of sums."""
    return sum(
        len(part.parts) if isinstance(part, Weighted) else isinstance(part, Words | Field | Similar)
        for part in walk(node)
    )
