from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from cloudzy import environment
from cloudzy.benchmark_search.figures import SearchFigures, Times
from cloudzy.benchmark_search.library import ISO_OF_SHARE
from cloudzy.benchmark_search.oracle import NEAREST
from cloudzy.benchmark_search.processes import Run, Searcher, run, searcher, size_mb

_SHOWN = 20


@dataclass(frozen=True)
class Terms:
    """What to measure: how many photos, with how many processes, and with which engine ("" for the default).

    `queries` is how many words are searched for, `searches` how often each process searches as the page does.
    """

    photos: int
    workers: int = 1
    engine: str = ""
    queries: int = 200
    searches: int = 1000


def measure(terms: Terms, home: Path, progress: Callable[[str], None]) -> SearchFigures:
    """Measure a library in this folder, filled first where it is empty; raises processes.Failed."""
    place = environment.with_library(home)
    _prepare(terms.photos, place, home, progress)
    progress("building the index")
    build = _build(terms, place)
    with ExitStack() as stack:
        searchers = [stack.enter_context(searcher(place)) for _ in range(max(2, terms.workers))]
        return _Measuring(terms, home, progress, searchers[: terms.workers], searchers[-1]).figures(build)


def query_words(terms: Terms, home: Path) -> list[tuple[str, float]]:
    """Return the words that are searched for, each with the share of photos it is on."""
    with searcher(environment.with_library(home)) as process:
        return [(word, share) for word, share in process.ask("words")][: terms.queries]


def _prepare(photos: int, place: dict[str, str], home: Path, progress: Callable[[str], None]) -> None:
    """Make a library where there is none; one that was kept may be of an earlier version."""
    is_there = (home / "data" / "photos.db").exists()
    (home / "data").mkdir(parents=True, exist_ok=True)
    run(place, "migrate", "--verbosity", "0")
    if not is_there:
        progress(f"making {photos} photos")
        with searcher(place) as process:
            process.ask("fill", count=photos)


def _build(terms: Terms, place: dict[str, str]) -> Run:
    return run(place, "rebuild_index", *(["--engine", terms.engine] if terms.engine else []))


