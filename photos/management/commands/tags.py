from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ai.calibration import Figures
from ai.encoders.base import EncoderUnavailable
from photos import calibration, exchange, retagging
from photos.calibration import NothingToMeasure, Proposal
from photos.encoding import words_in_use
from photos.management import teaching
from photos.models import VocabularyState, VocabularyWord
from photos.models.tag import TooManyTags
from photos.teaching import mark_files


class Command(BaseCommand):
    help = "The words that photos are tagged with: see, exchange and measure them, tag the library anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        shown = actions.add_parser("list", help="Show the vocabulary: how many photos, what is in effect.")
        shown.add_argument("--all", action="store_true", help="Also words on no photo.")
        calibrate = actions.add_parser("calibrate", help="Measure the probabilities, so that they mean what they say.")
        calibrate.add_argument(
            "folder", nargs="?", type=Path, metavar="DIR", help="Pictures in folders named by words."
        )
        calibrate.add_argument("--dry-run", action="store_true", help="Only say what was found.")
        calibrate.add_argument("--undo", action="store_true", help="Go back to what counted before the last time.")
        retag = actions.add_parser("retag", help="Tag all photos anew from stored vectors.")
        retag.add_argument("--now", action="store_true", help="Do it here instead of queueing it for the worker.")
        export = actions.add_parser("export", help="Write words to a file that `tags import` reads.")
        export.add_argument("file", type=Path, metavar="FILE")
        export.add_argument("--all", action="store_true", help="Also what came with Cloudzy and nobody changed.")
        actions.add_parser("import", help="Add or change words from a file.").add_argument("file", type=Path)
        teaching.add_arguments(actions.add_parser("teach", help="Teach a word by folders of pictures."))

    def handle(self, *_: Any, **options: Any) -> None:
        actions: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "calibrate": self._calibrate,
            "retag": self._retag,
            "export": self._export,
            "import": self._import,
            "teach": lambda options: teaching.teach(options, self.stdout),
        }
        try:
            actions[options["action"]](options)
        except (EncoderUnavailable, NothingToMeasure, exchange.NotAWordList) as exc:
            raise CommandError(str(exc)) from exc

    def _list(self, options: dict[str, Any]) -> None:
        row = "{:<32} {:>7} {:>8} {:>9}  {}"
        self.stdout.write(row.format("word", "photos", "never on", "tag from", "broader words"))
        in_use = words_in_use()
        for word in VocabularyWord.objects.with_counts():
            if options["all"] or word.shown_on or word.refused_on:
                known = in_use.get(word.word)
                threshold = f"{known.threshold:g}" if known and known.threshold else ""
                columns = (word.word, word.shown_on, word.refused_on, threshold if word.enabled else "off")
                self.stdout.write(row.format(*columns, ", ".join(word.parents)).rstrip())

    def _calibrate(self, options: dict[str, Any]) -> None:
        if options["undo"]:
            if not calibration.undo():
                raise CommandError("There is nothing to take back.")
            self.stdout.write("The measure before counts again.")
            return
        folder = options["folder"]
        if folder and not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        proposal = calibration.on_folder(folder) if folder else calibration.on_library()
        self._tell(proposal)
        if not options["dry_run"]:
            calibration.keep(proposal, timezone.now())
            self.stdout.write("It counts from now on; `manage.py tags calibrate --undo` takes it back.")

    def _tell(self, proposal: Proposal) -> None:
        self.stdout.write(f"{proposal.model}, measured on {proposal.basis}: temperature {proposal.temperature:.4g}")
        if proposal.measured:
            row = "{:<8} {:>18} {:>10} {:>8}"
            self.stdout.write(row.format("", "calibration error", "precision", "recall"))
            for name, found in (("before", proposal.measured.before), ("after", proposal.measured.after)):
                self.stdout.write(row.format(name, *_figures(found)))
        row = "{:<32} {:>7} {:>7}"
        self.stdout.write(row.format("word", "slope", "offset"))
        for word, correction in sorted(proposal.corrections.items()):
            self.stdout.write(row.format(word, f"{correction.slope:.2f}", f"{correction.offset:+.2f}"))

    def _retag(self, options: dict[str, Any]) -> None:
        if not options["now"]:
            VocabularyState.renew()  # which queues it
            self.stdout.write("Queued.")
            return
        done = retagging.retag(timezone.now(), lambda done, total: self.stdout.write(f"{done} of {total} photos"))
        self.stdout.write(f"{done.photos} photos looked at, {done.changed} changed, {done.rows} tags written.")

    def _export(self, options: dict[str, Any]) -> None:
        words = VocabularyWord.objects.all() if options["all"] else VocabularyWord.objects.curated()
        text = json.dumps(exchange.as_list(words), indent=1, ensure_ascii=False)
        options["file"].write_text(text + "\n", encoding="utf-8")

    def _import(self, options: dict[str, Any]) -> None:
        try:
            data = options["file"].read_bytes()
            added, changed = exchange.take_in(data)
        except OSError as exc:
            raise CommandError(f"{options['file']} cannot be read: {exc.strerror}.") from exc
        except ValidationError as exc:
            raise CommandError("Nothing was taken in. " + " ".join(exc.messages)) from exc
        self.stdout.write(f"{added} words added, {changed} changed.")
        for word, examples in exchange.examples_in(data).items():
            try:
                marked = mark_files(word, examples, timezone.now())
            except TooManyTags as exc:
                raise CommandError(f"The words are in, but {word!r} was not taught. {exc.words}") from exc
            self.stdout.write(f"{word}: {marked} photos are here that it was taught by.")


def _figures(found: Figures) -> tuple[str, str, str]:
    return f"{found.error:.3f}", f"{found.precision:.3f}", f"{found.recall:.3f}"
