from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cloudzy.backups.errors import BackupError, DamagedBackupError
from cloudzy.backups.rehearsing import rehearse
from cloudzy.backups.restoring import restore
from photos.management.progress import progress_bar


class Command(BaseCommand):
    help = "Bring the library back from a backup, into an empty place; or try that in a temporary one."
    requires_system_checks = ()  # some ask the database, and SQLite would make one

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="The folder that was given to `backup`.")
        parser.add_argument("--link", action="store_true", help="Hard links in the place of copies, where possible.")
        parser.add_argument("--test", action="store_true", help="Restore into a temporary place, compare, and tell.")
        parser.add_argument("--place", type=Path, help="Where that temporary place is; else in the backup's folder.")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            if options["test"]:
                manifest = rehearse(options["folder"], timezone.now(), options["place"])
                self.stdout.write(f"The backup of {manifest.made_at} restores to the same rows and files.")
                return
            with ExitStack() as bars:
                manifest = restore(options["folder"], self._told(bars), options["link"])
        except DamagedBackupError as exc:
            for damage in exc.damages:
                self.stderr.write(damage)
            raise CommandError(str(exc)) from exc
        except BackupError as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            then = "" if options["test"] else " Run the same command again: it goes on where it was."
            raise CommandError(f"That broke off: {exc}.{then}") from exc
        self._tell_the_end(manifest.lacking, len(manifest.originals))

    def _told(self, bars: ExitStack) -> Callable[[str], Callable[[int, int], object]]:
        def step(title: str) -> Callable[[int, int], object]:
            bars.close()
            return bars.enter_context(progress_bar(self.stdout, title, lambda count: f"{count} originals"))

        return step

    def _tell_the_end(self, lacking: Any, count: int) -> None:
        self.stdout.write(
            f"{count} photos are back. Start Cloudzy; thumbnails and the search index come by themselves."
        )
        for name, why in lacking.items():
            self.stdout.write(f"{why} before the backup was made, and so not restored: {name}")
