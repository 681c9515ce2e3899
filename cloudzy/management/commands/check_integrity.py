from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.record import Actor, Where, acting
from ai.encoders.base import EncoderUnavailable
from photos import completeness, integrity, storage
from photos.integrity import Fault
from search.fulltext import text_index
from search.index.rebuild import rebuild
from search.index.spaces import current_space
from search.upkeep.doing import checked

NOT_MOUNTED = "The folder of the photos is not there; perhaps its disk is not mounted. Nothing was looked at."


class Command(BaseCommand):
    help = (
        "Compare the photos in the database with the bytes in the media folder and with the index; exit 1 where they "
        "disagree. Originals are never changed or deleted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hashes", action="store_true", help="Read every original and compare its SHA-256.")
        doing = parser.add_mutually_exclusive_group()
        doing.add_argument("--delete-strays", action="store_true", help="Delete bytes that belong to no photo.")
        doing.add_argument(
            "--repair",
            action="store_true",
            help="Make thumbnails and index anew, queue what lacks, move bytes of no photo to media/.quarantine.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if not storage.is_mounted():
            raise CommandError(NOT_MOUNTED)
        now = timezone.now()
        self._repair, self._delete = options["repair"], options["delete_strays"]
        with acting(Actor("", Where.COMMAND)):
            left = self._files(now, options["hashes"])
        left += self._renditions() + self._vectors() + self._index(now)
        self.stdout.write(f"{left} problems.")
        if left:
            sys.exit(1)

    def _files(self, now: datetime, hashes: bool) -> int:
        left = 0
        for fault in integrity.faults(now, hashes):
            owner = f" (photo {fault.photo_id})" if fault.photo_id else ""
            done = self._done_about(fault)
            self.stdout.write(f"{fault.kind}: {fault.name}{owner}{done}")
            left += not done
        return left

    def _done_about(self, fault: Fault) -> str:
        """Do what was asked for about bytes of no photo, and say what; "" where nothing was done."""
        if fault.kind not in {"stray", "orphaned"} or not (self._repair or self._delete):
            return ""
        if self._delete or fault.kind == "orphaned":  # what is derived is never missed
            integrity.remove_stray(fault)
            return ", deleted"
        try:
            return f", moved to {integrity.quarantine(fault)}"
        except OSError as exc:
            self.stderr.write(f"{fault.name} could not be moved: {exc.strerror}")
            return ""

    def _renditions(self) -> int:
        mend = completeness.render_again
        return sum(self._lacks("unthumbnailed", *each, mend, "made anew") for each in completeness.without_renditions())

    def _vectors(self) -> int:
        mend = completeness.embed_again
        return sum(self._lacks("unindexed", *each, mend, "queued") for each in completeness.without_vector())

    def _lacks(self, kind: str, photo_id: int, name: str, mend: Callable[[int], bool], done: str) -> bool:
        """Tell whether a photo lacks something still, having told of it."""
        mended = self._repair and mend(photo_id)
        self.stdout.write(f"{kind}: {name} (photo {photo_id}){f', {done}' if mended else ''}")
        return not mended

    def _index(self, now: datetime) -> int:
        try:
            space = current_space()
        except EncoderUnavailable as exc:
            self.stdout.write(f"The index was not looked at: {exc}")
            return 0
        if (finding := checked(space)).well:
            return 0
        self.stdout.write(finding.text)
        if not self._repair:
            return 1
        rebuild(space, now)
        text_index().rebuild()
        self.stdout.write("The index was made anew.")
        return 0
