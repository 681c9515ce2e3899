"""Small JSON files that notice when a byte of them is flipped."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from ai.jsontext import read_json
from photos import storage

TEMPORARY = ".writing-"  # how the names of half-written files begin


class Unsealed(Exception):  # noqa: N818 - named for what the file is
    """The file is not the one that was written."""


def write_sealed(path: Path, content: dict[str, Any]) -> None:
    """Write the content with its own SHA-256, durably and at one stroke: temp, fsync, rename, fsync the folder."""
    sealed = {"content": content, "sha256": _digest(content)}
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(sealed, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    storage.sync(path.parent)


def read_sealed(path: Path) -> dict[str, Any]:
    """Return the content; raises Unsealed, or OSError where the file cannot be read."""
    try:
        sealed = read_json(path.read_bytes())
        content = sealed["content"]
        intact = sealed["sha256"] == _digest(content)
    except (ValueError, KeyError, TypeError) as exc:
        raise Unsealed(f"{path.name} is not readable") from exc
    if not intact or not isinstance(content, dict):
        raise Unsealed(f"{path.name} was changed")
    return content


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
