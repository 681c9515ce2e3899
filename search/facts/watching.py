"""Triggers that log which photos have other facts now: whoever writes, and however, it is not missed.

The names below are constants of this project, so the SQL made of them carries nothing of anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from django.db import connection, transaction

from search.facts.changes import FactChange
from search.facts.sources import Source

PREFIX = "search_fact_"
_LOG = FactChange._meta.db_table


def triggers(sources: Iterable[Source]) -> Mapping[str, str]:
    """Return the statements that have SQLite watch these sources, by the names of the triggers."""
    ordered = sorted(set(sources), key=lambda source: (source.table, source.columns))
    return {
        name: statement
        for table, group in groupby(ordered, key=lambda source: source.table)
        for name, statement in _of_table(table, list(group))
    }


def install(sources: Iterable[Source]) -> bool:
    """Make the triggers what they are to be; False when there was nothing to do.

    What changed while one was missing nobody knows, so everything is news then.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {name for (name,) in cursor.fetchall()}
        if _LOG not in tables:
            return False
        wanted = triggers(source for source in sources if source.table in tables)
        if wanted == (there := _installed()):
            return False
        for name in there:
            cursor.execute(f"DROP TRIGGER {name}")
        for statement in wanted.values():
            cursor.execute(statement)
        cursor.execute(_logged(str(FactChange.EVERY)))
    return True


def uninstall() -> None:
    """Take the triggers away. SQLite changes no column, and renames no table, that one of them names."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in _installed():
            cursor.execute(f"DROP TRIGGER {name}")


def _installed() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB %s", [f"{PREFIX}*"])
        return dict(cursor.fetchall())


def _of_table(table: str, sources: list[Source]) -> list[tuple[str, str]]:
    photo = sources[0].photo
    columns = sorted({name for source in sources for name in source.columns} | ({photo} - {""}))
    differs = [source.differs() for source in sources if source.columns]
    events = {}
    if photo:
        differs.append(f"old.{photo} IS NOT new.{photo}")
        moved = f"; INSERT INTO {_LOG} (photo_id) SELECT old.{photo} WHERE old.{photo} IS NOT new.{photo}"
        events["inserted"] = "INSERT", "", _logged(f"new.{photo}")
        events["deleted"] = "DELETE", "", _logged(f"old.{photo}")
    else:
        moved = ""
    news = _logged(f"new.{photo}" if photo else str(FactChange.EVERY))
    events["updated"] = f"UPDATE OF {', '.join(columns)}", f" WHEN {' OR '.join(differs)}", news + moved
    return [_trigger(f"{PREFIX}{table}_{name}", table, *event) for name, event in events.items()]


def _trigger(name: str, table: str, event: str, when: str, body: str) -> tuple[str, str]:
    return name, f"CREATE TRIGGER {name} AFTER {event} ON {table}{when} BEGIN {body}; END"


def _logged(photo: str) -> str:
    return f"INSERT INTO {_LOG} (photo_id) VALUES ({photo})"
