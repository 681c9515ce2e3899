"""What a client is told of a database that cannot serve, told apart by the words of SQLite and PostgreSQL."""

from __future__ import annotations

from django.db import DatabaseError, DataError, IntegrityError
from rest_framework.exceptions import APIException

from photos.errors import DiskFull


class DatabaseBusy(APIException):
    status_code = 503
    default_code = "database_busy"
    default_detail = "The database is busy; try again in a moment."
    retry_after = 5


class DatabaseUnusable(APIException):
    status_code = 503
    default_code = "database_unusable"
    default_detail = "The database is missing, damaged or not migrated; /health tells which."
    retry_after = 60


_BY_WORDS: tuple[tuple[type[APIException], tuple[str, ...]], ...] = (
    (DatabaseBusy, ("locked", "timeout")),
    (DiskFull, ("full",)),
    (
        DatabaseUnusable,
        (
            "unable to open",
            "not a database",
            "malformed",
            "disk i/o error",
            "readonly",
            "no such table",
            "no such column",
            "does not exist",
            "connection",
        ),
    ),
)


def database_problem(exc: DatabaseError) -> APIException | None:
    """Return the problem a state of the database stands for, or None for one that only a bug of ours explains."""
    if isinstance(exc, IntegrityError | DataError):  # these quote values, which may say anything
        return None
    words = str(exc).lower()
    return next((problem() for problem, known in _BY_WORDS if any(word in words for word in known)), None)
