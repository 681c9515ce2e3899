"""How the watched folders stand, as a page of the admin: nothing there is changed by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from photos.imports.watch_status import problems, standings, told_at
from photos.models import WatchedFolder


@admin.register(WatchedFolder)
class WatchedFolderAdmin(admin.ModelAdmin):
    """One page instead of a list; which folders there are is said by CLOUDZY_WATCH."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | (extra_context or {})
        context |= {"title": "Watched folders", "told_at": told_at(), "problems": problems(timezone.now())}
        return render(request, "photos/watched.html", context | {"folders": standings()})

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect("../..")
