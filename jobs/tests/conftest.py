from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.tests.running import RunningWorker


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        # Ahead of the real one, by which rows are marked as queued.
        self.now = datetime(2100, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, step: timedelta) -> datetime:
        self.now += step
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """The file in which the jobs of this test note what they do."""
    path = tmp_path / "notes"
    path.touch()
    return path


@pytest.fixture
def running_worker(transactional_db: None) -> Iterator[RunningWorker]:  # noqa: ARG001 - others must see its rows
    """`manage.py worker` over the database of this test; whatever it has started is gone afterwards."""
    worker = RunningWorker()
    yield worker
    worker.end()
