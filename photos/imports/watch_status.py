"""What the process that watches folders tells others of how it stands, in a file of the data folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from ai.jsontext import read_json
from photos.imports.found import shown
from photos.imports.watching import Watch

NAMED = 20  # files that wait, for people to see
SILENT = timedelta(minutes=5)


@dataclass(frozen=True)
class Standing:
    """How a watched folder stands, as the process that watches has told."""

    path: str
    owner: str  # "" for the local one
    looked_at: datetime | None = None
    is_told: bool = False  # by the system (inotify), what changes there; else it is only looked at
    away_since: datetime | None = None
    problem: str = ""
    taken: int = 0
    waiting: int = 0
    first_waiting: Sequence[str] = ()
    left: Sequence[tuple[str, str]] = ()  # path and reason of the last that were not taken

    @property
    def state(self) -> str:
        if self.looked_at is None:
            return "not looked at yet"
        if self.away_since:
            return "frozen: its disk is away"
        return "waits" if self.problem else "watched"


def write_status(watches: Sequence[Watch], now: datetime, hears: Callable[[Path], bool] = lambda _: False) -> None:
    """Tell how each watched folder stands, and whether the system says what changes there; raises OSError."""
    path = _path()
    folders = [
        {
            "path": str(watch.watched.path),
            "owner": watch.watched.owner,
            "looked_at": _written(watch.looked_at),
            "is_told": hears(watch.watched.path),
            "away_since": _written(watch.away_since),
            "waiting": len(watch.waiting),
            "first_waiting": [shown(path) for path in watch.waiting[:NAMED]],
            "held": watch.held,
            "away": watch.away,
            "problem": watch.problem,
            "taken": watch.taken,
            "left": [{"path": left.name, "why": left.why} for left in watch.left],
        }
        for watch in watches
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"at": now.isoformat(), "folders": folders}, indent=1))
    part.replace(path)


def standings() -> list[Standing]:
    """Return how each folder that the settings name stands, as it was told last."""
    told = {folder.get("path"): folder for folder in _status().get("folders", []) if isinstance(folder, dict)}
    return [_standing(path, owner, told.get(str(Path(path)), {})) for path, owner in settings.CLOUDZY_WATCH]


def told_at() -> datetime | None:
    """Return when the process that watches was last heard of."""
    return _read(_status().get("at"))


def held_before() -> list[str]:
    """Return the folders that had files when they were last looked at."""
    return [str(folder["path"]) for folder in _status().get("folders", []) if folder.get("held")]


def problems(now: datetime) -> list[str]:
    """Say what keeps watched folders from coming in; their names only, for health tells no paths."""
    if not settings.CLOUDZY_WATCH:
        return []
    status = _status()
    at = status.get("at")
    if not at or now - datetime.fromisoformat(at) > SILENT:
        return ["Nobody looks at the watched folders: they are watched by `manage.py serve`, or `manage.py watch`."]
    said = []
    for folder in status.get("folders", []):
        name = Path(folder["path"]).name
        if folder["away"]:
            said.append(f"The watched folder “{name}” is away; nothing is done until it is back.")
        elif folder["problem"]:
            said.append(f"The watched folder “{name}” waits: {folder['problem']}")
    return said


def _standing(path: str, owner: str, told: dict[str, Any]) -> Standing:
    return Standing(
        path=path,
        owner=owner,
        looked_at=_read(told.get("looked_at")),
        is_told=told.get("is_told") is True,
        away_since=_read(told.get("away_since")),
        problem=str(told.get("problem") or ""),
        taken=int(told.get("taken") or 0),
        waiting=int(told.get("waiting") or 0),
        first_waiting=[str(name) for name in told.get("first_waiting") or ()],
        left=[(str(left["path"]), str(left["why"])) for left in reversed(told.get("left") or ())],
    )


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _status() -> dict[str, Any]:
    try:
        status = read_json(_path().read_bytes())
    except (OSError, ValueError):
        return {}
    return status if isinstance(status, dict) else {}


def _path() -> Path:
    return Path(settings.CLOUDZY_DATA_DIR) / "watch.json"
