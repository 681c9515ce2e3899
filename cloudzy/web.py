"""gunicorn as a child of `manage.py serve`: `python -m cloudzy.web`, which ends when its parent does."""

from __future__ import annotations

import os
import signal

from gunicorn.app.wsgiapp import run  # type: ignore[import-untyped]

from jobs.processes import follow_parent


def main() -> None:
    # The thread only waits for the end of a file: it holds no lock when gunicorn forks.
    follow_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    run(prog="gunicorn")


if __name__ == "__main__":
    main()
