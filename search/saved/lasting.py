from __future__ import annotations

from search.language import Query, Similar, Weighted, walk


def is_passing(query: Query) -> bool:
    """Tell whether the query means a picture that is kept for a short while only."""
    nodes = list(walk(query.root))
    parts = [part.of for node in nodes if isinstance(node, Weighted) for part in node.parts]
    return any(isinstance(node, Similar) and any(one.token for one in node.examples) for node in [*nodes, *parts])
