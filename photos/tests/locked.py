"""Another process that holds the database, for tests with transactions of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

from django.db import OperationalError, connection


@contextmanager
def another_process() -> Iterator[sqlite3.Connection]:
    """Open the database a second time; our own connection waits for it no longer than a moment."""
    with connection.cursor() as cursor, closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.isolation_level = None
        cursor.execute("PRAGMA busy_timeout = 1")
        try:
            yield other
        finally:
            cursor.execute("PRAGMA busy_timeout = 20000")


class _BusyOnce:
    def __init__(self, statement: str, value: object) -> None:
        self.statement, self.value, self.done = statement, value, False

    def __call__(self, execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if not self.done and sql.startswith(self.statement) and self.value in (None, params[0]):
            self.done = True
            raise OperationalError("database is locked")
        return execute(sql, params, *rest)


def busy_once(statement: str, value: object = None) -> AbstractContextManager[None]:
    """Find the database locked at the first statement that begins so, and sets the value first."""
    return connection.execute_wrapper(_BusyOnce(statement, value))
