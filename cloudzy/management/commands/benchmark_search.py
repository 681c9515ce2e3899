from __future__ import annotations

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cloudzy.benchmark_search.measuring import Terms, measure, query_words
from cloudzy.benchmark_search.processes import Failed
from search.engines import ENGINES


class Command(BaseCommand):
    help = "Measure how good and how fast searches are, on a synthetic library in a temporary place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=int, default=10_000, help="How large the library is (default 10000).")
        parser.add_argument(
            "--workers", type=int, default=1, help="Processes that search at the same time (default 1)."
        )
        parser.add_argument("--engine", choices=sorted(ENGINES), default="", help="Instead of the one for this size.")
        parser.add_argument("--queries", type=int, default=200, help="Words that are searched for (default 200).")
        parser.add_argument("--searches", type=int, default=1000, help="Searches of each process (default 1000).")
        parser.add_argument("--library", type=Path, help="Keep the library in this folder, and use what is there.")
        parser.add_argument("--json", type=Path, help="Also write the figures to this file.")

    def handle(self, *_: Any, **options: Any) -> None:
        numbers = {name: max(1, options[name]) for name in ("photos", "workers", "queries", "searches")}
        terms = Terms(engine=options["engine"], **numbers)
        with _place(options["library"]) as home:
            try:
                figures = measure(terms, home, self.stderr.write)
                words = query_words(terms, home)
            except Failed as exc:
                raise CommandError(str(exc)) from exc
        self.stdout.write(f"{len(words)} queries, each a word, with the share of photos it is on:")
        self.stdout.write(", ".join(f"{word} {share:.1%}" for word, share in words) + "\n")
        for line in figures.table():
            self.stdout.write(line)
        if options["json"]:
            options["json"].write_text(json.dumps(figures.as_dict(), indent=1) + "\n")


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="cloudzy-benchmark-") as home:
        yield Path(home)
