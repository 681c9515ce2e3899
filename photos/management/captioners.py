"""What `manage.py models` does with models that write captions."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper
from rest_framework.exceptions import APIException

from ai.captioners.base import CaptionerUnavailable, CaptionFailed
from ai.captioners.loading import get_captioner
from ai.layouts import CAPTIONER
from ai.manifests import ModelProblem
from ai.store import InstalledModel, ModelStore
from photos import images, thumbnails


def add_arguments(actions: Any) -> None:
    check = actions.add_parser("check-captioner", help="Let a captioner describe one picture, or say why it cannot.")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--captioner", default="", help="template, openai or local:NAME; else the one of the settings.")


def is_captioner(store: ModelStore, name: str) -> bool:
    try:
        return store.model(name).layout.kind == CAPTIONER
    except ModelProblem:
        return False


def how_to_use(model: InstalledModel) -> str:
    """Return what to do so that photos are described by this model; those described before stay as they are."""
    return (
        f"Set {model.setting} and start again: photos without a description get one.\n"
        "What another captioner has described stays until `manage.py process_missing --redescribe` queues it."
    )


def check(out: OutputWrapper, file: Path, name: str) -> None:
    """Tell what a captioner says of a picture and how long it took; raise CommandError with the reason if nothing."""
    try:
        picture = images.decode(file, settings.CLOUDZY_MAX_PIXELS, max(thumbnails.SIZES)).image
        captioner = get_captioner(name)
        start = time.perf_counter()
        said = captioner.describe(picture)
    except APIException as exc:
        raise CommandError(str(exc.detail)) from exc
    except (OSError, CaptionerUnavailable, CaptionFailed) as exc:
        raise CommandError(str(exc)) from exc
    out.write(f"captioner:   {captioner.name}")
    out.write(f"caption:     {said.caption}")
    out.write(f"description: {said.description}")
    out.write(f"tags:        {', '.join(said.tags)}")
    out.write(f"seconds:     {time.perf_counter() - start:.2f}")
