from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from rest_framework.exceptions import ValidationError

from photos.days import by_day
from photos.forms import PageForm
from photos.paging import Order, page_of
from photos.shelves import ARCHIVE, FAVORITES, GALLERY, TRASH, Shelf
from photos.views.request import PageRequest

PAGE = 60


@require_safe
def gallery(request: PageRequest) -> HttpResponse:
    return _page(request, GALLERY)


@require_safe
def favorites(request: PageRequest) -> HttpResponse:
    return _page(request, FAVORITES)


@require_safe
def archive(request: PageRequest) -> HttpResponse:
    return _page(request, ARCHIVE)


@require_safe
def trash(request: PageRequest) -> HttpResponse:
    return _page(request, TRASH)


def _page(request: PageRequest, shelf: Shelf) -> HttpResponse:
    """Answer one page of a shelf; to htmx only what comes below the photos that stand there already."""
    form = PageForm(request.GET)
    if not form.is_valid():
        raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
    page = page_of(shelf.of(request.user), Order((shelf.by,)), PAGE, form.cleaned_data["cursor"])
    more = bool(request.htmx) and bool(form.cleaned_data["cursor"])
    days = by_day(page.photos, shelf.by, shown=form.cleaned_data["shown"] if more else None)
    template = "photos/includes/days.html" if more else "photos/shelf.html"
    context = {"shelf": shelf, "days": days, "next_cursor": page.next_cursor}
    return render(request, template, context | {"trash_days": settings.CLOUDZY_TRASH_DAYS if shelf is TRASH else 0})
