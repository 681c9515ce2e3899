from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from photos.forms import SelectionForm
from photos.notices import tell_done, tell_errors
from photos.selection import Action, apply
from photos.views.request import PageRequest, way_back


@require_POST
def selection(request: PageRequest) -> HttpResponse:
    """Do one thing with the photos named in the form, or behind an Undo button in the address."""
    form = SelectionForm(_named_photos(request))
    if form.is_valid():
        action = Action(form.cleaned_data["action"])
        numbers = apply(action, form.cleaned_data["photo"], request.user, timezone.now())
        tell_done(request, action, numbers)
    else:
        tell_errors(request, form)
    return redirect(way_back(request) or "photos:gallery")


def _named_photos(request: PageRequest) -> QueryDict:
    return request.POST if "photo" in request.POST else request.GET
