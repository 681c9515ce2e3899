"""Whether a text says a word, told the way the index tells it, for texts that are at hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from search.fulltext.base import Term
from search.fulltext.forms import forms, may_begin
from search.language.folding import fold

_RUN = re.compile(r"[^\W_]+")


def says(text: str, term: Term) -> bool:
    """Tell whether the text has the term: in another form, or as a beginning, unless it is exact."""
    there = _RUN.findall(fold(text))
    if not _RUN.search(term.text):  # signs only, of which no index knows
        return term.text in text
    if term.exact:
        return _has(there, term.text, beginning=False)
    said = any(_has(there, form, beginning=False) for form in forms(term.text))
    return said or (may_begin(term.text) and _has(there, term.text, beginning=True))


@lru_cache(maxsize=1024)
def _runs(words: str) -> tuple[list[str], str]:
    *first, last = _RUN.findall(fold(words)) or [""]
    return first, last


def _has(there: Sequence[str], words: str, beginning: bool) -> bool:
    """Tell whether the words stand there in a row, the last of them perhaps as the beginning of one."""
    first, last = _runs(words)
    for at in range(len(there) - len(first)):
        ending = there[at + len(first)]
        if list(there[at : at + len(first)]) == first and (ending.startswith(last) if beginning else ending == last):
            return True
    return False
