"""A restore that broke off, told by the one file that becomes the database when it ends. Knows no models."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

UNFINISHED = ".restoring-"  # how the name of a database begins that a restore has not ended yet


def becoming(database: Path) -> Path:
    """Return what a restore names the database while it is under way; the last rename takes that name away."""
    return database.with_name(f"{UNFINISHED}{database.name}")


def is_unfinished() -> bool:
    """Tell whether a restore into the place of the settings has begun and not ended."""
    database = settings.DATABASES["default"]
    return "sqlite" in database["ENGINE"] and becoming(Path(database["NAME"])).exists()
