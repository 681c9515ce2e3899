"""What the processes of test_faults_crashes.py do: upload a photo and die at a given step, or look at what was left."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from accounts.local import local_owner
from ai.fakes import FakeEncoder
from ai.loading import ENCODERS
from photos import integrity, missing, pipeline
from photos.models import Photo
from photos.uploads import Accepted, accept_upload

LATER = timedelta(hours=2)  # beyond every lease and every grace


class DeadlyEncoder(FakeEncoder):
    def embed_images(self, _: object) -> Any:
        die()


def upload_and_die(step: str, data: bytes) -> None:
    """Upload and analyse a photo as a request does, but for the step that kills the process."""
    with connection.execute_wrapper(dying_at_sql(step)):
        if step.startswith("sync"):
            os.fsync = dying_at_call(int(step.removeprefix("sync ")))  # type: ignore[assignment]
        if step == "embedding":
            ENCODERS["fake"] = lambda _: DeadlyEncoder()
        upload(data)


def upload(data: bytes) -> Accepted:
    now = timezone.now()
    accepted = accept_upload(ContentFile(data, name="photo.jpg"), local_owner(), now)
    pipeline.analyse(accepted.photo, now, picture=accepted.picture)
    return accepted


def tell_what_is_left(data: bytes) -> None:
    """Print as JSON what rows and bytes are there, before and after everything is done to complete them."""
    now = timezone.now() + LATER
    told: dict[str, Any] = {"photos": Photo.objects.count(), "rows_without_bytes": _faults("missing", "altered")}
    list(missing.complete(missing.unfinished(now), now))
    told["completed"] = list(Photo.objects.values_list("status", flat=True))
    told["created_by_retry"] = upload(data).created
    for fault in integrity.faults(now):
        if fault.kind in {"stray", "orphaned"}:
            integrity.remove_stray(fault)
    told["statuses"] = list(Photo.objects.values_list("status", flat=True))
    told["faults_in_the_end"] = _faults("missing", "altered", "stray", "orphaned")
    print(json.dumps(told))  # noqa: T201 - read by the test


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _faults(*kinds: str) -> list[str]:
    return [fault.name for fault in integrity.faults(timezone.now() + LATER, hashes=True) if fault.kind in kinds]


def dying_at_sql(step: str) -> Callable[..., Any]:
    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(step):
            die()
        return run(sql, *rest)

    return execute


def dying_at_call(number: int) -> Callable[[int], None]:
    left = iter(range(number - 1))

    def sync(_: int) -> None:
        if next(left, None) is None:
            die()

    return sync


def photo_at(path: str) -> bytes:
    return Path(path).read_bytes()
