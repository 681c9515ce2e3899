"""How a search is saved, changed, moved and taken back. What concerns a person's whole list is done one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Min

from accounts.models import User
from ai.plaintext import one_line
from photos.models import Photo
from search.errors import BadQuery, SavedAlready, TooManySaved
from search.language import QueryError, parse
from search.language.writing import CONNECTIVES
from search.ranking.modes import Mode
from search.ranking.queries import LONGEST_ASKED, clean
from search.saved.lasting import is_passing
from search.saved.naming import proposed_name
from search.saved.searches import BEST_FIRST, LONGEST_NAME, LONGEST_WAY_BACK, SavedSearch

MOST_SAVED = 100
MOST_PINNED = 10

# A photo that waits longer for its analysis is not waited for.
_PATIENCE = timedelta(days=1)


@dataclass(frozen=True)
class Draft:
    """A search to be saved, as it was written."""

    name: str
    query: str
    mode: Mode = Mode.HYBRID
    sort: str = BEST_FIRST
    pinned: bool = False


def canonical(text: str, mode: Mode) -> str:
    """Return a query as it is kept; raises BadQuery where it cannot be read in this mode, or kept."""
    cleaned = clean(text)
    query = parse(cleaned, lenient=mode is Mode.SEMANTIC)
    if is_passing(query):
        raise BadQuery("A picture that was only shown is gone in a quarter of an hour: add it to your photos first.")
    kept = next((one for one in (str(query), cleaned) if len(one) <= LONGEST_ASKED), "")
    if not kept:
        raise BadQuery(f"A query of more than {LONGEST_ASKED} characters cannot be kept.")
    return kept


def saved_as(user: User, text: str, mode: Mode, sort: str = BEST_FIRST) -> SavedSearch | None:
    """Return the saved search that is this one, in this order if there is one; also if it cannot be read any more."""
    try:
        query = canonical(text, mode)
    except QueryError:
        query = clean(text)
    except BadQuery:
        return None
    same = _same(user, query, mode)
    return next((search for search in same if search.sort == sort), same[0] if same else None)


def automatic_name(query: str, mode: Mode) -> str:
    """Return what a search is called that nobody gave a name to; raises as `canonical`."""
    return proposed_name(parse(canonical(query, mode), lenient=mode is Mode.SEMANTIC))


def save(user: User, draft: Draft, now: datetime) -> SavedSearch:
    """Keep a search at the end of the person's list; raises BadQuery, SavedAlready and TooManySaved.

    What is there already counts as seen.
    """
    query = canonical(draft.query, draft.mode)
    with transaction.atomic():
        User.hold(user.pk)
        _refuse_more(user, draft.pinned)
        last = SavedSearch.objects.of(user).aggregate(last=Max("position"))["last"]
        search = SavedSearch(
            owner=user,
            name=_shown(draft.name),
            query=query,
            mode=draft.mode,
            sort=draft.sort,
            pinned=draft.pinned,
            position=0 if last is None else last + 1,
            created_at=now,
            seen_up_to=looked_through(user, now),
        )
        _write(search)
    return search


def change(search: SavedSearch, changes: Mapping[str, Any]) -> None:
    """Set name, query, mode, sort, pinned or seen_up_to; nobody has looked further than the newest photo.

    Raises BadQuery, SavedAlready, TooManySaved, and DoesNotExist where it was deleted meanwhile.
    """
    with transaction.atomic():
        User.hold(search.owner.pk)
        search.refresh_from_db(from_queryset=SavedSearch.objects.filter(deleted_at=None))
        if changes.get("pinned") and not search.pinned:
            _refuse_more(search.owner, pinned=True, saved=False)
        was_automatic = _is_automatic(search)
        for name, value in changes.items():
            setattr(search, name, value)
        if "name" not in changes and was_automatic:
            search.name = automatic_name(search.query, Mode(search.mode))
        search.name = _shown(search.name)
        search.seen_up_to = min(search.seen_up_to, _newest())
        if {"query", "mode"} & set(changes):
            search.query = canonical(search.query, Mode(search.mode))
        _write(search, [*changes, "query", "name"])


def place(search: SavedSearch, at: int) -> None:
    """Put a search at this place of its list, counted from 0; past the end it is the last. Raises DoesNotExist."""
    with transaction.atomic():
        User.hold(search.owner.pk)
        order = list(SavedSearch.objects.of(search.owner))
        if search not in order:
            raise SavedSearch.DoesNotExist
        order.remove(search)
        order.insert(at, search)
        for position, one in enumerate(order):
            one.position = position
        SavedSearch.objects.bulk_update(order, ["position"])


def place_of(search: SavedSearch) -> int:
    """Return where a search stands in its list, counted from 0; raises DoesNotExist."""
    order = list(SavedSearch.objects.of(search.owner).values_list("pk", flat=True))
    if search.pk not in order:
        raise SavedSearch.DoesNotExist
    return order.index(search.pk)


def delete(search: SavedSearch, now: datetime) -> None:
    """Take a search off the list; for a day it can be put back."""
    SavedSearch.objects.deleted_by(search.owner).filter(deleted_at__lt=now - LONGEST_WAY_BACK).delete()
    SavedSearch.objects.filter(pk=search.pk, deleted_at=None).update(deleted_at=now)


def put_back(search: SavedSearch) -> None:
    """Undo a deletion; raises SavedAlready and TooManySaved where things have changed meanwhile."""
    with transaction.atomic():
        User.hold(search.owner.pk)
        search.pinned = search.pinned and not _is_full(search.owner, pinned=True)
        _refuse_more(search.owner, pinned=False)
        search.deleted_at = None
        _write(search, ["pinned", "deleted_at"])


def looked_through(user: User, now: datetime) -> int:
    """Return the number of the newest photo, or of the last before the user's first that still waits to be analysed.

    What waits cannot be found yet, so nobody has looked at it.
    """
    recent = Photo.objects.filter(owner=user, created_at__gt=now - _PATIENCE)
    first = recent.awaiting_vectors().aggregate(first=Min("pk"))["first"]
    return _newest() if first is None else first - 1


def _newest() -> int:
    return Photo.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _shown(name: str) -> str:
    """Return a name as it can be shown: printable, on one line; raises BadQuery where nothing of it can."""
    if not (shown := one_line(name, LONGEST_NAME)):
        raise BadQuery("A saved search needs a name.")
    return shown


def _refuse_more(user: User, pinned: bool, saved: bool = True) -> None:
    if saved and _is_full(user):
        raise TooManySaved(f"You keep {MOST_SAVED} searches already: delete one first.")
    if pinned and _is_full(user, pinned=True):
        raise TooManySaved(f"{MOST_PINNED} searches are pinned already: unpin one first.")


def _is_full(user: User, pinned: bool = False) -> bool:
    kept = SavedSearch.objects.of(user)
    return kept.pinned().count() >= MOST_PINNED if pinned else kept.count() >= MOST_SAVED


def _is_automatic(search: SavedSearch) -> bool:
    try:
        return search.name == automatic_name(search.query, Mode(search.mode))
    except BadQuery:  # it names a field there is no more
        return False


def _same(user: User, query: str, mode: str) -> list[SavedSearch]:
    """Return the searches a person keeps that find the same: upper case matters in OR and AND alone."""
    kept = SavedSearch.objects.of(user).filter(mode=mode)
    return [search for search in kept if _folded(search.query) == _folded(query)]


def _folded(query: str) -> str:
    return " ".join(word if word in CONNECTIVES else word.casefold() for word in query.split())


def _write(search: SavedSearch, fields: list[str] | None = None) -> None:
    """Write it, unless another is the same; two of former times that are may stay, and be changed in all else."""
    if fields is None or {"query", "mode", "sort", "deleted_at"} & set(fields):
        same = [one for one in _same(search.owner, search.query, search.mode) if one.sort == search.sort]
        if any(one != search for one in same) and search not in same:
            raise SavedAlready(search.query)
    try:
        with transaction.atomic():
            search.save(update_fields=fields)
    except IntegrityError as exc:
        raise SavedAlready(search.query) from exc
