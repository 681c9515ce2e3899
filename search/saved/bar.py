"""What the page of results knows of saved searches: whether it shows one, and what it could be saved as."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from search.errors import BadQuery
from search.language import parse
from search.ranking.modes import Mode
from search.ranking.queries import clean
from search.saved import saving
from search.saved.lasting import is_passing
from search.saved.naming import proposed_name
from search.saved.searches import BEST_FIRST


def saved_bar(user: User, text: str, mode: Mode, now: datetime, sort: str = BEST_FIRST) -> dict[str, Any]:
    """Return `saved` with what is new of it; else a name to propose, unless it cannot be read or kept."""
    if saved := saving.saved_as(user, text, mode, sort):
        up_to = saving.looked_through(user, now)
        return {
            "saved": saved,
            "marks_above": saved.marks_above(now),
            "looks_through": up_to if up_to > saved.seen_up_to else 0,
        }
    try:
        query = parse(clean(text), lenient=mode is Mode.SEMANTIC)
    except BadQuery:
        return {}
    return {} if is_passing(query) else {"proposed_name": proposed_name(query)}
