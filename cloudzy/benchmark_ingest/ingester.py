"""A process that takes photos in as a worker does: it reads a command a line and answers each with a line of JSON."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.core.files.base import ContentFile, File
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from ai.memory import Memory, peak_mb
from cloudzy.allocator import share_heaps
from photos import images, pipeline, thumbnails
from photos.decoding import usage
from photos.encoding import newest_encoder
from photos.models import Photo, Stage
from photos.uploads import accept_upload
from search.index.live import live_index
from search.index.spaces import current_space


def warm_up() -> None:
    """Do what every worker has done before its first photo."""
    newest_encoder().warm_up()


def ingest(paths: Sequence[str], owner: str, mark: str = "") -> dict[str, Any]:
    """Take these files in, with everything up to the index; answer how long each stage took altogether.

    A `mark` stands behind the bytes of each file, so that they are a photo that is not there yet.
    """
    user, busy = User.objects.get_or_create(username=owner)[0], _busy()
    took: dict[str, float] = defaultdict(float)
    ids = []
    for path in map(Path, paths):
        started, decoding = perf_counter(), usage().seconds
        with path.open("rb") as opened:
            file = ContentFile(opened.read() + mark.encode(), name=path.name) if mark else File(opened, name=path.name)
            accepted = accept_upload(file, user, timezone.now())
        arrived, decoded = perf_counter(), usage().seconds - decoding
        photo = pipeline.analyse(accepted.photo, timezone.now(), picture=accepted.picture)
        took["arrival"] += arrived - started - decoded
        took["decode"] += decoded
        took["analysis"] += perf_counter() - arrived
        if photo.status != Photo.Status.READY:
            raise RuntimeError(f"{path.name} is {photo.status}: {[stage.error for stage in photo.stages.all()]}")
        ids.append(photo.pk)
    started = perf_counter()
    live_index(current_space()).current()
    took["index"] += perf_counter() - started
    return {"stages": _by_stage(took, ids), "cpu_seconds": _busy() - busy}


def render(paths: Sequence[str], target: str) -> dict[str, Any]:
    """Make both thumbnails of these files and nothing else."""
    busy = _busy()
    for path in map(Path, paths):
        renditions = thumbnails.render(images.open_upright(path, max(thumbnails.SIZES)))
        thumbnails.save(Path(target), f"originals/{path.name}", renditions)
    return {"cpu_seconds": _busy() - busy}


def memory() -> dict[str, float]:
    """Answer in MiB what this process holds, and held at most together with the process that decodes for it."""
    held, peak = Memory.now(), peak_mb()
    return {"held_mb": held.private_mb + held.shared_mb if held else peak, "peak_mb": peak + usage().peak_mb}


def _busy() -> float:
    """Return the seconds of the processor that this process and the one that decodes for it have had."""
    return process_time() + usage().cpu_seconds


def _by_stage(took: Mapping[str, float], ids: Sequence[int]) -> dict[str, float]:
    """Tell the analysis by its stages; what is left of it is the writing of rows."""
    timed = Stage.objects.filter(photo__in=ids).values_list("name").annotate(seconds=Sum("seconds"))
    stages: dict[str, float] = {name: seconds or 0.0 for name, seconds in timed}
    return {
        "arrival": took["arrival"],
        "decode": took["decode"],
        **stages,
        "rows": took["analysis"] - sum(stages.values()),
        "index": took["index"],
    }


COMMANDS: dict[str, Callable[..., Any]] = {command.__name__: command for command in (warm_up, ingest, render, memory)}


def main() -> None:
    share_heaps()
    for line in sys.stdin:
        name, arguments = json.loads(line)
        sys.stdout.write(json.dumps(COMMANDS[name](**arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
