"""Index health, as a page of the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from ai.encoders.base import EncoderUnavailable
from search.index.spaces import current_space
from search.models import Library
from search.upkeep.caretaking import ask_for
from search.upkeep.doing import Act
from search.upkeep.health import report
from search.upkeep.overview import overview


@admin.register(Library)
class IndexAdmin(admin.ModelAdmin):
    """One page instead of a list: how the index is, and buttons to have it looked after."""

    def has_add_permission(self, _: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _: HttpRequest, obj: Library | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._asked(request)
        context = self.admin_site.each_context(request) | (extra_context or {})
        context |= {"title": "Search index", "health": report(), "overview": overview(timezone.now())}
        context |= {"may_change": self.has_change_permission(request)}
        return render(request, "search/index_health.html", context)

    def _asked(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            finding = ask_for(_act(request), current_space(), timezone.now())
        except (EncoderUnavailable, OSError) as exc:
            self.message_user(request, f"That could not be done: {exc}", messages.ERROR)
        else:
            self.message_user(request, finding.text, messages.INFO if finding.well else messages.WARNING)
        return HttpResponseRedirect(request.path)


def _act(request: HttpRequest) -> Act:
    """Return what was asked for; the first button's, where the form was sent without one."""
    asked = request.POST.get("act", "")
    return Act(asked) if asked in list(Act) else Act.REBUILD
