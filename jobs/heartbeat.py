from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, connections

from jobs.models import Run

logger = logging.getLogger(__name__)


class Heartbeat:
    """Renews the lease of a job while the `with` block does it; a job that is quick costs no write."""

    def __init__(self, run: Run, clock: Callable[[], datetime], every: timedelta) -> None:
        self._run = run
        self._clock = clock
        self._every = every.total_seconds()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            try:
                self._run.beat(self._clock())
            except DatabaseError:  # the lease outlives two missed beats
                logger.warning("job %s: the lease could not be renewed", self._run.pk, exc_info=True)
            finally:
                connections.close_all()
