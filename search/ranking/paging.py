"""Results page by page: by relevance from a list that is kept, else after the last photo of the page before."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rest_framework.exceptions import ValidationError

from accounts.models import User
from photos.oneof import OneOf
from search.errors import BadCursor
from search.filters import is_fact, names_archive
from search.language import Query, parse
from search.ranking.answers import answered
from search.ranking.fulfilled import fulfilling
from search.ranking.hybrid import Found, rank, shown
from search.ranking.lists import LONGEST, Ranking, keep, kept
from search.ranking.modes import Mode
from search.ranking.nearmisses import near_misses
from search.ranking.ordered import page_among
from search.ranking.queries import clean
from search.ranking.relevance import Relevance
from search.ranking.sorts import ORDERS, Sort

_CURSOR = re.compile(r"(?P<token>[\w-]{32})\.(?P<place>\d{1,4})", re.ASCII)


@dataclass(frozen=True)
class Page:
    found: Found
    next_cursor: str = ""  # "" on the last page
    weak: int = 0  # how many weak results there are from here on
    token: str = ""  # of the list that is kept of all results, "" where there is none


@dataclass(frozen=True)
class Turn:
    """What somebody who turns pages asks for: the page of a search that a cursor names, the first where it is empty."""

    text: str
    mode: Mode
    sort: Sort
    size: int
    cursor: str = ""
    least: Relevance = Relevance.WEAK
    in_bands: bool = False  # strong results first in every mode, and no weak ones that nothing speaks for


def page(turn: Turn, user: User) -> Page:
    """Return a page of results; raises what `find` does, BadCursor, CursorExpired and ListNotKept.

    The pages of a search by relevance are together what it found when the first was asked for, at most LONGEST, but
    for photos that the user may not see any more. Those in another order hold every strong result, and so do those of
    facts alone, which have no relevance: the newest come first.
    """
    query = parse(clean(turn.text), lenient=turn.mode is Mode.SEMANTIC)
    if turn.sort is Sort.RELEVANCE and not is_fact(query.root):
        return _by_relevance(turn, user)
    return _in_order(turn, query, user)


def _by_relevance(turn: Turn, user: User) -> Page:
    token, start = _read(turn.cursor) if turn.cursor else ("", 0)
    ranking = kept(token, user) if token else _ranked(turn, user)
    if (ranking.text, ranking.mode) != (clean(turn.text), turn.mode):
        raise BadCursor("This cursor was given for another search.")
    photos, rest = ranking.photos(user), list(enumerate(ranking.results))[start:]
    visible = set(photos.filter(pk__in=OneOf(ranking.photo_ids[start:])).values_list("pk", flat=True))
    there = [
        (place, result)
        for place, result in rest
        if result[0].photo_id in visible and result[0].relevance.reaches(turn.least)
    ]
    results = [result for _, result in there[: turn.size]]
    seen = photos.for_listing().in_bulk([ranked.photo_id for ranked, _ in results])
    found = shown(ranking, results, seen, user)
    weak = sum(ranked.relevance is Relevance.WEAK for _, (ranked, _) in there)
    if len(there) <= turn.size:
        return Page(found, weak=weak, token=token)
    token = token or keep(ranking, user)
    return Page(found, cursor_in(token, there[turn.size][0]), weak, token)


def cursor_in(token: str, place: int) -> str:
    """Return the cursor of the page that begins at this place of a kept list."""
    return f"{token}.{place}"


def _ranked(turn: Turn, user: User) -> Ranking:
    ranking = rank(turn.text, user, LONGEST, turn.mode, is_shown=True)
    return ranking.in_bands() if turn.in_bands else ranking


def _read(cursor: str) -> tuple[str, int]:
    if not (parts := _CURSOR.fullmatch(cursor)):
        raise BadCursor
    return parts["token"], int(parts["place"])


def _in_order(turn: Turn, query: Query, user: User) -> Page:
    order = ORDERS.get(turn.sort, ORDERS[Sort.NEWEST])
    every = answered(query, user, turn.mode)
    instead = [] if len(every.ids) else near_misses(every.asked, turn.mode, names_archive(query))
    ranking = Ranking.of(clean(turn.text), turn.mode, every.wishes, every.corrected, suggestions=instead)
    try:
        listed = page_among(ranking.photos(user).with_stars(), every.ids, order, turn.size, turn.cursor)
    except ValidationError as exc:
        raise BadCursor from exc
    seen = {photo.pk: photo for photo in listed.photos}
    found = shown(ranking, fulfilling(listed.photos, ranking.asked), seen, user)
    return Page(found, listed.next_cursor)
