from __future__ import annotations

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    name = "photos"

    def ready(self) -> None:
        # Receivers connect on import.
        import photos.duplicates.signals
        import photos.signals  # noqa: F401
