from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cloudzy.benchmark import temporary_library
from cloudzy.benchmark_teaching import measure_teaching


class Command(BaseCommand):
    help = "Measure how long teaching a word takes on a synthetic library in a temporary place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=int, default=100_000, help="How large the library is (default 100000).")
        parser.add_argument("--json", type=Path, help="Also write the figures to this file.")

    def handle(self, *_: Any, **options: Any) -> None:
        with temporary_library():
            figures = measure_teaching(options["photos"], self.stderr.write).as_dict()
        width = max(map(len, figures))
        for name, value in figures.items():
            self.stdout.write(f"{name:<{width}}  {value:>10}")
        if options["json"]:
            options["json"].write_text(json.dumps(figures, indent=1) + "\n")
