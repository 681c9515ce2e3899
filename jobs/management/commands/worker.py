from __future__ import annotations

import os
import signal
import sys
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import autodiscover_modules

from jobs.duties import DUTIES
from jobs.processes import Signals, follow_parent
from jobs.supervisor import Supervisor, worker_name
from jobs.worker import Worker


class Command(BaseCommand):
    help = "Do what is queued. SIGTERM or Ctrl-C finishes the jobs at hand, a second one kills them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processes", type=int, default=settings.CLOUDZY_WORKERS, metavar="N", help="How many.")
        parser.add_argument("--once", action="store_true", help="End when nothing is ready any more.")
        parser.add_argument("--with-parent", action="store_true", help=SUPPRESS)  # stdin is a pipe to the parent
        parser.add_argument("--one", action="store_true", help=SUPPRESS)  # one worker in this very process

    def handle(self, *_: Any, **options: Any) -> None:
        if options["one"]:
            work(options["once"])
            return
        sys.exit(supervise(max(1, options["processes"]), options["once"], options["with_parent"]))


def supervise(processes: int, once: bool, with_parent: bool) -> int:
    signals = Signals()
    signals.listen()
    command = [sys.executable, sys.argv[0], "worker", "--one", *(["--once"] if once else [])]
    supervisor = Supervisor(command, processes, signals, once)
    if with_parent:
        follow_parent(supervisor.orphaned)
    return supervisor.run()


def work(once: bool) -> None:
    autodiscover_modules("tasks")
    worker = Worker(worker_name(os.getpid()), DUTIES)
    # A terminal sends these to the whole group, and the parent decides what they mean.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    follow_parent(worker.stop)
    worker.run(once)
