from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from cloudzy.backups.errors import BackupError, DamagedBackupError
from cloudzy.backups.making import back_up
from cloudzy.backups.verifying import verify
from photos.management.progress import megabytes, progress_bar


class Command(BaseCommand):
    help = "Back up database and originals into a folder, while the library is in use; or verify what is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="An empty folder, or one with the last backup.")
        doing = parser.add_mutually_exclusive_group()
        doing.add_argument("--link", action="store_true", help="Hard links in the place of copies, where possible.")
        doing.add_argument("--verify", action="store_true", help="Change nothing; read every byte of the backup again.")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            if options["verify"]:
                self._verify(options["folder"])
            else:
                self._back_up(options["folder"], options["link"])
        except DamagedBackupError as exc:
            for damage in exc.damages:
                self.stdout.write(damage)
            raise CommandError(
                f"The backup is damaged: {len(exc.damages)} files. Delete those named, and back up again."
            ) from exc
        except BackupError as exc:
            raise CommandError(str(exc)) from exc
        except DatabaseError as exc:
            raise CommandError(f"The database cannot be read: {exc}. Run manage.py migrate first?") from exc
        except OSError as exc:
            raise CommandError(f"The backup broke off, an earlier one is as good as before: {exc}") from exc

    def _back_up(self, folder: Path, link: bool) -> None:
        with progress_bar(self.stdout, "Backing up", _photos) as told:
            made = back_up(folder, timezone.now(), told, link)
        manifest = made.manifest
        self.stdout.write(
            f"{len(manifest.originals)} originals ({megabytes(manifest.bytes)}), {made.copied} of them new, "
            f"and the database."
        )
        for name, why in manifest.lacking.items():
            self.stdout.write(f"{why}: {name}")
        if manifest.lacking:
            raise CommandError(
                f"{len(manifest.lacking)} originals could not be backed up; everything else is. See check_integrity."
            )

    def _verify(self, folder: Path) -> None:
        with progress_bar(self.stdout, "Verifying", _photos) as told:
            manifest = verify(folder, told)
        self.stdout.write(f"The backup of {manifest.made_at} is whole: {len(manifest.originals)} originals.")


def _photos(count: int) -> str:
    return f"{count} originals"
