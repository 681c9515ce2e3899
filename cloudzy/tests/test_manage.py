from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cloudzy.environment import BASE_DIR


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with manage.py alone; `python -S` stands for a Python without Django."""
    shutil.copy(BASE_DIR / "manage.py", tmp_path)
    return tmp_path


def manage(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-S", "manage.py", "migrate", "--plan"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_django_it_says_what_to_run(project: Path) -> None:
    run = manage(project)

    assert run.returncode == 1
    assert run.stderr == "Django is not installed here: run `make run` first.\n"


def test_without_django_it_runs_again_with_the_python_of_the_project(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "again: $*"\n')
    python.chmod(0o755)

    run = manage(project)

    assert (run.returncode, run.stdout) == (0, "again: manage.py migrate --plan\n")


def test_a_project_python_without_django_does_not_run_itself_for_ever(project: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / ".venv"], check=True)

    run = subprocess.run(
        [project / ".venv" / "bin" / "python", "manage.py"], cwd=project, capture_output=True, text=True, check=False
    )

    assert run.returncode == 1
    assert "make run" in run.stderr
