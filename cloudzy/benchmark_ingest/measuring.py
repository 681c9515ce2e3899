from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any

from cloudzy import environment
from cloudzy.benchmark_ingest import vips
from cloudzy.benchmark_ingest.figures import IngestFigures, Took
from cloudzy.benchmark_search.processes import Searcher, run, searcher

INGESTER = "cloudzy.benchmark_ingest.ingester"

_AT_ONCE = 4  # files that a worker is handed at a time
_LOOKS = 20  # how often the memory is looked at while more photos come in


@dataclass(frozen=True)
class Terms:
    """What to measure: with how many workers, how often, and how many photos more to come in for the memory."""

    workers: int = 2
    rounds: int = 1
    soak: int = 0


def measure(files: Sequence[Path], terms: Terms, home: Path, progress: Callable[[str], None]) -> IngestFigures:
    """Measure with a library in this empty folder; raises processes.Failed and vips.VipsFailed."""
    place = environment.with_library(home)
    run(place, "migrate", "--verbosity", "0")
    with ExitStack() as stack:
        workers = [stack.enter_context(searcher(place, INGESTER)) for _ in range(terms.workers)]
        return _Measuring(files, terms, home, progress, workers).figures()


@dataclass
class _Measuring:
    files: Sequence[Path]
    terms: Terms
    home: Path
    progress: Callable[[str], None]
    workers: Sequence[Searcher]
    stages: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def figures(self) -> IngestFigures:
        took: dict[str, Took] = defaultdict(lambda: Took(0, 0))
        self._everywhere("warm_up")
        self._shared_out(self.files[: self.terms.workers], "ingest", owner="warming up")
        self.stages.clear()
        for number in range(self.terms.rounds):
            if vips.is_there():
                self.progress(f"round {number + 1}: vipsthumbnail")
                took["vips"] += vips.thumbnails(self.files, self.home / "vips")
            self.progress(f"round {number + 1}: thumbnails")
            took["thumbnails"] += self._shared_out(self.files, "render", target=str(self.home / "ours"))
            self.progress(f"round {number + 1}: everything")
            took["pipeline"] += self._shared_out(self.files, "ingest", owner=f"round {number}")
        stages = dict(self.stages)
        memory = list(self._soaked())
        peak = max(one["peak_mb"] for one in self._everywhere("memory"))
        return IngestFigures.of(len(self.files), self.terms.rounds, took, stages, memory, peak)

    def _soaked(self) -> Iterator[tuple[int, float]]:
        """Take in more photos, the same files with other bytes behind them; yield how many, and what a worker holds."""
        yield 0, self._held_mb()
        done, step = 0, max(1, self.terms.soak // _LOOKS)
        while done < self.terms.soak:
            count = min(step, self.terms.soak - done, len(self.files))
            self._shared_out(self.files[:count], "ingest", owner="soak", mark=f"{done}")
            done += count
            held = self._held_mb()
            self.progress(f"{done} photos more: {held} MB")
            yield done, held

    def _held_mb(self) -> float:
        return round(max(one["held_mb"] for one in self._everywhere("memory")), 1)

    def _everywhere(self, command: str) -> list[Any]:
        for one in self.workers:
            one.begin(command)
        return [one.answer() for one in self.workers]

    def _shared_out(self, files: Sequence[Path], command: str, **arguments: str) -> Took:
        """Have the workers do all files, each taking a few whenever it has done its last."""
        waiting, lock = iter(files), Lock()

        def keep_busy(worker: Searcher) -> float:
            busy = 0.0
            while batch := self._next(waiting, lock):
                done = worker.ask(command, paths=[str(file.resolve()) for file in batch], **arguments)
                busy += done["cpu_seconds"]
                with lock:
                    for stage, seconds in done.get("stages", {}).items():
                        self.stages[stage] += seconds
            return busy

        started = perf_counter()
        with ThreadPoolExecutor(len(self.workers)) as pool:
            cpu_seconds = sum(pool.map(keep_busy, self.workers))
        return Took(perf_counter() - started, cpu_seconds)

    def _next(self, waiting: Iterator[Path], lock: Lock) -> list[Path]:
        with lock:
            return list(islice(waiting, _AT_ONCE))
