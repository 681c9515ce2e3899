from __future__ import annotations

from django.db import connection

from search.fulltext.base import Term, TextIndex
from search.fulltext.fts5 import Fts5Index
from search.fulltext.plain import PlainIndex

__all__ = ["Fts5Index", "PlainIndex", "Term", "TextIndex", "text_index"]


def text_index() -> TextIndex:
    """Return the text index of the database in use."""
    return Fts5Index() if connection.vendor == "sqlite" else PlainIndex()
