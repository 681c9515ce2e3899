from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from search.signals import mirror_texts  # its receivers connect on import

        post_migrate.connect(mirror_texts, sender=self, dispatch_uid="search.mirror_texts")
