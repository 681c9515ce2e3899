"""`make run` in a copy of the project whose Python and pip are stand-ins that write down what they are asked to do."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from cloudzy.environment import BASE_DIR

MAKE = shutil.which("make") or ""
pytestmark = pytest.mark.skipif(not MAKE, reason="make is not installed")

# Does what is asked of it by writing it to asked.txt; `-m venv` makes an environment whose Python is this script again.
STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> asked.txt
case "$*" in
    *version_info*) exit {too_old} ;;
    --version) echo "Python 3.9.2" ;;
    *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"pip install"*) exit {pip} ;;
    *token_urlsafe*) echo "a-random-secret" ;;
    *"manage.py serve"*) echo "PORT=$PORT HOST=$HOST" >> asked.txt ;;
esac
"""


class Project:
    """A folder with the Makefile, the requirements, and a stand-in for the machine's python3."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("Makefile", *(path.name for path in BASE_DIR.glob("requirements*.txt"))):
            shutil.copy(BASE_DIR / name, folder)
        self.put_python()

    def put_python(self, too_old: int = 0, pip: int = 0) -> None:
        python = self.folder / "python3"
        python.write_text(STAND_IN.format(too_old=too_old, pip=pip))
        python.chmod(0o755)

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make; what it asks the stand-in for is then in `asked`, for this run alone."""
        log = self.folder / "asked.txt"
        log.write_text("")
        path = {"PATH": f"{self.folder}:{os.environ['PATH']}", "HOME": str(self.folder)}
        done = subprocess.run(
            [MAKE, *arguments], cwd=self.folder, env=path | environment, capture_output=True, text=True, check=False
        )
        self.asked = log.read_text().splitlines()
        return done

    def was_asked_for(self, words: str) -> bool:
        return any(words in line for line in self.asked)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_first_run_makes_everything_and_starts_the_site(project: Project) -> None:
    run = project.make("run")

    assert run.returncode == 0, run.stderr
    wanted = ["-m venv", "pip install", "token_urlsafe", "manage.py migrate", "manage.py serve"]
    order = [next(number for number, line in enumerate(project.asked) if words in line) for words in wanted]
    assert order == sorted(order)


def test_the_second_run_calls_neither_pip_nor_venv_and_keeps_the_secret(project: Project) -> None:
    project.make("run")
    secret = (project.folder / ".env").read_text()

    project.make("run")

    assert not project.was_asked_for("pip install") and not project.was_asked_for("-m venv")
    assert project.was_asked_for("manage.py serve")
    assert (project.folder / ".env").read_text() == secret


def test_changed_requirements_are_installed(project: Project) -> None:
    project.make("run")
    with (project.folder / "requirements.txt").open("a") as requirements:
        requirements.write("another==1.0\n")

    project.make("run")

    assert project.was_asked_for("pip install")


@pytest.mark.parametrize("extra", ["ocr", "raw", "postgresql"])
def test_an_extra_is_installed_once(project: Project, extra: str) -> None:
    project.make(extra)
    first = project.was_asked_for("pip install") and project.was_asked_for(f"-r requirements-{extra}.txt")
    project.make(extra)

    assert first and not project.was_asked_for("pip install")


@pytest.mark.parametrize(
    ("name", "goal"), [("requirements.txt", "ocr"), ("requirements-ocr.txt", "test"), ("requirements-raw.txt", "test")]
)
def test_a_change_of_what_a_file_includes_is_installed(project: Project, name: str, goal: str) -> None:
    project.make(goal)
    with (project.folder / name).open("a") as requirements:
        requirements.write("another==1.0\n")

    project.make(goal)

    assert project.was_asked_for("pip install")


def test_an_installation_that_failed_is_tried_again(project: Project) -> None:
    project.put_python(pip=1)
    failed = project.make("run")
    (project.folder / "python3").unlink()
    project.put_python()
    shutil.copy(project.folder / "python3", project.folder / ".venv" / "bin" / "python")

    project.make("run")

    assert failed.returncode != 0
    assert project.was_asked_for("pip install")


def test_the_secret_is_for_its_owner_alone(project: Project) -> None:
    project.make("run")

    assert stat.S_IMODE((project.folder / ".env").stat().st_mode) == 0o600


def test_a_file_with_other_settings_gets_its_secret_added(project: Project) -> None:
    (project.folder / ".env").write_text("PORT=9000")

    project.make("run")

    assert (project.folder / ".env").read_text() == "PORT=9000\nSECRET_KEY=a-random-secret\n"


def test_an_old_python_is_refused_with_what_is_needed(project: Project) -> None:
    project.put_python(too_old=1)

    run = project.make("run")

    assert run.returncode != 0
    assert "needs Python 3.11 or newer" in run.stderr and "Python 3.9.2" in run.stderr
    assert not (project.folder / ".venv").exists()


def test_the_command_line_is_stronger_than_the_environment(project: Project) -> None:
    project.make("run", "PORT=9000", PORT="8500", HOST="::1")
    both = project.asked[-1]
    project.make("run", PORT="8500")
    environment = project.asked[-1]

    assert (both, environment) == ("PORT=9000 HOST=::1", "PORT=8500 HOST=")


def test_the_tests_need_no_env_file(project: Project) -> None:
    run = project.make("test")

    assert run.returncode == 0, run.stderr
    assert project.was_asked_for("-m pytest") and project.was_asked_for("-m mypy")
    assert not (project.folder / ".env").exists()
