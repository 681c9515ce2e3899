"""The results of a search in a browser, page by page: what is sure, and below a line what is less likely."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from accounts.models import User
from search.errors import ListNotKept
from search.filters import is_fact, names_archive
from search.language import Query
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.ranking.paging import Page, Turn, page
from search.ranking.relevance import Relevance
from search.ranking.sorts import Sort

PAGE = 60
FROM = "search"  # what addresses of photos call these lists

# What the page calls the orders.
SORTS = ((Sort.RELEVANCE, "Relevance"), (Sort.NEWEST, "Newest"), (Sort.OLDEST, "Oldest"), (Sort.RATING, "Stars"))


def turn_of(asked: QueryDict, text: str, mode: Mode) -> Turn:
    """Read which page is asked for; an order there is not is none."""
    wanted = asked.get("sort", "")
    sort = Sort(wanted) if wanted in list(Sort) else Sort.RELEVANCE
    return Turn(text, mode, sort, PAGE, asked.get("cursor", ""), in_bands=True)


def listed(turn: Turn, user: User, is_below: bool) -> dict[str, Any]:
    """Return what the templates need to show a page; `is_below` tells that the line stands above it already."""
    one = _page(turn, user)
    sure = [hit for hit in one.found.hits if hit.relevance is Relevance.STRONG]
    less_likely = [hit for hit in one.found.hits if hit.relevance is Relevance.WEAK]
    return {
        "found": one.found,
        "sure": sure,
        "less_likely": less_likely,
        "weak": one.weak,
        "is_below": is_below,
        "from_here": from_results(turn, one.token),
        "next": _address(turn, one.next_cursor, is_below or bool(less_likely)) if one.next_cursor else "",
        "sorts": _sorts(one.found.query),
        "with_archive": names_archive(one.found.query),
        "facts_alone": is_fact(one.found.query.root),
    }


def kept_words(turn: Turn) -> str:
    """Return how an address goes on that changes the query and keeps how it is searched: `&mode=text&sort=newest`."""
    kept = QueryDict(mutable=True)
    kept.update(how(turn))
    return f"&{kept.urlencode()}" if kept else ""


def from_results(turn: Turn, token: str) -> str:
    """Return how the address of a photo goes on that says it is one of these results: `?from=search&q=dog`."""
    query = QueryDict(mutable=True)
    query.update({"from": FROM, "q": turn.text} | how(turn) | ({"list": token} if token else {}))
    return f"?{query.urlencode()}"


def how(turn: Turn) -> dict[str, str]:
    """Return mode and order as addresses say them: what goes without saying is left out."""
    mode = {} if turn.mode is Mode.HYBRID else {"mode": str(turn.mode)}
    return mode if turn.sort is Sort.RELEVANCE else mode | {"sort": str(turn.sort)}


def _page(turn: Turn, user: User) -> Page:
    try:
        return page(turn, user)
    except ListNotKept:  # nothing can be written now: that is no reason not to show what was found
        return Page(find(turn.text, user, turn.size, turn.mode))


def _address(turn: Turn, cursor: str, is_below: bool) -> str:
    query = QueryDict(mutable=True)
    query.update({"q": turn.text, **how(turn), "cursor": cursor} | ({"below": "yes"} if is_below else {}))
    return query.urlencode()


def _sorts(query: Query) -> tuple[tuple[Sort, str], ...]:
    """Return the orders to choose from: facts alone have no best match."""
    return SORTS[1:] if is_fact(query.root) else SORTS
