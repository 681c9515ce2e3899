from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from search.index.locks import Busy, folder_lock


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    with folder_lock(tmp_path / "data" / "index"):
        assert (tmp_path / "data" / "index").is_dir()


def test_who_does_not_wait_is_told_that_the_folder_is_busy(tmp_path: Path) -> None:
    with folder_lock(tmp_path), pytest.raises(Busy), folder_lock(tmp_path, wait=False):
        pass


def test_the_lock_is_free_again_afterwards_also_after_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), folder_lock(tmp_path):
        raise ZeroDivisionError

    with folder_lock(tmp_path, wait=False):
        pass


def test_a_process_that_dies_gives_the_lock_back(tmp_path: Path) -> None:
    script = "import os, sys\nfrom pathlib import Path\nfrom search.index.locks import folder_lock\n"
    script += "with folder_lock(Path(sys.argv[1])):\n    os._exit(9)\n"

    died = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)

    assert died.returncode == 9
    with folder_lock(tmp_path, wait=False):
        pass
