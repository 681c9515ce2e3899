from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        import accounts.schema  # noqa: F401  (the API schema finds it by its class)
        from accounts.sealing import seal_after_migrations, unseal_for_migrations

        pre_migrate.connect(unseal_for_migrations, sender=self, dispatch_uid="accounts.unseal")
        post_migrate.connect(seal_after_migrations, sender=self, dispatch_uid="accounts.seal")
