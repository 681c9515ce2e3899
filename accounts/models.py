from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.record import DestructiveAct

__all__ = ["DestructiveAct", "User"]


class User(AbstractUser):
    """A person who owns photos; in local mode the one local owner is a row like any other."""

    # Not the username: `claim_owner` renames the row, and it must stay the same owner of the same photos.
    is_local_owner = models.BooleanField(default=False, editable=False)

    quota_mb = models.PositiveIntegerField(
        "storage in MB", null=True, blank=True, help_text="Empty: as CLOUDZY_QUOTA_MB says. 0: no limit."
    )
    max_photos = models.PositiveIntegerField(
        "number of photos", null=True, blank=True, help_text="Empty: as CLOUDZY_MAX_PHOTOS says. 0: no limit."
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["is_local_owner"], condition=models.Q(is_local_owner=True), name="one_local_owner"
            )
        ]

    @classmethod
    def hold(cls, pk: int) -> None:
        """Let only one transaction at a time change what this person has, until it ends.

        SQLite has but one writer anyway.
        """
        cls.objects.select_for_update().filter(pk=pk).first()
