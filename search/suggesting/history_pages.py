"""The history of a person's searches in a browser."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from photos.forms import PhotoNumbersField
from photos.views.request import PageRequest
from search.models import PastSearch
from search.ranking.queries import LONGEST_ASKED
from search.suggesting import history

SHOWN = 50
HISTORY = "search:saved"  # it stands on the page of saved searches


class FoundForm(forms.Form):
    """A search of the page, with the first of the photos it found."""

    q = forms.CharField(max_length=LONGEST_ASKED)
    photo = PhotoNumbersField()


def history_of(user: User) -> dict[str, Any]:
    """What a page needs to show a person's history."""
    return {"past": PastSearch.objects.of(user)[:SHOWN], "keeps_history": history.keeps_history(user)}


@require_POST
def remember(request: PageRequest) -> HttpResponse:
    """Note a search that found something: the page of results sends this itself, once it stands."""
    form = FoundForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        history.remember(request.user, said["q"], said["photo"], timezone.now())
    return HttpResponse(status=204)


@require_POST
def forget(request: PageRequest, pk: int) -> HttpResponse:
    """Take one search out of the history."""
    if not PastSearch.objects.filter(owner=request.user, pk=pk).delete()[0]:
        raise Http404("This search is not remembered. Perhaps it was forgotten already.")
    return redirect(HISTORY)


@require_POST
def clear(request: PageRequest) -> HttpResponse:
    history.clear(request.user)
    messages.success(request, "Your history of searches is empty.")
    return redirect(HISTORY)


@require_POST
def switch(request: PageRequest) -> HttpResponse:
    """Have searches remembered, or not where it is `on=`."""
    if request.POST.get("on"):
        history.switch_on(request.user)
        messages.success(request, "Searches that find something are remembered from now on.")
    else:
        history.switch_off(request.user)
        messages.success(request, "No search is remembered any more; the old ones are forgotten.")
    return redirect(HISTORY)
