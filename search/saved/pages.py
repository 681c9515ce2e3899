"""Saved searches in a browser: the list and what is done with it, the sidebar's part of every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.exceptions import APIException, ValidationError

from photos.notices import tell_errors
from photos.views.request import PageRequest, way_back
from search.remembered import Memory
from search.saved import saving
from search.saved.counting import count_of, known_counts
from search.saved.forms import OrderForm, RenameForm, SaveForm, SeenForm
from search.saved.searches import SavedSearch
from search.suggesting.history_pages import history_of


@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: PageRequest) -> HttpResponse:
    """Show the searches a person keeps; on POST keep one more."""
    if request.method == "POST":
        return _save(request)
    kept = list(SavedSearch.objects.of(request.user))
    context: dict[str, Any] = {"searches": kept, "needs_link": settings.SERVER_MODE}
    context["site"] = request.build_absolute_uri("/").removesuffix("/")
    return render(request, "search/saved.html", context | history_of(request.user))


def _save(request: PageRequest) -> HttpResponse:
    form = SaveForm(request.POST)
    if not form.is_valid():
        tell_errors(request, form)
        return redirect(way_back(request) or "search:saved")
    try:
        search = saving.save(request.user, form.draft(), timezone.now())
    except APIException as exc:
        messages.error(request, str(exc.detail))
        return redirect(way_back(request) or "search:saved")
    messages.success(request, f"Saved as “{search.name}”.")
    return redirect(search)


@require_safe
def saved_results(request: PageRequest, pk: int) -> HttpResponse:
    """Lead to the page of results, which knows a saved search by its query."""
    return redirect(results_url(_search(request, pk)))


@require_POST
def rename(request: PageRequest, pk: int) -> HttpResponse:
    form = RenameForm(request.POST)
    search = _search(request, pk)
    if not form.is_valid():
        tell_errors(request, form)
    else:
        _change(request, search, {"name": form.cleaned_data["name"]})
    return redirect(way_back(request) or "search:saved")


@require_POST
def pin(request: PageRequest, pk: int) -> HttpResponse:
    """Pin a search to the sidebar, or take it off where it is `pinned=`."""
    _change(request, _search(request, pk), {"pinned": bool(request.POST.get("pinned"))})
    return redirect(way_back(request) or "search:saved")


@require_POST
def keep_order(request: PageRequest, pk: int) -> HttpResponse:
    """Have a search always listed in the order it is shown in."""
    search, form = _search(request, pk), OrderForm(request.POST)
    if form.is_valid():
        _change(request, search, {"sort": form.cleaned_data["sort"]})
    else:
        tell_errors(request, form)
    return redirect(search)


@require_POST
def move(request: PageRequest, pk: int) -> HttpResponse:
    """Move a search up or down its list by one."""
    search = _search(request, pk)
    step = -1 if request.POST.get("to") == "up" else 1
    saving.place(search, max(0, saving.place_of(search) + step))
    return redirect("search:saved")


@require_POST
def delete(request: PageRequest, pk: int) -> HttpResponse:
    search = _search(request, pk)
    saving.delete(search, timezone.now())
    messages.success(request, f"Deleted: “{search.name}”.", extra_tags=reverse("search:put_back", args=[pk]))
    return redirect("search:saved")


@require_POST
def put_back(request: PageRequest, pk: int) -> HttpResponse:
    """Undo a deletion."""
    search = SavedSearch.objects.deleted_by(request.user).filter(pk=pk).first()
    if search is None:
        raise Http404("This search is not here any more.")
    try:
        saving.put_back(search)
    except APIException as exc:
        messages.error(request, str(exc.detail))
    return redirect("search:saved")


@require_POST
def seen(request: PageRequest, pk: int) -> HttpResponse:
    """Note that what the page showed has been seen; the page sends this itself once it stands."""
    search, now = _search(request, pk), timezone.now()
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
    search.see(min(form.cleaned_data["up_to"], saving.looked_through(request.user, now)), now)
    if not request.htmx:
        return redirect(results_url(search))
    return HttpResponse(status=204, headers={"HX-Trigger": "searches-changed"})


@require_POST
def link(request: PageRequest, pk: int) -> HttpResponse:
    """Make a secret link for feed readers, which cannot sign in, or revoke it."""
    search = _search(request, pk)
    if request.POST.get("link") == "revoke":
        search.revoke_link()
        messages.success(request, f"The link of “{search.name}” opens nothing any more.")
    else:
        search.make_link()
        messages.success(request, f"“{search.name}” has a new link for feed readers.")
    return redirect(f"{reverse('search:saved')}#search-{pk}")


@require_safe
def pinned(request: PageRequest) -> HttpResponse:
    """Answer the sidebar with the pinned searches: at first with the counts that are known, then with all."""
    kept, memory = list(SavedSearch.objects.of(request.user).pinned()), Memory()
    if is_whole := "all" in request.GET:
        known = {search.pk: count_of(search, memory) for search in kept}
    else:
        known = known_counts(kept, memory)
    lines = [(search, known.get(search.pk), _is_shown(request, search)) for search in kept]
    context = {"lines": lines, "is_whole": is_whole or len(known) == len(kept)}
    return render(request, "search/includes/pinned.html", context)


@require_safe
def count(request: PageRequest, pk: int) -> HttpResponse:
    """Answer how many photos a search finds, and how many are new."""
    return render(request, "search/includes/count.html", {"count": count_of(_search(request, pk))})


def results_url(search: SavedSearch) -> str:
    query = QueryDict(mutable=True)
    query.update(search.parameters)
    return f"{reverse('search:results')}?{query.urlencode()}"


def _search(request: PageRequest, pk: int) -> SavedSearch:
    search = SavedSearch.objects.of(request.user).filter(pk=pk).first()
    if search is None:
        raise Http404("This search is not here. Perhaps it was deleted, or it belongs to somebody else.")
    return search


def _change(request: PageRequest, search: SavedSearch, changes: dict[str, Any]) -> None:
    try:
        saving.change(search, changes)
    except APIException as exc:
        messages.error(request, str(exc.detail))


def _is_shown(request: PageRequest, search: SavedSearch) -> bool:
    """Tell whether the page that asks is the one of this search."""
    return (request.htmx.current_url_abs_path or "") == results_url(search)
