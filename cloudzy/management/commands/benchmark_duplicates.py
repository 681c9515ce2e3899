from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cloudzy.benchmark import temporary_library
from cloudzy.benchmark_duplicates import DuplicateFigures, measure_duplicates


class Command(BaseCommand):
    help = "Measure how duplicates are found, merged and taken back, on a synthetic library in a temporary place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=int, default=20_000, help="How large the library is (default 20000).")
        parser.add_argument("--json", type=Path, help="Also write the figures to this file.")

    def handle(self, *_: Any, **options: Any) -> None:
        with temporary_library():
            figures = measure_duplicates(options["photos"], self.stderr.write)
        self._tell(figures)
        if options["json"]:
            options["json"].write_text(json.dumps(figures.as_dict(), indent=1) + "\n")

    def _tell(self, figures: DuplicateFigures) -> None:
        row = "{:<18} {:>9} {:>9} {:>9}"
        self.stdout.write(row.format("kind", "planted", "found", "wrong"))
        for name, kind in figures.kinds.items():
            self.stdout.write(row.format(name, kind.planted, kind.found, kind.wrong))
        self.stdout.write("")
        for name, value in figures.as_dict().items():
            if name != "kinds":
                self.stdout.write(f"{name:<18} {value:>9}")
