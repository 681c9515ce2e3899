"""What the process that watches folders tells others of how it stands, in a file of the data folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from ai.jsontext import read_json
from photos.imports.watching import Watch

SILENT = timedelta(minutes=5)


def write_status(watches: Sequence[Watch], now: datetime) -> None:
    """Tell how each watched folder stands; raises OSError."""
    path = _path()
    folders = [
        {
            "path": str(watch.watched.path),
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


def _status() -> dict[str, Any]:
    try:
        status = read_json(_path().read_bytes())
    except (OSError, ValueError):
        return {}
    return status if isinstance(status, dict) else {}


def _path() -> Path:
    return Path(settings.CLOUDZY_DATA_DIR) / "watch.json"
