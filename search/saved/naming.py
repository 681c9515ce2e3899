"""What a search could be called."""

from __future__ import annotations

from search.language import And, Field, Node, Not, Or, Query, Words
from search.saved.searches import LONGEST_NAME


def proposed_name(query: Query) -> str:
    """Return a name in words: `dog -night tag:pet taken:2019` is `Dog, not night, pet, 2019`."""
    name = ", ".join(map(_said, query.conditions))
    return (name[:1].upper() + name[1:])[:LONGEST_NAME].rstrip(" ,")


def _said(node: Node) -> str:
    if isinstance(node, Words):
        return node.text
    if isinstance(node, Field):
        return str(node.value) if node.name in _TOLD_BY_VALUE else str(node).replace(":", " ", 1)
    if isinstance(node, Not):
        return f"not {_said(node.child)}"
    if isinstance(node, Or):
        return " or ".join(map(_said, node.children))
    if isinstance(node, And):
        return " ".join(map(_said, node.children))
    return str(node)


# Fields whose values speak for themselves.
_TOLD_BY_VALUE = frozenset({"tag", "place", "taken", "camera", "is", "color", "album", "orientation", "type"})
