"""Several processes over one database, as gunicorn runs them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from photos.tests.libraries import empty_library
from search.tests.process import serve

# Each is forked from one that has loaded everything: the second that takes is spent once and not for each of them.
FORKED = get_context("forkserver")
FORKED.set_forkserver_preload([serve.__module__])


class Process:
    """One `search.tests.process`; what it writes to stderr shows with the test."""

    def __init__(self, home: Path) -> None:
        self._commands, theirs = FORKED.Pipe()
        self._process = FORKED.Process(target=serve, args=(theirs, home), daemon=True)
        self._process.start()
        theirs.close()  # so that nobody waits for the answer of one that has ended

    def start(self, *command: object) -> None:
        self._commands.send(command)

    def result(self) -> Any:
        return self._commands.recv()

    def do(self, *command: object) -> Any:
        self.start(*command)
        return self.result()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._commands.close()


@pytest.fixture
def four(tmp_path: Path) -> Iterator[list[Process]]:
    empty_library(tmp_path / "data")
    processes = [Process(tmp_path) for _ in range(4)]
    yield processes
    for process in processes:
        process.kill()


def test_what_one_process_does_every_other_sees_at_its_next_search(four: list[Process], tmp_path: Path) -> None:
    added = [four[number % 4].do("add", number / 10, f"photo{number}") for number in range(8)]
    lists = [process.do("search") for process in four]

    assert [photo_id for photo_id, _ in lists[0]] == added
    assert lists == [lists[0]] * 4

    four[3].do("delete", added[0])
    newest = four[1].do("add", 0.01, "newest")
    lists = [process.do("search") for process in four]

    assert [photo_id for photo_id, _ in lists[0]] == [newest, *added[1:]]
    assert lists == [lists[0]] * 4

    four[2].do("rebuild_often", 1)
    again = [process.do("search") for process in four]
    assert again == lists

    shutil.rmtree(tmp_path / "data" / "index")
    without_files = [process.do("search") for process in four]
    assert without_files == lists


@pytest.mark.parametrize("engine", ["flat", "pq"])
def test_writers_searchers_and_rebuilders_do_not_disturb_each_other(engine: str, four: list[Process]) -> None:
    first, second, searcher, rebuilder = four
    first.start("write", 40, "first")
    second.start("write", 40, "second")
    searcher.start("search_often", 150)
    rebuilder.start("rebuild_often", 15, engine)

    kept = {*first.result(), *second.result()}
    assert searcher.result() == 150
    assert len(rebuilder.result()) == 15

    lists = [process.do("search") for process in four]
    assert len(lists[0]) == 50
    assert {photo_id for photo_id, _ in lists[0]} <= kept
    assert lists == [lists[0]] * 4
    assert [process.do("check") for process in four] == ["0 missing, 0 too many, 0 with another vector"] * 4


@pytest.mark.parametrize("engine", ["flat", "pq"])
def test_whatever_four_processes_do_at_random_every_index_ends_as_the_rows(engine: str, four: list[Process]) -> None:
    *writers, rebuilder = four
    for number, process in enumerate(writers):
        process.start("change_at_random", 60, f"{engine}{number}")
    rebuilder.start("rebuild_often", 12, engine)

    searched = [len(process.result()) for process in writers]
    assert len(rebuilder.result()) == 12

    assert searched == [60, 60, 60]
    lists = [process.do("search") for process in four]
    assert lists[0]
    assert lists == [lists[0]] * 4
    assert [process.do("check") for process in four] == ["0 missing, 0 too many, 0 with another vector"] * 4
    four[0].do("rebuild_often", 1, engine)
    assert [process.do("search") for process in four] == lists


def test_relevance_ends_in_the_same_place_in_every_process(four: list[Process]) -> None:
    """One has looked at every moment, the others begin in the middle of it."""
    splits = []
    for number in range(45):
        added = four[number % 3].do("add", number / 20, f"photo{number}")
        if number % 9 == 4:
            four[number % 2].do("delete", added - 3)
        splits.append(four[0].do("split"))
        if number % 7 == 0:
            assert four[number % 4].do("split") == splits[-1]

    assert [process.do("split") for process in four] == [splits[-1]] * 4
    assert len({tuple(ids) for _, ids in splits}) > 20


def test_a_process_killed_while_it_rebuilds_harms_nobody(four: list[Process], tmp_path: Path) -> None:
    added = [four[0].do("add", number / 10, f"photo{number}") for number in range(4)]
    four[1].do("search")
    four[1].start("rebuild_often", 1_000)
    four[0].do("rebuild_often", 3)

    four[1].kill()

    assert [photo_id for photo_id, _ in four[2].do("search")] == added
    assert four[3].do("rebuild_often", 1) == [4]
    (folder,) = (tmp_path / "data" / "index").iterdir()
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1
