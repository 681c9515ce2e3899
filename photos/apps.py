from __future__ import annotations

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    name = "photos"

    def ready(self) -> None:
        # Receivers and duties register on import; these duties not in photos.tasks, which accepting a photo needs.
        import photos.archives.tasks
        import photos.duplicates.signals
        import photos.resumable.duties
        import photos.resumable.films
        import photos.signals  # noqa: F401
