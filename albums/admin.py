from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from albums.models import Album, AlbumPlace


class PlacesInline(admin.TabularInline):
    model = AlbumPlace
    extra = 0
    raw_id_fields = ["photo"]
    ordering = ["position", "pk"]


@admin.register(Album)
class AlbumAdmin(admin.ModelAdmin):
    list_display = ["title", "owner", "photo_count", "created_at"]
    list_filter = ["owner"]
    search_fields = ["title"]
    list_select_related = ["owner"]
    readonly_fields = ["created_at", "updated_at"]
    inlines = [PlacesInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Album]:
        return super().get_queryset(request).annotate(number_of_photos=Count("places"))

    @admin.display(description="photos", ordering="number_of_photos")
    def photo_count(self, album: Any) -> int:
        return int(album.number_of_photos)
