"""The analysis of what was imported: done by the workers that do all analysis, and waited for."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from jobs.models import Pause, Run
from jobs.pause import EVERYTHING
from jobs.processes import GRACE_SECONDS, signal_group, start_child
from photos import missing
from photos.models import Photo, Stage
from photos.tasks import analyse_photo, queue_photos

POLL_SECONDS = 0.5
AT_ONCE = 500

Told = Callable[[int, int], object]


class Unattended(Exception):  # noqa: N818 - what is wrong
    """Photos wait, and nobody can analyse them now; says why."""


@contextmanager
def workers(count: int) -> Iterator[Callable[[], None]]:
    """Run so many workers while the block lasts; lend what raises Unattended when they have ended by themselves.

    They are those of `manage.py worker`, with all that keeps a job from being lost; with 0 there are those that run
    already, or none.
    """
    if not count:
        yield _attended
        return
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "worker", "--with-parent"]
    leader = start_child([*command, "--processes", str(count)], own_group=True)
    try:
        yield lambda: _running(leader)
    finally:
        _end(leader)


def wait_for(photo_ids: Sequence[int], told: Told, attended: Callable[[], None], pause: Callable[[], object]) -> None:
    """Return when each of these photos is analysed, has failed or is gone; `pause` is called between two looks.

    Raises Unattended.
    """
    for start in range(0, len(photo_ids), AT_ONCE):
        chunk = photo_ids[start : start + AT_ONCE]
        while waiting := _waiting(chunk):
            told(start + len(set(chunk)) - len(waiting), len(photo_ids))
            attended()
            _queue_again(waiting)
            pause()
        told(start + len(chunk), len(photo_ids))


def doze() -> None:
    time.sleep(POLL_SECONDS)


def _waiting(photo_ids: Sequence[int]) -> list[int]:
    queued = Photo.objects.filter(pk__in=photo_ids, status=Photo.Status.QUEUED)
    return list(queued.order_by("pk").values_list("pk", flat=True))


def _queue_again(photo_ids: Sequence[int]) -> None:
    """Queue those whose job ended without them, as it does where there is no model; raises Unattended."""
    # Looked at once more: a job that is not there any more may have ended only since they were seen to wait.
    if idle := _waiting(Run.objects.without(analyse_photo, photo_ids)):
        now = timezone.now()
        missing.give_up_lost(now)
        possible = missing.possible_stages()
        if not Stage.objects.filter(photo_id__in=idle, name__in=possible).exclude(status=Stage.Status.DONE).exists():
            raise Unattended("There is no model to look at them with: see manage.py models status.")
        queue_photos(idle)


def _attended() -> None:
    for pause in Pause.objects.filter(what=EVERYTHING):
        raise Unattended(f"Background work is paused by {pause.by}.")
    if Run.objects.unattended(timezone.now()):
        raise Unattended("No worker is running: start one, or let --workers do it.")


def _running(leader: subprocess.Popen[bytes]) -> None:
    if leader.poll() is not None:
        raise Unattended(f"The workers have ended with code {leader.returncode}.")


def _end(leader: subprocess.Popen[bytes]) -> None:
    """Let the workers finish what they are at, but not for longer than the grace."""
    try:
        if leader.poll() is None:
            leader.send_signal(signal.SIGTERM)
        leader.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        signal_group(leader, signal.SIGKILL)
        leader.wait()
