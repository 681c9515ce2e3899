from __future__ import annotations

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cloudzy.benchmark_ingest import pictures
from cloudzy.benchmark_ingest.measuring import Terms, measure
from cloudzy.benchmark_ingest.vips import VipsFailed
from cloudzy.benchmark_search.processes import Failed

_SUFFIXES = {".jpg", ".jpeg"}


class Command(BaseCommand):
    help = "Measure how fast photos come in, beside vipsthumbnail, with a library in a temporary place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="Where the JPEGs are; they are only read.")
        parser.add_argument("--make", type=int, default=0, metavar="N", help="First make so many there; DIR is empty.")
        parser.add_argument("--workers", type=int, default=2, help="Processes that take photos in (default 2).")
        parser.add_argument("--rounds", type=int, default=1, help="How often both sides take their turn (default 1).")
        parser.add_argument(
            "--soak", type=int, default=0, metavar="N", help="Then watch the memory over N more photos."
        )
        parser.add_argument("--json", type=Path, help="Also write the figures to this file.")

    def handle(self, *_: Any, **options: Any) -> None:
        files = _files(options["folder"], options["make"], self.stderr.write)
        terms = Terms(max(1, options["workers"]), max(1, options["rounds"]), max(0, options["soak"]))
        with tempfile.TemporaryDirectory(prefix="cloudzy-benchmark-") as home:
            try:
                figures = measure(files, terms, Path(home), self.stderr.write)
            except (Failed, VipsFailed) as exc:
                raise CommandError(str(exc)) from exc
        for line in figures.table():
            self.stdout.write(line)
        if options["json"]:
            options["json"].write_text(json.dumps(figures.as_dict(), indent=1) + "\n")


def _files(folder: Path, to_make: int, progress: Callable[[str], None]) -> Sequence[Path]:
    """Return the JPEGs anywhere below the folder, made first where that is asked for; raises CommandError."""
    if to_make:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty: photos are only made in an empty folder.")
        for made in pictures.make(folder, to_make):
            progress(f"{made} of {to_make} photos made")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    if not files:
        raise CommandError(f"There are no JPEGs in {folder}; --make 100 makes some.")
    return files
