from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ai.encoders.base import EncoderUnavailable
from search.drift import drift_of
from search.engines import ENGINES
from search.fulltext import text_index
from search.live import LiveIndex
from search.management.progress import progress_of_steps
from search.manifest import MissingSnapshotError
from search.rebuild import rebuild
from search.spaces import Space, current_space


class Command(BaseCommand):
    help = "Make the search index anew from the rows, or compare the two. Uploads and searches go on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--engine", choices=sorted(ENGINES), default="", help="The one that fits the size.")
        parser.add_argument("--check", action="store_true", help="Change nothing; fail where index and rows differ.")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            space = current_space()
        except EncoderUnavailable as exc:
            raise CommandError(str(exc)) from exc
        if options["check"]:
            self._check(space)
        else:
            self._rebuild(space, options["engine"])

    def _rebuild(self, space: Space, engine: str) -> None:
        try:
            with progress_of_steps(self.stdout) as told:
                manifest = rebuild(space, timezone.now(), engine, told)
        except OSError as exc:
            raise CommandError(f"The index cannot be written: {exc}") from exc
        self.stdout.write(f"The index of {space.model} holds {manifest.count} photos ({manifest.engine}).")
        # Triggers keep the text in step, and to make it anew holds up every writer: only where that is needed.
        if text_index().drift():
            text_index().rebuild()
            self.stdout.write("The text index was made anew.")

    def _check(self, space: Space) -> None:
        state = LiveIndex(space).caught_up()
        error = state.look.error
        if error and not isinstance(error, MissingSnapshotError):
            raise CommandError(f"{error} Searches answer from the database; run manage.py rebuild_index.")
        if drift := drift_of(state, space):
            raise CommandError(f"Index and rows differ: {drift}. Run manage.py rebuild_index.")
        if wrong := text_index().drift():
            raise CommandError(f"Text index and rows differ in {wrong} places. Run manage.py rebuild_index.")
        self.stdout.write(f"Index and rows agree on {len(state)} photos{' (no index file yet)' if error else ''}.")