@dataclass
class _Measuring:
    terms: Terms
    home: Path
    progress: Callable[[str], None]
    searchers: Sequence[Searcher]
    other: Searcher  # a second process, which may be one of the searchers

    def figures(self, build: Run) -> SearchFigures:
        words = [word for word, _ in self._first.ask("words")][: self.terms.queries]
        self._everywhere("warm_up")
        before = [one.ask("memory") for one in self.searchers]
        opened = self._everywhere("open_index")
        self.progress("comparing with the exact answers")
        recalls = {share: self._recall(words, share) for share in (1.0, *ISO_OF_SHARE)}
        self.progress("searching")
        kinds = {"vector part": Times.of(self._vectors(words))}
        kinds |= {kind: self._times(paths) for kind, paths in _paths(words, self.terms.searches).items()}
        after = [one.ask("memory") for one in self.searchers]
        alone, beside = self._beside_a_build(_searches(words, mode="hybrid"))
        added = self._first.ask("add")
        found = self.other.ask("find", photo_id=added["photo_id"], vector=added["vector"])
        return SearchFigures(
            photos=opened[0]["count"],
            engine=opened[0]["engine"],
            workers=self.terms.workers,
            build_s=round(build.seconds, 1),
            build_peak_mb=round(build.peak_mb, 1),
            index_mb=round(size_mb(self.home / "data" / "index"), 1),
            open_s=round(median(one["seconds"] for one in opened), 3),
            vector_p50_ms=kinds["vector part"].p50_ms,
            vector_p95_ms=kinds["vector part"].p95_ms,
            recall_at_10=recalls.pop(1.0),
            filtered_recall={str(share): recall for share, recall in recalls.items()},
            search_p50_ms=kinds["hybrid"].p50_ms,
            search_p95_ms=kinds["hybrid"].p95_ms,
            facets_p50_ms=kinds["facets"].p50_ms,
            facets_p95_ms=kinds["facets"].p95_ms,
            private_mb_per_process=_grown("private_mb", before, after),
            shared_mb_per_process=_grown("shared_mb", before, after),
            visible_s=round(found["found_at"] - added["committed_at"], 4),
            searches_until_visible=found["searches"],
            slower_during_build=round(beside / alone, 2),
            kinds=kinds,
        )

    @property
    def _first(self) -> Searcher:
        return self.searchers[0]

    def _everywhere(self, command: str, **arguments: Any) -> list[Any]:
        """Have every process do the same at the same time; return what each answers."""
        for one in self.searchers:
            one.begin(command, **arguments)
        return [one.answer() for one in self.searchers]

    def _vectors(self, words: Sequence[str]) -> list[Sequence[float]]:
        answers = self._everywhere("vectors", queries=len(words), rounds=_rounds(self.terms.searches, words))
        return [took for answer in answers for took in answer]

    def _times(self, paths: Sequence[str]) -> Times:
        self._everywhere("get", paths=paths[:10])
        return Times.of([took for answer in self._everywhere("get", paths=paths) for took in answer["took"]])

    def _recall(self, words: Sequence[str], share: float) -> float:
        iso = ISO_OF_SHARE.get(share)
        # By a process whose memory is not measured, unless all are: the exact answers take much of it.
        answers = self.other.ask("get", paths=_searches(words, mode="semantic", top_k=NEAREST, iso=iso))
        return round(float(self.other.ask("recall", answers=answers["ids"], iso=iso)), 4)

    def _beside_a_build(self, paths: Sequence[str]) -> tuple[float, float]:
        """Return the median times of searches alone, and while the index is made anew."""
        self.progress("searching beside a build")
        alone = self._first.ask("get", paths=paths)["took"]
        beside: list[Sequence[float]] = []
        with ThreadPoolExecutor(1) as thread:
            build = thread.submit(_build, self.terms, environment.with_library(self.home))
            for at in count():
                beside += self._first.ask("get", paths=paths[at % len(paths) :][:5])["took"]
                if build.done():
                    break
            build.result()
        return Times.of(alone).p50_ms, Times.of(beside).p50_ms


def _paths(words: Sequence[str], searches: int) -> dict[str, list[str]]:
    """Return what is asked of each kind."""
    pairs = list(pairwise([*words, words[0]]))
    filtered = {
        f"hybrid, of {share:.1%} of the photos": _searches(words, mode="hybrid", iso=iso)
        for share, iso in ISO_OF_SHARE.items()
    }
    return {
        "hybrid": _rounds(searches, words) * _searches(words, mode="hybrid"),
        "semantic": _searches(words, mode="semantic"),
        "text": _searches(words, mode="text"),
        **filtered,
        "one without the other": _searches([f"{one} -{other}" for one, other in pairs], mode="hybrid"),
        "one or the other": _searches([f"{one} OR {other}" for one, other in pairs], mode="hybrid"),
        "facts alone": _searches([f"taken:{year}" for year in range(2008, 2026)], mode="hybrid"),
        "newest first": _searches(words, mode="hybrid", sort="newest"),
        "facets": [f"/search/facets?{urlencode({'q': word, 'mode': 'hybrid'})}" for word in words],
    }


def _rounds(searches: int, words: Sequence[str]) -> int:
    """Return how often to go through the words for so many searches at least."""
    return -(-searches // len(words))


def _searches(
    texts: Sequence[str], mode: str, top_k: int = _SHOWN, iso: int | None = None, sort: str = ""
) -> list[str]:
    fact = "" if iso is None else f" iso:{iso}"
    rest = f"mode={mode}&top_k={top_k}" + (f"&sort={sort}" if sort else "")
    return [f"/search?{urlencode({'q': text + fact})}&{rest}" for text in texts]


def _grown(kind: str, before: Sequence[Any], after: Sequence[Any]) -> float | None:
    if None in [*before, *after]:
        return None
    return round(median(late[kind] - early[kind] for early, late in zip(before, after, strict=True)), 1)
