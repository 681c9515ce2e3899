from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings


class CloudzyConfig(AppConfig):
    name = "cloudzy"

    def ready(self) -> None:
        import cloudzy.checks
        import cloudzy.model_checks  # noqa: F401  (the checks register themselves)

        # The database and the index lie here; SQLite opens files, not folders.
        settings.CLOUDZY_DATA_DIR.mkdir(parents=True, exist_ok=True)
