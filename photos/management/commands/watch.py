from __future__ import annotations

import logging
import signal
import threading
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone

from jobs.processes import follow_parent
from photos.imports.alarm import Alarm
from photos.imports.watch_status import held_before, write_status
from photos.imports.watching import Watch, Watched, watches

logger = logging.getLogger(__name__)

TICK_SECONDS = 2.0
FULL = timedelta(minutes=1)  # how often all is looked at, for disks that tell of no changes


class Command(BaseCommand):
    help = "Take in what is put into the folders that CLOUDZY_WATCH names, until it is told to stop."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Look until nothing new waits, and end.")
        parser.add_argument("--with-parent", action="store_true", help=SUPPRESS)  # stdin is a pipe to the parent

    def handle(self, *_: Any, **options: Any) -> None:
        if not settings.CLOUDZY_WATCH:
            raise CommandError("CLOUDZY_WATCH names no folder.")
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, lambda *_: stop.set())
        if options["with_parent"]:
            follow_parent(stop.set)
        self._watch(stop, options["once"])

    def _watch(self, stop: threading.Event, once: bool) -> None:
        folders = watches([Watched(Path(path), owner) for path, owner in settings.CLOUDZY_WATCH], held_before())
        alarm = Alarm([watch.watched.path for watch in folders], stop)
        changed, looked_at = True, timezone.now()
        while not stop.is_set():
            now = timezone.now()
            if changed or now - looked_at >= FULL or any(watch.is_waiting for watch in folders):
                close_old_connections()
                for watch in folders:
                    watch.look(now)
                tell(folders, now, alarm)
                looked_at = now
            if once and not any(watch.is_waiting for watch in folders):
                return
            heard = [alarm.hears(watch.watched.path) for watch in folders]
            changed = alarm.wait(TICK_SECONDS)
            if heard != [alarm.hears(watch.watched.path) for watch in folders]:
                tell(folders, timezone.now(), alarm)


def tell(folders: Sequence[Watch], now: datetime, alarm: Alarm) -> None:
    """Write how the folders stand where that can be done."""
    try:
        write_status(folders, now, alarm.hears)
    except OSError:  # a full disk is no reason to end, and the site with it
        logger.warning("how the watched folders stand could not be written", exc_info=True)
