"""The local owner: the one person local mode serves, an ordinary row without a usable password."""

from __future__ import annotations

from itertools import chain, count

from django.contrib.auth.hashers import make_password

from accounts.models import User


def local_owner() -> User:
    """Return the owner of this machine's library, made when first asked for."""
    return User.objects.filter(is_local_owner=True).first() or _make_local_owner()


def _make_local_owner() -> User:
    """Two processes may come here at once: the unique constraint lets one insert, the other then reads that row."""
    owner, _ = User.objects.get_or_create(
        is_local_owner=True,
        defaults={
            "username": _free_username(),
            "password": make_password(None),
            "is_staff": True,
            "is_superuser": True,
        },
    )
    return owner


def _free_username() -> str:
    """Return "owner", or the next name free where server mode has given that one to somebody."""
    names = chain(["owner"], (f"owner-{number}" for number in count(2)))
    return next(name for name in names if not User.objects.filter(username=name).exists())
