"""Whether the database is of this version of Cloudzy: nothing pending, and nothing that only a newer one makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cloudzy.databases import DatabaseUnusable
from cloudzy.errors import answer

TOLD_ANYWAY = ("/health", "/problems/", "/docs", "/redoc", "/openapi.json")
# Off in tests that run in one process: the first request asks the database, which some have not, and others count.
GUARDED = True

_complete: set[str] = set()  # the databases once found so: they stay it for the life of this process


class OnlyMigrated:
    """Middleware that serves nothing from a database of another version: what reads it wrongly may write it wrongly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if GUARDED and not request.path.startswith(TOLD_ANYWAY) and (problem := _problem()):
            return answer(request, DatabaseUnusable(problem))
        return self.get_response(request)


def file_is_gone() -> bool:
    """Tell whether SQLite would serve a file from wherever it went, or make an empty one at the next connection."""
    return connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file()


def migration_problem() -> str:
    """Return which migration keeps this version from serving, and what to do, or ""; raises DatabaseError."""
    name = str(connection.settings_dict["NAME"])
    if name in _complete:
        return ""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    if newer := sorted(key for key in loader.applied_migrations if _is_newer(key, loader)):
        return f"A newer version of Cloudzy made the migration {'.'.join(newer[-1])}: install that one again."
    if plan := executor.migration_plan(loader.graph.leaf_nodes()):
        return f"The migration {plan[0][0].app_label}.{plan[0][0].name} is pending: run `manage.py migrate`."
    _complete.add(name)
    return ""


def _is_newer(key: tuple[str, str], loader: MigrationLoader) -> bool:
    return key[0] in loader.migrated_apps and key not in loader.disk_migrations


def _problem() -> str:
    if str(connection.settings_dict["NAME"]) in _complete:
        return ""
    if file_is_gone():
        return "The file of the database is gone."
    try:
        return migration_problem()
    except (DatabaseError, InterfaceError):  # whoever needs it says what ails it
        return ""
