"""Search in a browser, and what is similar to a photo."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException

from photos.models import Photo
from photos.views.request import PageRequest, photo_or_404
from search.errors import BadCursor, CursorExpired
from search.language import QueryError, Similar, error_chips, operators
from search.language.grammar import LONGEST
from search.ranking.modes import Mode, mode_of
from search.ranking.queries import similar_to
from search.saved.bar import saved_bar
from search.suggesting.suggestions import suggest
from search.views.result_pages import kept_words, listed, turn_of
from search.views.thumbs import described

STRIP = 12

# What the page calls the modes.
MODES = ((Mode.HYBRID, "Best"), (Mode.TEXT, "Words"), (Mode.SEMANTIC, "Meaning"))


@require_safe
def results(request: PageRequest) -> HttpResponse:
    """Show what a query finds, to htmx only what comes below what stands there already."""
    text = request.GET.get("q", "").strip()
    turn = turn_of(request.GET, text, mode_of(request.GET.get("mode")))
    context: dict[str, Any] = {"query": text, "mode": turn.mode, "sort": turn.sort, "kept_words": kept_words(turn)}
    context |= {"modes": MODES, "operators": operators(), "is_first": not turn.cursor}
    if not text:
        return render(request, "search/results.html", context)
    context |= saved_bar(request.user, text, turn.mode, timezone.now(), turn.sort)
    more = bool(request.htmx) and bool(turn.cursor)
    try:
        context |= listed(turn, request.user, is_below="below" in request.GET)
    except (BadCursor, CursorExpired) as exc:
        # htmx shows nothing of an answer that is an error.
        context |= {"expired": exc.words if isinstance(exc, BadCursor) else exc.detail}
        template = "search/includes/expired.html" if more else "search/results.html"
        return render(request, template, context, status=200 if more else exc.status_code)
    except QueryError as exc:
        context |= {"chips": error_chips(exc), "bad_query": exc.detail}
        return render(request, "search/results.html", context, status=exc.status_code)
    except APIException as exc:
        context |= {"bad_query": exc.detail}
        return render(request, "search/results.html", context, status=exc.status_code)
    if more:
        return render(request, "search/includes/more.html", context)
    context |= described(context["found"].query, text, request.user, timezone.now())
    return render(request, "search/results.html", context)


@require_safe
def completions(request: PageRequest) -> JsonResponse:
    """Answer what may follow in a query that is being typed."""
    offered = suggest(request.GET.get("q", "")[:LONGEST], request.user)
    return JsonResponse({"completions": [asdict(suggestion) for suggestion in offered]})


@require_safe
def similar(request: PageRequest, pk: int) -> HttpResponse:
    """Show what looks like a photo: a strip for its page, or lead to the search for it."""
    photo = photo_or_404(Photo.objects.visible_to(request.user), pk)
    query = str(Similar.to(photo.pk))
    if not request.htmx:
        return redirect(f"{reverse('search:results')}?q={query}")
    context: dict[str, Any] = {"query_of_all": query}
    try:
        context |= {"hits": similar_to([photo], request.user, STRIP)}
    except APIException as exc:  # not analysed yet, or no encoder: a fact to show, not a failure
        context |= {"problem": exc.detail}
    return render(request, "search/includes/strip.html", context)
