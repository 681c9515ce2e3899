"""A photo that is opened from the results of a search stands among them: the next one is the next result."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse
from rest_framework.exceptions import APIException

from accounts.models import User
from photos.models import Photo
from photos.surroundings import Surroundings
from search.ranking.beside import Beside, beside
from search.ranking.modes import mode_of
from search.ranking.paging import Turn, cursor_in
from search.views.result_pages import PAGE, from_results, how, turn_of


def among_results(photo: Photo, user: User, asked: QueryDict) -> Surroundings | None:
    """Return what stands around a photo among the results that its address names, None where it is none of them."""
    turn = turn_of(asked, asked.get("q", "").strip(), mode_of(asked.get("mode")))
    try:
        found = beside(photo, user, turn.text, turn.mode, turn.sort, asked.get("list", ""))
    except APIException:  # a query that says nothing, or cannot be answered any more
        return None
    if found is None:
        return None
    numbers = [number for number in (found.before, found.after) if number]
    photos = Photo.objects.visible_to(user).in_bulk(numbers)
    return Surroundings(
        title=f"“{turn.text}”",
        address=f"{reverse('search:results')}?{_page(turn, found)}#photo-{photo.pk}",
        query=from_results(turn, found.token),
        before=photos.get(found.before),
        after=photos.get(found.after),
    )


def _page(turn: Turn, found: Beside) -> str:
    """Return the query of the page of results that a photo stands on, as far as its place is known."""
    start = found.place - found.place % PAGE
    query = QueryDict(mutable=True)
    query.update(
        {"q": turn.text} | how(turn) | ({"cursor": cursor_in(found.token, start)} if start and found.token else {})
    )
    return query.urlencode()
