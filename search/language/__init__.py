"""The language of queries: one parser for pages, API and commands.

`parse` makes a tree of a text, `search.filters` SQL of its facts, `chips` pieces for a page, `complete` offers what may
follow, and `register` adds operators as their data comes to be.
"""

from __future__ import annotations

import search.language.facts  # noqa: F401  (registers the operators)
from search.language.chips import Chip, chips, error_chips, headline
from search.language.completion import Begun, Completion, begun_value, complete, completed
from search.language.errors import BadValue, QueryError
from search.language.examples import Example
from search.language.fields import operator_of, operators, register
from search.language.grammar import parse
from search.language.hints import hint
from search.language.nodes import And, Field, Node, Not, Or, Part, Query, Similar, Weighted, Words, walk
from search.language.unfinished import Standing, standing_before

__all__ = [
    "And",
    "BadValue",
    "Begun",
    "Chip",
    "Completion",
    "Example",
    "Field",
    "Node",
    "Not",
    "Or",
    "Part",
    "Query",
    "QueryError",
    "Similar",
    "Standing",
    "Weighted",
    "Words",
    "begun_value",
    "chips",
    "complete",
    "completed",
    "error_chips",
    "headline",
    "hint",
    "operator_of",
    "operators",
    "parse",
    "register",
    "standing_before",
    "walk",
]
