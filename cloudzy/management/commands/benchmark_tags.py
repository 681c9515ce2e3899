from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cloudzy.benchmark import temporary_library
from cloudzy.benchmark_tags import measure


class Command(BaseCommand):
    help = "Measure how long changed words take to reach every photo, on a synthetic library in a temporary place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=int, default=10_000, help="How large the library is (default 10000).")
        parser.add_argument("--words", type=int, default=0, help="How many words to have at least.")
        parser.add_argument("--json", type=Path, help="Also write the figures to this file.")

    def handle(self, *_: Any, **options: Any) -> None:
        with temporary_library():
            rounds = measure(options["photos"], options["words"], self.stderr.write)
        row = "{:<40} {:>8} {:>6} {:>8} {:>8} {:>9} {:>9} {:>8}"
        self.stdout.write(row.format("change", "photos", "words", "seconds", "CPU s", "changed", "rows", "MB peak"))
        for each in rounds:
            self.stdout.write(row.format(*each.as_dict().values()))
        if options["json"]:
            options["json"].write_text(json.dumps([each.as_dict() for each in rounds], indent=1) + "\n")
