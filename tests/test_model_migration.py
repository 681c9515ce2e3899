"""A library moved to another model by real processes: a worker is killed, and a client searches all the while."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ai.tests.clip_models import build_immich
from jobs.tests.running import RunningWorker, eventually, family_of, is_gone
from photos.tests.pictures import jpeg
from tests.running_site import RunningSite

COLOURS = ["red", "green", "blue", "yellow", "white", "black", "orange", "purple"]
PHOTOS = 32


class Searcher:
    """A client that searches until it is told to stop, and keeps every different answer in the order of coming."""

    def __init__(self, site: RunningSite) -> None:
        self.answers: list[list[int]] = []
        self.asked = 0
        self._site = site
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._search)

    def __enter__(self) -> Searcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _search(self) -> None:
        while not self._over.wait(0.02):  # or it would take the processor from those it watches
            answer = self._site.get("/search", q="red", top_k=PHOTOS)
            results = answer.data.get("results", [])
            found = [result["photo_id"] for result in results] if answer.status == 200 else [answer.status]
            self.asked += 1
            if found not in self.answers[-1:]:
                self.answers.append(found)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path, processes=2)
    running.environment["CLOUDZY_ENCODER_BATCH"] = "1"
    with running:
        for number in range(PHOTOS):
            colour = COLOURS[number % len(COLOURS)]
            running.upload(jpeg(size=(64, 48), colour=colour, comment=f"{number}".encode()), f"{number}.jpg")
        model = build_immich(tmp_path / "given").folder
        assert running.manage("models", "add", "small", "--from", str(model)).returncode == 0
        yield running


@pytest.fixture
def worker(site: RunningSite) -> Iterator[RunningWorker]:
    running = RunningWorker()
    running.environment = site.environment
    running.start("--processes", "1")
    yield running
    running.end()


def rows(site: RunningSite, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(site.home / "data" / "photos.db", timeout=20)) as connection:
        return connection.execute(sql).fetchall()


def embedded(site: RunningSite) -> dict[object, object]:
    """Return by photo the row that holds its vector by the new model, and when that was written."""
    return {
        pk: written
        for pk, *written in rows(site, "SELECT photo_id, id, created_at FROM embedding WHERE model LIKE 'small@%'")
    }


def test_a_migration_survives_the_death_of_its_worker_and_no_search_notices(
    site: RunningSite, worker: RunningWorker
) -> None:
    old = site.found("red")
    with Searcher(site) as searcher:
        assert site.manage("models", "use", "small", "--yes", "--throttle", "1").returncode == 0
        eventually(lambda: len(embedded(site)) >= 5)
        [victim] = family_of(worker.process.pid) - {worker.process.pid}
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: is_gone(victim))
        kept = embedded(site)
        assert 5 <= len(kept) < PHOTOS
        assert site.get("/health").data["migration"]["state"] == "embedding"
        assert site.manage("models", "use", "small", "--yes", "--throttle", "100").returncode == 0
        eventually(lambda: rows(site, "SELECT 1 FROM model_migration WHERE state = 'switched'"))
        new = site.found("red")
        eventually(lambda: new in searcher.answers)

    assert embedded(site).items() >= kept.items()
    assert rows(site, "SELECT done, total, embedded FROM model_migration") == [(PHOTOS, PHOTOS, PHOTOS)]
    assert (len(old), len(new)) == (PHOTOS, PHOTOS)
    assert searcher.answers == [old, new]


def test_a_rollback_is_seen_by_every_process_at_the_next_search(site: RunningSite) -> None:
    old = site.found("red")
    assert site.manage("models", "use", "small", "--yes", "--now", "--throttle", "100").returncode == 0
    assert old not in [site.found("red") for _ in range(8)]

    with Searcher(site) as searcher:
        eventually(lambda: searcher.asked >= 4)
        assert site.manage("models", "rollback").returncode == 0
        eventually(lambda: old in searcher.answers)
        at = searcher.asked
        eventually(lambda: searcher.asked >= at + 8)

    assert searcher.answers[1:] == [old]
    assert site.manage("models", "settle", "--yes").returncode == 0
    assert site.found("red") == old
