"""`manage.py serve` as it really runs: web server and worker with all their processes, and none of them afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloudzy.environment import BASE_DIR
from cloudzy.tests.test_gunicorn_conf import ask, free_port
from jobs.tests.running import eventually, family_of, is_gone
from photos.tests.libraries import empty_library

PROCESSES = 5  # the parent; gunicorn and its one process; the worker's parent and its one process


@dataclass
class Site:
    process: subprocess.Popen[str]
    port: int
    family: set[int]

    def part(self, words: str) -> int:
        """Return the id of the one child of the parent whose command has these words."""
        [pid] = [pid for pid in self.family if words in command_of(pid) and parent_of(pid) == self.process.pid]
        return pid


def command_of(pid: int) -> str:
    return _ps(pid, "args")


def parent_of(pid: int) -> int:
    return int(_ps(pid, "ppid") or 0)


def _ps(pid: int, column: str) -> str:
    shown = subprocess.run(["ps", "-p", f"{pid}", "-o", f"{column}="], capture_output=True, text=True, check=False)  # noqa: S607
    return shown.stdout.strip()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an empty, migrated library."""
    home = tmp_path_factory.mktemp("library")
    own = {"CLOUDZY_DATA_DIR": f"{home}/data", "CLOUDZY_MEDIA_DIR": f"{home}/media", "WEB_CONCURRENCY": "1"}
    empty_library(home / "data")
    return {**os.environ, **own}


@pytest.fixture
def site(library: dict[str, str], tmp_path: Path) -> Iterator[Site]:
    """A site whose every process is up."""
    port = free_port()
    command = [sys.executable, str(BASE_DIR / "manage.py"), "serve"]
    process = subprocess.Popen(
        command,
        env={**library, "PORT": f"{port}"},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Cloudzy is ready")
    family = eventually(lambda: len(found := family_of(process.pid)) == PROCESSES and found)
    yield Site(process, port, family)
    for pid in family:
        if not is_gone(pid):
            os.kill(pid, signal.SIGKILL)
    process.communicate()


def all_gone(site: Site) -> bool:
    return all(map(is_gone, site.family))


def test_a_polite_request_ends_everything(site: Site) -> None:
    answered = ask(site.port, "/health").status
    site.process.terminate()

    assert answered == 200
    assert site.process.wait(timeout=40) == 0
    assert all_gone(site)


def test_a_parent_that_is_killed_leaves_nothing_behind(site: Site) -> None:
    site.process.kill()
    site.process.wait()

    eventually(lambda: all_gone(site))


@pytest.mark.parametrize(("words", "name"), [("cloudzy.web", "web server"), ("worker --with-parent", "worker")])
def test_when_one_part_dies_the_other_goes_too(site: Site, words: str, name: str) -> None:
    os.kill(site.part(words), signal.SIGKILL)

    _, told = site.process.communicate(timeout=40)

    assert site.process.returncode == 1
    assert f"its {name} has ended. Its process was ended by SIGKILL." in told
    eventually(lambda: all_gone(site))


def test_settings_that_are_not_safe_start_nothing(library: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "serve"]

    run = subprocess.run(
        command,
        env={**library, "HOST": "192.168.1.7"},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 1
    assert "CLOUDZY_MODE=server" in run.stderr
    assert "Traceback" not in run.stderr
