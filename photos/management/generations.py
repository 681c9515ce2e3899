"""The actions of `manage.py models` that change the model of the library, and those that tell of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone

from ai.encoders.base import EncoderUnavailable
from ai.store import ModelStore
from photos import encoding, generations
from photos.comparison import Comparison
from photos.embeddings import models_with_vectors
from photos.management import captioners
from photos.migrating import MigrationSlice
from photos.models import ActiveModel, ModelMigration
from photos.tasks import queue_migration

USUAL_SHARE = 75
NAMED_AT_MOST = 20


def add_arguments(actions: Any) -> None:
    use = actions.add_parser("use", help="Move the library to a model; searches answer from the old one meanwhile.")
    use.add_argument("name", metavar="NAME", help="An installed model, compact or placeholder.")
    use.add_argument("--yes", action="store_true", help="Do not ask.")
    use.add_argument("--now", action="store_true", help="Do it here instead of leaving it to the worker.")
    use.add_argument("--review", action="store_true", help="Wait for `models switch` when all is embedded.")
    use.add_argument(
        "--throttle",
        type=int,
        choices=range(1, 101),
        default=USUAL_SHARE,
        metavar="PERCENT",
        help=f"The share of the time it may work, 1 to 100 (default {USUAL_SHARE}).",
    )
    actions.add_parser("status", help="Show the model of the library, and how far a migration is.")
    actions.add_parser("compare", help="Show what the latest migration does to searches, query by query.")
    actions.add_parser("switch", help="Use the model that a migration with --review has made ready.")
    actions.add_parser("rollback", help="Go back to the model before, at once.")
    actions.add_parser("cancel", help="Stop the migration that is running; what is embedded stays.")
    settle = actions.add_parser("settle", help="Delete the vectors of all other models; then there is no way back.")
    settle.add_argument("--yes", action="store_true", help="Do not ask.")


class GenerationActions:
    """What the parsed actions do; raises CommandError with the reason where something cannot be done."""

    def __init__(self, out: OutputWrapper, asks: bool) -> None:
        self._out = out
        self._asks = asks  # there is a person at a terminal

    def actions(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        return {
            "use": self._use,
            "status": lambda _: self._status(),
            "compare": lambda _: self._compare(),
            "switch": lambda _: self._switch(),
            "rollback": lambda _: self._rollback(),
            "cancel": lambda _: self._cancel(),
            "settle": self._settle,
        }

    def run(self, options: dict[str, Any]) -> None:
        try:
            self.actions()[options["action"]](options)
        except (generations.GenerationProblem, EncoderUnavailable) as problem:
            raise CommandError(str(problem)) from problem

    def _use(self, options: dict[str, Any]) -> None:
        store = ModelStore(Path(settings.CLOUDZY_MODELS_DIR))
        if captioners.is_captioner(store, options["name"]):
            self._out.write(captioners.how_to_use(store.verified(options["name"])))
            return
        name = generations.encoder_named(options["name"])
        self._confirm(options["yes"], f"Embed the whole library with {name}, beside what there is?")
        migration = generations.begin(name, timezone.now(), options["throttle"], options["review"])
        if migration is None:
            self._out.write(f"The library is read with {name}.")
            return
        if not options["now"]:
            queue_migration(migration.pk, timezone.now())
            self._out.write(f"On its way: {migration}. A worker does it: see `manage.py models status`.")
            return
        self._work(migration)
        self._status()

    def _work(self, migration: ModelMigration) -> None:
        token, more = uuid.uuid4(), True
        while more:
            taken = ModelMigration.objects.take(migration.pk, token, [], timezone.now())
            if taken is None:
                raise CommandError("A worker is at it already: see `manage.py models status`.")
            try:
                more = MigrationSlice(taken, token).work()
            finally:
                taken.release(token)
            self._out.write(_progress(ModelMigration.objects.get(pk=migration.pk)))

    def _status(self) -> None:
        active = ActiveModel.current()
        if active is None:
            self._out.write(f"The library is empty; its first photo makes it one of {encoding.encoder_in_use()}.")
            return
        self._out.write(f"The library is read with {active.encoder} ({active.key}).")
        if active.previous_key:
            self._out.write(f"`manage.py models rollback` goes back to {active.previous_encoder}.")
        if others := models_with_vectors() - {active.key}:
            self._out.write(f"Vectors of {', '.join(sorted(others))} are kept; `manage.py models settle` deletes them.")
        if difference := encoding.disagreement():
            self._out.write(difference)
        if migration := ModelMigration.objects.first():
            self._out.write("\n".join(["", *_told(migration)]))

    def _compare(self) -> None:
        migration = ModelMigration.objects.exclude(comparison=None).first()
        if migration is None or migration.comparison is None:
            raise CommandError("Nothing has been compared yet: a migration does it when all is embedded.")
        compared = Comparison.from_json(migration.comparison)
        self._out.write(f"{migration}: {_summary(compared)}")
        for query in compared.queries:
            stays = "not known to both" if query.percent is None else f"{query.percent} % stay"
            moves = f"come {_ids(query.come)}; go {_ids(query.go)}"
            self._out.write(f"{query.text:<30} {stays}; {moves}")

    def _switch(self) -> None:
        migration = ModelMigration.objects.running().first()
        if migration is None:
            raise CommandError("No migration is running.")
        if not generations.switch(migration, timezone.now()):
            raise CommandError("Photos have come in since; a worker embeds them. Try again in a moment.")
        self._out.write(f"The library is read with {migration.encoder}; `manage.py models rollback` goes back.")

    def _rollback(self) -> None:
        self._out.write(f"The library is read with {generations.rollback().encoder} again.")

    def _cancel(self) -> None:
        self._out.write(f"Cancelled: {generations.cancel(timezone.now())}. What is embedded stays for another time.")

    def _settle(self, options: dict[str, Any]) -> None:
        self._confirm(options["yes"], "Delete the vectors of all models but the active one? There is no way back then.")
        deleted = generations.settle(lambda count: self._out.write(f"{count} vectors deleted"))
        self._out.write(f"Settled; {deleted} vectors deleted.")

    def _confirm(self, yes: bool, question: str) -> None:
        if self._asks and not yes and input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was changed.")


def _told(migration: ModelMigration) -> Iterator[str]:
    yield _progress(migration)
    if migration.problem:
        yield f"{'It waits' if migration.is_running else 'It ended'}: {migration.problem}"
    failed = migration.unembedded.given_up().select_related("photo")
    if count := failed.count():
        yield f"{count} photos could not be embedded:"
        yield from (f"  {photo}" for photo in failed[:NAMED_AT_MOST])
    if migration.comparison:
        yield f"{_summary(Comparison.from_json(migration.comparison))} See `manage.py models compare`."
    if migration.is_running and migration.review:
        yield "It does not switch by itself: run `manage.py models switch` when it is ready."


def _progress(migration: ModelMigration) -> str:
    told = f"{migration}: {migration.state}, {migration.done} of {migration.total} photos ({migration.percent} %)"
    if migration.state != ModelMigration.State.EMBEDDING or not migration.rate:
        return told
    return f"{told}, {migration.rate:.1f} a second, {migration.time_left or timedelta()} left"


def _summary(compared: Comparison) -> str:
    if compared.note:
        return compared.note
    if compared.percent is None:
        return "There is no search that both models understand."
    count = sum(query.overlap is not None for query in compared.queries)
    return f"Of the ten best photos {compared.percent} % stay, as the mean of {count} searches."


def _ids(photo_ids: tuple[int, ...]) -> str:
    return ", ".join(map(str, photo_ids)) or "none"
