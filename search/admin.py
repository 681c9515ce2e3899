"""Index health, as a page of the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from ai.encoders.base import EncoderUnavailable
from search.health import report
from search.models import Library
from search.rebuild import rebuild
from search.spaces import current_space


@admin.register(Library)
class IndexAdmin(admin.ModelAdmin):
    """One page instead of a list: how the index is, and a button that makes it anew."""

    def has_add_permission(self, _: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _: HttpRequest, obj: Library | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._rebuild(request)
        context = self.admin_site.each_context(request) | (extra_context or {})
        context |= {"title": "Search index", "health": report(), "may_rebuild": self.has_change_permission(request)}
        return render(request, "search/index_health.html", context)

    def _rebuild(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            manifest = rebuild(current_space(), timezone.now())
        except (EncoderUnavailable, OSError) as exc:
            self.message_user(request, f"The index could not be made anew: {exc}", messages.ERROR)
        else:
            self.message_user(request, f"The index was made anew, with {manifest.count} photos.")
        return HttpResponseRedirect(request.path)
