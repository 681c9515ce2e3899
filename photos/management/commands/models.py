from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ai import installing
from ai.benchmark import Figures, Subject, measure
from ai.catalogue import CATALOGUE, Entry, order_for
from ai.encoders.base import EncoderUnavailable
from ai.fetching import Hub
from ai.manifests import Manifest, ModelProblem
from ai.store import InstalledModel, ModelStore
from photos.management import captioners, evaluation, generations
from photos.management.generations import GenerationActions
from photos.management.progress import megabytes, progress_bar


class Command(BaseCommand):
    help = "Models that understand pictures: see what there is, fetch, check, measure one, and use it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("list", help="Show the catalogue and what is installed.")
        fetch = actions.add_parser("fetch", help="Fetch a model; run it again to go on where it broke off.")
        fetch.add_argument("name", metavar="NAME", help="A name of the catalogue, or owner/repo@revision.")
        fetch.add_argument("--as", dest="called", default="", metavar="NAME", help="What to call it here.")
        add = actions.add_parser("add", help="Add a model from a folder, for machines without internet.")
        add.add_argument("name", metavar="NAME", help="What to call it here.")
        add.add_argument("--from", dest="given", required=True, type=Path, metavar="DIR", help="Where its files are.")
        verify = actions.add_parser("verify", help="Read every byte again; exit 1 where a model is not as fetched.")
        verify.add_argument("names", nargs="*", metavar="NAME", help="Which models; all that are installed if none.")
        captioners.add_arguments(actions)
        benchmark = actions.add_parser("benchmark", help="Measure what is installed on this machine.")
        benchmark.add_argument("names", nargs="*", metavar="NAME", help="Which models; all that are installed if none.")
        benchmark.add_argument("--rounds", type=int, default=20, help="How often to measure (default 20).")
        benchmark.add_argument("--json", type=Path, metavar="FILE", help="Also write the figures to this file.")
        generations.add_arguments(actions)
        evaluation.add_arguments(actions)

    def handle(self, *_: Any, **options: Any) -> None:
        models = Path(settings.CLOUDZY_MODELS_DIR)
        actions: dict[str, Callable[[Path, dict[str, Any]], None]] = {
            "list": self._list,
            "fetch": self._fetch,
            "add": self._add,
            "verify": self._verify,
            "check-captioner": lambda _, options: captioners.check(self.stdout, options["file"], options["captioner"]),
            "benchmark": self._benchmark,
            "evaluate": lambda _, options: evaluation.run(options, self.stdout, self.stderr),
        }
        try:
            if options["action"] in actions:
                actions[options["action"]](models, options)
            else:
                GenerationActions(self.stdout, asks=sys.stdin.isatty()).run(options)
        except (ModelProblem, EncoderUnavailable) as problem:
            raise CommandError(str(problem)) from problem

    def _list(self, models: Path, _: dict[str, Any]) -> None:
        store = ModelStore(models)
        installed = store.names()
        row = "{:<48} {:>9} {:>9} {:<9} {:<11} {:>6}  {}"
        self.stdout.write(row.format("name", "dimension", "size", "languages", "licence", "recall", "state"))
        for entry in CATALOGUE.values():
            state = _state(store, entry.name) if entry.name in installed else ""
            self.stdout.write(row.format(*_columns(entry), ", ".join(filter(None, [state, entry.remark]))).rstrip())
        for name in (name for name in installed if name not in CATALOGUE):
            self.stdout.write(row.format(name, "", "", "", "", "", _state(store, name)))
        self.stdout.write("\nRecall: mean of recall@1, @5 and @10 in English on Crossmodal-3600, in percent.")

    def _fetch(self, models: Path, options: dict[str, Any]) -> None:
        order = order_for(options["name"], options["called"])
        with Hub(settings.CLOUDZY_MODEL_HUB) as hub, progress_bar(self.stderr, order.name, megabytes) as progress:
            model = installing.fetch(models, order, hub, progress)
        self._tell(model)

    def _add(self, models: Path, options: dict[str, Any]) -> None:
        if not options["given"].is_dir():
            raise CommandError(f"{options['given']} is not a folder.")
        with progress_bar(self.stderr, options["name"], megabytes) as progress:
            model = installing.add(models, options["name"], options["given"], progress)
        self._tell(model)

    def _tell(self, model: InstalledModel) -> None:
        manifest = model.manifest
        self.stdout.write(f"{manifest.name} is installed ({_origin(manifest)}, {model.traits}).")
        self.stdout.write(f"To use it, run `manage.py models use {manifest.name}`.")

    def _verify(self, models: Path, options: dict[str, Any]) -> None:
        store, problems = ModelStore(models), 0
        for name in options["names"] or store.names():
            try:
                self.stdout.write(f"{name}: good ({_origin(store.verified(name).manifest)})")
            except ModelProblem as problem:
                problems += 1
                self.stdout.write(f"{name}: {problem}")
        if problems:
            raise CommandError(f"{problems} of these models cannot be used.")

    def _benchmark(self, models: Path, options: dict[str, Any]) -> None:
        names = options["names"] or _encoders(ModelStore(models))
        if not names:
            raise CommandError("No model is installed: see `manage.py models list`.")
        figures = []
        for name in names:
            subject = Subject(models, name, settings.CLOUDZY_ENCODER_THREADS, max(1, options["rounds"]))
            figures.append(measure(subject))
            self._print(figures[-1])
        if options["json"]:
            text = json.dumps([measured.as_dict() for measured in figures], indent=1)
            options["json"].write_text(text + "\n", encoding="utf-8")

    def _print(self, figures: Figures) -> None:
        values = figures.as_dict()
        width = max(map(len, values))
        self.stdout.write("\n".join(f"{name:<{width}}  {value}" for name, value in values.items()) + "\n")


def _columns(entry: Entry) -> tuple[object, ...]:
    size, recall = f"{entry.megabytes} MB", f"{entry.recall:.1f}" if entry.recall else ""
    return entry.name, entry.dimension or "", size, entry.languages, entry.licence, recall


def _state(store: ModelStore, name: str) -> str:
    try:
        model = store.usable(name)
    except ModelProblem:
        return "damaged: see `manage.py models verify`"
    return f"installed ({model.traits}, {model.manifest.size / 1e6:.0f} MB)"


def _encoders(store: ModelStore) -> list[str]:
    """Return what can be measured. A model that is damaged is among it, so that the measuring tells of it."""
    return [name for name in store.names() if not captioners.is_captioner(store, name)]


def _origin(manifest: Manifest) -> str:
    return manifest.source or "added from a folder"
