from __future__ import annotations

import json
import subprocess
import sys

from cloudzy.environment import BASE_DIR

# Each takes a part of the second in which everything else is there.
LATE = {"faiss", "httpx", "onnxruntime", "tokenizers"}
PRINT_MODULES = (
    "import sys; sys.argv[1:] = ['help']; import manage; manage.main(); print(*sys.modules, file=sys.stderr)"
)


def test_a_command_that_runs_no_model_and_searches_nothing_does_not_wait_for_what_does() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PRINT_MODULES], cwd=BASE_DIR, capture_output=True, text=True, check=True
    )

    imported = set(run.stderr.split())
    assert "photos.pipeline" in imported
    assert imported & LATE == set()


OPENED = """
import json, threading
import cloudzy.wsgi
from django.db import connections

print(json.dumps([
    [alias for alias in connections if connections[alias].connection is not None],
    [thread.name for thread in threading.enumerate()],
]))
"""


def test_the_site_opens_nothing_that_its_processes_would_have_in_common_as_it_is_imported() -> None:
    run = subprocess.run([sys.executable, "-c", OPENED], cwd=BASE_DIR, capture_output=True, text=True, check=True)

    assert json.loads(run.stdout) == [[], ["MainThread"]]
