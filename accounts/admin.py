from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.record import Actor, DestructiveAct, Where, acting


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Whoever deletes a person deletes their photos, and that is recorded."""

    fieldsets = [*(UserAdmin.fieldsets or []), ("Limits", {"fields": ["quota_mb", "max_photos"]})]

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        with acting(Actor.of(request.user, Where.ADMIN)):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        with acting(Actor.of(request.user, Where.ADMIN)):
            super().delete_queryset(request, queryset)


@admin.register(DestructiveAct)
class DestructiveActAdmin(admin.ModelAdmin):
    """What was destroyed, to be read and searched; nobody changes it, here or elsewhere."""

    list_display = ["at", "what", "name", "who", "where", "photo_id", "sha256"]
    list_filter = ["what", "where", "at"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["name", "=sha256", "=who"]
    search_help_text = "Original name, or exactly a SHA-256 or a user name"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
