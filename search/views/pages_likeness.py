"""Likeness in a browser: to selected photos, to a picture from elsewhere, to a part of one; more of this, less of that.

Each view leads to a page of results, whose query says all of it: it can be kept, shared and taken apart.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import APIException

from photos.forms import ChosenForm
from photos.uploads import decode_upload, received_file
from photos.views.request import PageRequest, way_back
from search.errors import BadQuery
from search.language import Example, Similar, parse
from search.language.examples import MOST_EXAMPLES
from search.language.grammar import LONGEST
from search.language.refining import CannotRefine, refined
from search.models import ShownPicture
from search.ranking.modes import Mode, mode_of
from search.ranking.pictures import show
from search.ranking.queries import clean
from search.views.likeness_forms import MANY, RefineForm, RegionForm

_NOT_OF_A_QUERY = ("more", "less", "cursor", "below")


@require_POST
def of_photos(request: PageRequest) -> HttpResponse:
    """Find photos like those selected in the form."""
    form = ChosenForm(request.POST)
    numbers = list(dict.fromkeys(form.cleaned_data["photo"])) if form.is_valid() else []
    query = str(Similar.to(*numbers[:MOST_EXAMPLES]))
    if form.is_valid() and len(numbers) <= MOST_EXAMPLES and len(query) <= LONGEST:
        return _results(query)
    messages.error(request, _words(form) or MANY)
    return redirect(way_back(request) or "photos:gallery")


@require_POST
def by_image(request: PageRequest) -> HttpResponse:
    """Find photos that look like a picture from elsewhere, which is kept for a while and for this person only."""
    try:
        picture = show(decode_upload(received_file(request)).image, request.user, timezone.now())
    except APIException as exc:
        return render(request, "search/by_image.html", {"problem": exc.detail}, status=exc.status_code)
    return _results(str(Similar((Example(picture.token),))))


@require_safe
def region(request: PageRequest) -> HttpResponse:
    """Find photos like a part of a photo or of a picture that was shown."""
    form = RegionForm(request.GET)
    if form.is_valid():
        return _results(str(Similar((form.cleaned_data["example"],))))
    return render(request, "search/by_image.html", {"problem": _words(form)}, status=400)


@require_safe
def refine(request: PageRequest) -> HttpResponse:
    """Search again, for more that is like a result or less; where that cannot be, say why and leave it as it was."""
    form = RefineForm(request.GET)
    text = request.GET.get("q", "")
    try:
        if not form.is_valid():
            raise CannotRefine(_words(form))
        text = _refined(request.GET, form)
    except BadQuery as exc:
        messages.error(request, str(exc.detail))
    return _results(text, request.GET)


@require_safe
def picture(request: PageRequest, token: str) -> HttpResponse:
    """Answer with a picture that this person searched by a moment ago."""
    shown = ShownPicture.objects.of(request.user, timezone.now()).filter(pk=token).first()
    if shown is None:
        raise Http404("This picture is not kept any more.")
    response = HttpResponse(bytes(shown.rendition), content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={int(ShownPicture.LIFETIME.total_seconds())}"
    return response


def _refined(asked: QueryDict, form: RefineForm) -> str:
    query = parse(clean(asked.get("q", "")), lenient=mode_of(asked.get("mode")) is Mode.SEMANTIC)
    more, less = form.cleaned_data["more"], form.cleaned_data["less"]
    text = str(refined(query, more or less, more=bool(more)))
    if len(text) > LONGEST:
        raise CannotRefine("The query is as long as it can be: take a piece of it away first.")
    return text


def _results(text: str, asked: QueryDict | None = None) -> HttpResponseRedirect:
    """Lead to the results of a query, with whatever else was asked of those before: their mode and order."""
    wanted = asked.copy() if asked else QueryDict(mutable=True)
    for name in _NOT_OF_A_QUERY:
        wanted.pop(name, None)
    wanted["q"] = text
    return HttpResponseRedirect(f"{reverse('search:results')}?{wanted.urlencode(safe=',:~@')}")


def _words(form: BaseForm) -> str:
    said = [(name, str(error)) for name, errors in form.errors.items() for error in errors]
    return " ".join(word if name in (NON_FIELD_ERRORS, "photo") else f"{name}: {word}" for name, word in said)
