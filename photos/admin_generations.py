"""The model of the library, as a page of the admin: which it is, how far a migration is, and three buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from ai.encoders.base import EncoderUnavailable
from photos import generations
from photos.comparison import Comparison
from photos.encoding import disagreement, encoder_in_use
from photos.models import ActiveModel, ModelMigration

SHOWN = 20


@admin.register(ModelMigration)
class ModelMigrationAdmin(admin.ModelAdmin):
    """One page instead of a list; migrations begin with `manage.py models use`."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ModelMigration | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._act(request)
        context = self.admin_site.each_context(request) | (extra_context or {}) | _facts()
        context |= {"title": "Model of the library", "may_change": self.has_change_permission(request)}
        return render(request, "photos/generations.html", context)

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect("../..")

    def _act(self, request: HttpRequest) -> HttpResponse:
        act = _ACTIONS.get(request.POST.get("action", ""))
        if act is None or not self.has_change_permission(request):
            raise PermissionDenied
        try:
            self.message_user(request, act())
        except (generations.GenerationProblem, EncoderUnavailable) as exc:
            self.message_user(request, str(exc), messages.ERROR)
        return HttpResponseRedirect(request.path)


def _facts() -> dict[str, Any]:
    latest = ModelMigration.objects.first()
    failed = latest.unembedded.given_up().select_related("photo")[:SHOWN] if latest else []
    return {
        "active": ActiveModel.current(),
        "encoder": encoder_in_use(),
        "disagreement": disagreement(),
        "migration": latest,
        "comparison": Comparison.from_json(latest.comparison) if latest and latest.comparison else None,
        "unembedded": failed,
        "earlier": ModelMigration.objects.all()[1:SHOWN],
    }


def _switch() -> str:
    migration = ModelMigration.objects.running().first()
    if migration is None:
        raise generations.GenerationProblem("No migration is running.")
    if not generations.switch(migration, timezone.now()):
        raise generations.GenerationProblem("Photos have come in since; a worker embeds them. Try again in a moment.")
    return f"The library is read with {migration.encoder}."


def _rollback() -> str:
    return f"The library is read with {generations.rollback().encoder} again."


def _cancel() -> str:
    return f"Cancelled: {generations.cancel(timezone.now())}. What is embedded stays for another time."


_ACTIONS: dict[str, Callable[[], str]] = {"switch": _switch, "rollback": _rollback, "cancel": _cancel}
