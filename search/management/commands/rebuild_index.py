from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ai.encoders.base import EncoderUnavailable
from search.engines import ENGINES, Told
from search.fulltext import text_index
from search.index.rebuild import rebuild
from search.index.spaces import Space, current_space
from search.management.progress import progress_of_steps
from search.upkeep.doing import Act, perform


class Command(BaseCommand):
    help = "Make the search index anew from the rows, or compare the two. Uploads and searches go on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--engine", choices=sorted(ENGINES), default="", help="Else the one that fits the size.")
        looking = parser.add_mutually_exclusive_group()
        looking.add_argument("--check", action="store_true", help="Change nothing; fail where index and rows differ.")
        looking.add_argument("--verify", action="store_true", help="Change nothing; measure recall against the rows.")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            space = current_space()
            with progress_of_steps(self.stdout) as told:
                if options["check"] or options["verify"]:
                    self._look(Act.CHECK if options["check"] else Act.VERIFY, space, told)
                else:
                    self._rebuild(space, options["engine"], told)
        except EncoderUnavailable as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            raise CommandError(f"The index cannot be written: {exc}") from exc

    def _rebuild(self, space: Space, engine: str, told: Told) -> None:
        manifest = rebuild(space, timezone.now(), engine, told)
        self.stdout.write(f"The index of {space.model} holds {manifest.count} photos ({manifest.engine}).")
        # Triggers keep the text in step, and to make it anew holds up every writer: only where that is needed.
        if text_index().drift():
            text_index().rebuild()
            self.stdout.write("The text index was made anew.")

    def _look(self, act: Act, space: Space, told: Told) -> None:
        finding = perform(act, space, timezone.now(), told)
        if not finding.well:
            raise CommandError(finding.text)
        self.stdout.write(finding.text)
