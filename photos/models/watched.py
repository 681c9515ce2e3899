from __future__ import annotations

from django.db import models


class WatchedFolder(models.Model):
    """A page of the admin and the permission to see it; how folders stand is told by the process that watches."""

    class Meta:
        managed = False
        default_permissions = ("view",)

    def __str__(self) -> str:
        return "Watched folder"
