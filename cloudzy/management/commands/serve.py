from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cloudzy.environment import BASE_DIR


class Command(BaseCommand):
    help = "Run the site: web server and background worker. When either ends, both do."
    requires_system_checks = ("restore",)  # unsafe settings the web server refuses itself, with the cure for each

    def handle(self, *_: Any, **__: Any) -> None:
        # In this process, but without Django and its hundred megabytes: the parent only waits.
        os.chdir(BASE_DIR)
        parts = ["--watch"] if settings.CLOUDZY_WATCH else []
        os.execv(sys.executable, [sys.executable, "-m", "cloudzy.serving", *parts])  # noqa: S606 - no shell, our own module
