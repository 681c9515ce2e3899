"""What became of every file of an import, kept on disk while it grows: it may have a million lines."""

from __future__ import annotations

import json
import os
import tempfile
import weakref
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from photos import storage
from photos.imports.found import LeftOut
from photos.imports.taking import Became, Taken


class Report:
    """Counts what was taken, and remembers each file that was not."""

    def __init__(self) -> None:
        self.became: Counter[Became] = Counter()
        self.photo_ids = array("q")
        self.sidecars = 0
        self.copied = 0  # though they should have been linked
        self.left_out = 0
        self.failed = 0
        self._lines = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - it ends with the report
        weakref.finalize(self, self._lines.close)

    @property
    def taken(self) -> int:
        return self.became.total()

    @property
    def files(self) -> int:
        """How many files and left out folders this accounts for."""
        return self.taken + self.sidecars + self.left_out

    def add(self, taken: Taken) -> None:
        self.became[taken.became] += 1
        self.photo_ids.append(taken.photo_id)

    def leave_out(self, left: LeftOut) -> None:
        self.left_out += 1
        self._note(left, taken=False)

    def leave_there(self, left: LeftOut) -> None:
        """Note a file that is in the library, and that could not be moved there."""
        self._note(left, taken=True)

    def left(self) -> Iterator[dict[str, Any]]:
        """Yield path, why, failed and taken of each file that was left where it is, in the order they were met."""
        self._lines.seek(0)
        yield from map(json.loads, self._lines)
        self._lines.seek(0, os.SEEK_END)

    def write(self, path: Path, summary: Mapping[str, Any]) -> None:
        """Write the summary and all files that were left as JSON, whole or not at all; raises OSError."""
        part = path.with_name(f".{path.name}.part")
        try:
            with part.open("w", encoding="utf-8") as out:
                out.write(json.dumps(summary, indent=1)[:-2] + ',\n "left": [')
                for number, line in enumerate(self.left()):
                    out.write(("," if number else "") + "\n  " + json.dumps(line))
                out.write("\n ]\n}\n")
            storage.sync(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _note(self, left: LeftOut, taken: bool) -> None:
        self.failed += left.failed
        line = {"path": left.name, "why": left.why, "failed": left.failed, "taken": taken}
        self._lines.write(json.dumps(line) + "\n")
