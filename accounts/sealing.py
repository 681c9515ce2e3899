"""Triggers by which SQLite itself refuses to change or delete what was recorded, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction

from accounts.record import DestructiveAct

# Tests empty their databases, and switch it off for that; those of the seal put it on themselves.
WANTED = True

_TABLE = DestructiveAct._meta.db_table
_TRIGGERS = {
    f"{_TABLE}_{event.lower()}_refused": f"BEFORE {event} ON {_TABLE} "
    f"BEGIN SELECT RAISE(ABORT, 'the record of destructive acts is append-only'); END"
    for event in ("UPDATE", "DELETE")
}


def statements() -> list[str]:
    """Return what puts the triggers on where they are missing."""
    return [f"CREATE TRIGGER IF NOT EXISTS {name} {body}" for name, body in _TRIGGERS.items()]


def seal(using: str = "default") -> None:
    """Put the triggers on where they are missing; a migration that rebuilds the table drops them with the old one."""
    with transaction.atomic(using), connections[using].cursor() as cursor:
        if _TABLE in connections[using].introspection.table_names(cursor):
            for statement in statements():
                cursor.execute(statement)


def unseal(using: str = "default") -> None:
    with transaction.atomic(using), connections[using].cursor() as cursor:
        for name in _TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def seal_after_migrations(using: str, **_: Any) -> None:
    if WANTED and connections[using].vendor == "sqlite":
        seal(using)


def unseal_for_migrations(using: str, plan: Sequence[Any], **_: Any) -> None:
    """Take the triggers off while migrations change tables."""
    if plan and connections[using].vendor == "sqlite":
        unseal(using)
