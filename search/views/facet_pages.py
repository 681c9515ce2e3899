"""What a query can be narrowed by, in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException

from photos.views.request import PageRequest
from search.ranking.modes import mode_of
from search.ranking.totals import Group, Totals, Value, totals
from search.views.result_pages import kept_words, turn_of

AT_ONCE = 8  # values of each facet that are seen without unfolding more


@dataclass(frozen=True)
class Shelf:
    """The values of a facet that narrow the query, or that it asks for already."""

    title: str
    first: Sequence[Value]
    more: Sequence[Value]


@require_safe
def facets(request: PageRequest) -> HttpResponse:
    """Show how many photos answer a query and what they have: to htmx as a part of the results, else as a page."""
    text = request.GET.get("q", "").strip()
    if not text:
        return redirect("search:results")
    turn = turn_of(request.GET, text, mode_of(request.GET.get("mode")))
    context: dict[str, Any] = {"query": text, "kept_words": kept_words(turn)}
    template = "search/includes/facets.html" if request.htmx else "search/facets.html"
    try:
        found = totals(text, request.user, turn.mode)
    except APIException as exc:
        # htmx shows nothing of an answer that is an error, and the results say it already.
        return render(
            request, template, context | {"problem": exc.detail}, status=200 if request.htmx else exc.status_code
        )
    return render(request, template, context | {"total": found.total, "shelves": _shelves(found)})


def _shelves(found: Totals) -> list[Shelf]:
    shelves = [_shelf(group, found.total) for group in found.groups]
    return [shelf for shelf in shelves if shelf.first]


def _shelf(group: Group, total: int) -> Shelf:
    values = [value for value in group.values if value.is_asked or (value.count < total and value.query)]
    if group.facet.is_number:
        values.sort(key=lambda value: int(value.name), reverse=True)
    return Shelf(group.facet.title, values[:AT_ONCE], values[AT_ONCE:])
