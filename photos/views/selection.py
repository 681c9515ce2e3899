from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from photos.forms import SelectionForm
from photos.notices import tell_done
from photos.selection import Action, apply
from photos.views.request import PageRequest


@require_POST
def selection(request: PageRequest) -> HttpResponse:
    """Do one thing with the photos named in the form, or behind an Undo button in the address."""
    form = SelectionForm(_named_photos(request))
    if form.is_valid():
        action = Action(form.cleaned_data["action"])
        numbers = apply(action, form.cleaned_data["photo"], request.user, timezone.now())
        tell_done(request, action, numbers)
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect(_way_back(request))


def _named_photos(request: PageRequest) -> QueryDict:
    return request.POST if "photo" in request.POST else request.GET


def _way_back(request: PageRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "photos:gallery"
