from __future__ import annotations

from django.core.management.base import CommandError

from accounts.local import local_owner
from accounts.models import User


def owner_named(name: str) -> User:
    """Return whose photos a command is about: the local owner where nobody is named; raises CommandError."""
    if not name:
        return local_owner()
    try:
        return User.objects.get(username=name)
    except User.DoesNotExist as exc:
        raise CommandError(f"There is no user {name}.") from exc
