from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from cloudzy.models import BackupNote


@admin.register(BackupNote)
class BackupNoteAdmin(admin.ModelAdmin):
    """When the library was backed up, and when a backup was last restored on trial; commands do both."""

    list_display = ["kind", "result", "at", "made_at", "photos", "size", "folder"]
    list_filter = ["kind", "at"]
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Originals")
    def size(self, note: BackupNote) -> str:
        return filesizeformat(note.bytes)

    @admin.display
    def result(self, note: BackupNote) -> str:
        return note.problem or "good"
