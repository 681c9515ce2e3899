"""A process of its own over a real database file: reads a command a line, answers each with a line of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.utils import timezone

from accounts.local import local_owner
from photos.models import Photo
from photos.tests.factories import make_photo
from search.drift import drift_of
from search.live import live_index
from search.nearest import nearest
from search.rebuild import rebuild
from search.scope import Scope
from search.spaces import current_space
from search.tests.factories import axis, leaning


def search() -> list[tuple[int, float]]:
    found = nearest(axis(0), current_space(), Scope.of_user(local_owner()), 50)
    return [(near.photo_id, near.distance) for near in found]


def add(angle: str, name: str) -> int:
    return make_photo(embedding=leaning(0, float(angle)), filename=name, sha256=name).pk


def delete(photo_id: str) -> None:
    Photo.objects.get(pk=photo_id).delete()


def write(count: str, name: str) -> list[int]:
    """Add photos, and delete every third of them again; return those that stay."""
    ids = [add(f"{number / 100}", f"{name}{number}") for number in range(int(count))]
    for photo_id in ids[::3]:
        delete(str(photo_id))
    return [photo_id for photo_id in ids if photo_id not in ids[::3]]


def search_often(times: str) -> int:
    """Search from four threads at once, as gunicorn's do."""
    with ThreadPoolExecutor(4) as threads:
        return len([found.result() for found in [threads.submit(search) for _ in range(int(times))]])


def rebuild_often(times: str) -> list[int]:
    return [rebuild(current_space(), timezone.now()).count for _ in range(int(times))]


def check() -> str:
    return str(drift_of(live_index(current_space()).current(), current_space()))


COMMANDS: dict[str, Callable[..., Any]] = {
    command.__name__: command for command in (search, add, delete, write, search_often, rebuild_often, check)
}


def main() -> None:
    for line in sys.stdin:
        name, *arguments = line.split()
        sys.stdout.write(json.dumps(COMMANDS[name](*arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
