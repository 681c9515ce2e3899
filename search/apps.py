from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from photos.surroundings import register
        from search.signals import mirror_texts, unwatch_facts, watch_facts  # its receivers connect on import
        from search.views.result_pages import FROM
        from search.views.surroundings import among_results

        register(FROM, among_results)

        post_migrate.connect(mirror_texts, sender=self, dispatch_uid="search.mirror_texts")
        pre_migrate.connect(unwatch_facts, sender=self, dispatch_uid="search.unwatch_facts")
        post_migrate.connect(watch_facts, sender=self, dispatch_uid="search.watch_facts")
