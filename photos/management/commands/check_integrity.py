from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from photos import integrity


class Command(BaseCommand):
    help = "Compare the photos in the database with the bytes in the media folder; exit 1 where they disagree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hashes", action="store_true", help="Read every original and compare its SHA-256.")
        parser.add_argument("--delete-strays", action="store_true", help="Delete bytes that belong to no photo.")

    def handle(self, *_: Any, **options: Any) -> None:
        left = 0
        for fault in integrity.faults(timezone.now(), options["hashes"]):
            owner = f" (photo {fault.photo_id})" if fault.photo_id else ""
            deleted = fault.kind == "stray" and options["delete_strays"]
            self.stdout.write(f"{fault.kind}: {fault.name}{owner}{', deleted' if deleted else ''}")
            if deleted:
                integrity.remove_stray(fault)
            else:
                left += 1
        self.stdout.write(f"{left} problems.")
        if left:
            sys.exit(1)
