"""What an export has written so far, line by line: with its last line whole, it can go on from there."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from photos import storage
from photos.exports.records import FORMAT

HEADER = "cloudzy-export.json"
RECORDS = "cloudzy-photos.jsonl"  # the first line tells whose export it is, each other one is a photo

LONGEST_RECORD = 16 * 2**20


class NotForExport(Exception):  # noqa: N818 - named as it is told
    """A folder that holds something else, or an export that is done."""


class Journal:
    """The records in an export's folder, held for this process alone until it is closed."""

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        """Begin an export here, or go on with one that broke off; raises NotForExport."""
        self._path = folder / RECORDS
        self._about = {"format": FORMAT, **about}
        self._refuse_others(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._begin()
        except BlockingIOError as exc:
            self._file.close()
            raise NotForExport(f"Another export into {folder} is under way.") from exc
        except NotForExport:
            self._file.close()
            raise

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield what was written before."""
        self._file.seek(0)
        next(self._file, "")
        yield from map(json.loads, self._file)
        self._file.seek(0, os.SEEK_END)

    def add(self, record: dict[str, Any]) -> None:
        self._file.write(json.dumps(record, ensure_ascii=True) + "\n")
        self._file.flush()

    def finish(self) -> str:
        """Bring all of it to the disk and return its SHA-256."""
        os.fsync(self._file.fileno())
        return storage.sha256_of(self._path)

    def close(self) -> None:
        self._file.close()

    def _refuse_others(self, folder: Path) -> None:
        if (folder / HEADER).exists():
            raise NotForExport(f"{folder} holds an export that is done: name an empty folder.")
        if folder.exists() and not self._path.exists() and any(path.name != "lost+found" for path in folder.iterdir()):
            raise NotForExport(f"{folder} holds other files: name an empty folder.")

    def _begin(self) -> None:
        self._file.seek(0)
        line = self._file.readline()
        if not line.endswith("\n"):
            self._file.truncate(0)
            self.add(self._about)
            storage.sync(self._path.parent)
        elif json.loads(line) != self._about:
            raise NotForExport(f"{self._path.parent} holds a part of another export: name an empty folder.")
        else:
            self._cut_torn_line()

    def _cut_torn_line(self) -> None:
        """Forget the end of a line that a kill or a power cut has left half."""
        with self._path.open("rb+") as file:
            start = max(0, file.seek(0, os.SEEK_END) - LONGEST_RECORD)
            file.seek(start)
            file.truncate(start + file.read().rfind(b"\n") + 1)
        self._file.seek(0, os.SEEK_END)
