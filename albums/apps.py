from __future__ import annotations

from django.apps import AppConfig


class AlbumsConfig(AppConfig):
    name = "albums"

    def ready(self) -> None:
        from albums.grouping import AlbumGrouping
        from photos.grouping import register

        register(AlbumGrouping())
