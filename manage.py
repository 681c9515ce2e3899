#!/usr/bin/env python3
from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudzy.settings")
    # As in wsgi.py, for the workers: threads of numpy's own only slow busy ones.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if find_spec("django") is None:
        run_again_in_venv()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"Cloudzy does not start: {problem}")


def run_again_in_venv() -> None:
    python = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
    # The prefix, not the executable: the one in .venv is a link to the very Python that lacks Django.
    if not python.exists() or Path(sys.prefix) == python.parent.parent:
        sys.exit("Django is not installed here: run `make run` first.")
    os.execv(python, [str(python), *sys.argv])  # noqa: S606  (no shell, our own interpreter)


if __name__ == "__main__":
    main()
