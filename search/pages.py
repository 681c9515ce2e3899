"""Search in a browser: by words, by a picture, and what is similar to a photo."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import APIException

from photos.models import Photo
from photos.uploads import decode_upload, received_file
from photos.views.request import PageRequest, photo_or_404
from search.errors import BadQuery
from search.queries import NO_DISTANCE, like_image, search_page, similar_to
from search.templatetags.match_reasons import CLOSE

PAGE = 60
STRIP = 12


@require_safe
def results(request: PageRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    if not text:
        return render(request, "search/results.html")
    try:
        found = search_page(text, request.user, PAGE)
    except BadQuery as exc:
        return render(request, "search/results.html", {"bad_query": exc.detail}, status=exc.status_code)
    alike = [hit for hit in found.by_meaning if hit.distance <= CLOSE]
    less_likely = [hit for hit in found.by_meaning if CLOSE < hit.distance < NO_DISTANCE]
    context = {"query": text, "found": found, "alike": alike, "less_likely": less_likely}
    return render(request, "search/results.html", context)


@require_POST
def by_image(request: PageRequest) -> HttpResponse:
    """Find photos that look like a picture from elsewhere, which is not kept."""
    try:
        picture = decode_upload(received_file(request)).image
        hits = like_image(picture, request.user, PAGE)
    except APIException as exc:
        return render(request, "search/by_image.html", {"problem": exc.detail}, status=exc.status_code)
    return render(request, "search/by_image.html", {"hits": hits})


@require_safe
def similar(request: PageRequest, pk: int) -> HttpResponse:
    """Show what looks like a photo: a strip for its page, or a page of its own."""
    photo = photo_or_404(Photo.objects.visible_to(request.user).defer("embedding"), pk)
    template = "search/includes/strip.html" if request.htmx else "search/similar.html"
    try:
        hits = similar_to(photo, request.user, STRIP if request.htmx else PAGE)
    except APIException as exc:  # not analysed yet, or no encoder: a fact to show, not a failure
        return render(request, template, {"photo": photo, "problem": exc.detail})
    return render(request, template, {"photo": photo, "hits": hits})
