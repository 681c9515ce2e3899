from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ai.captioners.base import CaptionerUnavailable
from ai.captioners.loading import takes_its_time
from ai.encoders.base import EncoderUnavailable, model_key
from ai.ocr.loading import is_switched_on
from photos import asking, captioning, missing, older
from photos.encoding import current_encoder
from photos.models import Photo, Stage
from photos.tasks import queue_descriptions, queue_photos, queue_reading, queue_stage


@dataclass(frozen=True)
class Later:
    """A stage that photos may be older than, or than what does it today."""

    name: Stage.Name
    lacking: str  # what is said of photos without it
    title: str
    queue: Callable[[Sequence[int]], int]


LATER = [
    Later(
        Stage.Name.METADATA,
        "were read by an earlier reader",
        "Reading facts",
        partial(queue_stage, queue_name="maintenance"),
    ),
    Later(Stage.Name.COLOURS, "have no colours yet", "Finding colours", queue_stage),
    Later(Stage.Name.FINGERPRINT, "have no fingerprint yet", "Taking fingerprints", queue_stage),
]


class Command(BaseCommand):
    help = (
        "Queue whatever photos lack: stages that wait or broke off, and vectors of another model than today's. "
        "With --now it is done here, and when the command ends it is done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--failed", action="store_true", help="Also repeat what failed.")
        parser.add_argument("--redescribe", action="store_true", help="Let the captioner of today describe all anew.")
        parser.add_argument("--now", action="store_true", help="Do it here instead of queueing it for the worker.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what is missing.")

    def handle(self, *_: Any, **options: Any) -> None:
        now = timezone.now()
        self._analyse(now, options)
        if not options["dry_run"]:
            self._ask_again(now, options)
        for stage in LATER:
            self._do_later(stage, now, options)
        if takes_its_time():
            self._describe(now, options)
        if is_switched_on():
            self._read(now, options)

    def _analyse(self, now: datetime, options: dict[str, Any]) -> None:
        try:
            model = model_key(current_encoder())
        except EncoderUnavailable as exc:
            raise CommandError(str(exc)) from exc
        if not options["dry_run"]:
            missing.give_up_lost(now)
        failed = list(Photo.objects.filter(status=Photo.Status.FAILED).values_list("pk", flat=True))
        stale = missing.embedded_by_others(model)
        waiting = missing.unfinished(now)
        told = f"{len(waiting)} photos wait, {len(stale)} have a vector of another model than {model}"
        self.stdout.write(f"{told}, {len(failed)} failed.")
        if options["dry_run"]:
            return
        todo: list[tuple[str, str, list[int], tuple[str, ...]]] = [
            ("Finishing", "ingest", waiting, ()),
            ("Embedding anew", "embed", stale, (Stage.Name.EMBEDDING,)),
            ("Repeating", "ingest", failed if options["failed"] else [], tuple(Stage.QUICK)),
        ]
        for title, queue_name, ids, stages in todo:
            if options["now"]:
                self._do(title, ids, stages)
            elif ids:
                self.stdout.write(f"{title}: {queue_photos(ids, queue_name, stages)} queued")

    def _do_later(self, stage: Later, now: datetime, options: dict[str, Any]) -> None:
        lacking = older.lacking(stage.name)
        waiting = [] if stage.name in Stage.ORDER else missing.unfinished(now, [stage.name])
        self.stdout.write(f"{len(lacking) + len(waiting)} photos {stage.lacking}.")
        if options["dry_run"]:
            return
        if options["failed"]:
            Stage.objects.filter(name=stage.name, status=Stage.Status.FAILED).request([stage.name])
        older.ask_for(stage.name, lacking)
        ids = missing.unfinished(now, [stage.name])
        if options["now"]:
            done = sum(1 for _ in self._counted(stage.title, missing.complete(ids, timezone.now()), len(ids)))
            self.stdout.write(f"{stage.title}: {done} done")
        elif ids:
            self.stdout.write(f"{stage.title}: {stage.queue(ids)} queued")

    def _ask_again(self, now: datetime, options: dict[str, Any]) -> None:
        if options["failed"]:
            captioning.request_failed()
        if options["redescribe"] and takes_its_time():
            self.stdout.write(f"To be described anew: {captioning.request_all()}")
        elif options["redescribe"]:
            self.stdout.write(f"Given back to the template: {captioning.withdraw_all(now)}")

    def _describe(self, now: datetime, options: dict[str, Any]) -> None:
        waiting = captioning.undescribed(now)
        self.stdout.write(f"{len(waiting)} photos wait for a description.")
        if options["dry_run"]:
            return
        if not options["now"]:
            self.stdout.write(f"Describing: {queue_descriptions(waiting)} queued")
            return
        try:
            described = sum(1 for _ in captioning.describe_missing(now))
        except CaptionerUnavailable as exc:
            raise CommandError(f"{exc} {len(captioning.undescribed(now))} photos wait.") from exc
        self.stdout.write(f"Describing: {described} of {len(waiting)} described")

    def _do(self, title: str, ids: list[int], stages: tuple[str, ...]) -> None:
        ended = {Photo.Status.READY: 0, Photo.Status.FAILED: 0, Photo.Status.QUEUED: 0}
        for photo in self._counted(title, missing.complete(ids, timezone.now(), stages), len(ids)):
            ended[Photo.Status(photo.status)] += 1
        if ids:
            self.stdout.write(f"{title}: " + ", ".join(f"{number} {status}" for status, number in ended.items()))

    def _read(self, now: datetime, options: dict[str, Any]) -> None:
        texts = Stage.objects.filter(name=Stage.Name.TEXT)
        unread = len(missing.unfinished(now, [Stage.Name.TEXT])) + len(asking.never_asked(Stage.Name.TEXT))
        self.stdout.write(f"The text in {unread} photos is not read yet.")
        if options["dry_run"]:
            return
        if options["failed"]:
            texts.filter(status=Stage.Status.FAILED).request([Stage.Name.TEXT])
        asking.ask_for(Stage.Name.TEXT, asking.never_asked(Stage.Name.TEXT))
        ids = missing.unfinished(now, [Stage.Name.TEXT])
        if not options["now"]:
            self.stdout.write(f"Reading text: {queue_reading(ids)} queued")
            return
        done = sum(1 for _ in self._counted("Reading text", missing.read_texts(ids, timezone.now()), len(ids)))
        failed = texts.filter(photo__in=ids, status=Stage.Status.FAILED).count()
        self.stdout.write(f"Reading text: {done} done, {failed} of them failed")

    def _counted(self, title: str, photos: Iterator[Photo], total: int) -> Iterator[Photo]:
        """Pass the photos on and tell of every hundredth and the last."""
        for count, photo in enumerate(photos, start=1):
            yield photo
            if count % 100 == 0 or count == total:
                self.stdout.write(f"{title}: {count} of {total}")
