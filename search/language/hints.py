"""What somebody perhaps meant who wrote a query that can be read."""

from __future__ import annotations

from itertools import pairwise

from search.language.nodes import Query, Words, walk
from search.language.writing import plain


def hint(query: Query) -> str:
    """Say how to exclude a word, to who wrote NOT before it; "" where there is nothing to say."""
    for node in walk(query.root):
        words = node.text.split() if isinstance(node, Words) and not node.exact else []
        for sign, word in pairwise(words):
            # In a text all in capitals it is a word as any other: DO NOT ENTER.
            if sign == "NOT" and not word.isupper():
                return f"NOT is searched for as a word. To leave something out, write -{plain(word)}"
    return ""
