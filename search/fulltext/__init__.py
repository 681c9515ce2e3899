from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from search.fulltext.base import Term, TextIndex
from search.fulltext.fts5 import Fts5Index
from search.fulltext.plain import PlainIndex

__all__ = ["Fts5Index", "PlainIndex", "Term", "TextIndex", "index_for", "text_index"]


def text_index() -> TextIndex:
    """Return the text index of the database in use."""
    return Fts5Index() if connection.vendor == "sqlite" else PlainIndex()


def index_for(terms: Sequence[Term]) -> TextIndex:
    """Return the index to look for these in: of signs only, that of the database knows nothing."""
    has_letters = any(letter.isalnum() for term in terms for letter in term.text)
    return text_index() if has_letters else PlainIndex()
