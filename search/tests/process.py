"""A process of its own over a real database file: takes commands out of a pipe, and answers each."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import django
from django.apps import apps

if not apps.ready:  # in the process that all others are forked from
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudzy.settings")
    django.setup()

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.local import local_owner
from photos.embeddings import put_vector
from photos.models import Photo
from photos.tests.factories import make_photo
from search.index.live import live_index
from search.index.rebuild import rebuild
from search.index.spaces import current_space
from search.ranking.meaning import Meaning
from search.ranking.nearest import nearest
from search.ranking.relevance import Kind, split_of
from search.ranking.scope import Scope
from search.tests.factories import axis, leaning
from search.upkeep.drift import drift_of


def search() -> list[tuple[int, float]]:
    found = nearest(axis(0), current_space(), Scope.of_user(local_owner()), 50)
    return [(near.photo_id, near.distance) for near in found]


def split() -> tuple[float, list[int]]:
    """Return where the relevance to one direction ends, and by which photos."""
    meaning = Meaning.now(local_owner())
    ids = meaning.background.sample.ids.tolist() if meaning.background else []
    return split_of(axis(0), Kind.TEXT, meaning).distance, ids


def add(angle: float, name: str) -> int:
    return make_photo(embedding=leaning(0, angle), filename=name, sha256=name).pk


def delete(photo_id: int) -> None:
    Photo.objects.get(pk=photo_id).delete()


def write(count: int, name: str) -> list[int]:
    """Add photos, and delete every third of them again; return those that stay."""
    ids = [add(number / 100, f"{name}{number}") for number in range(count)]
    for photo_id in ids[::3]:
        delete(photo_id)
    return [photo_id for photo_id in ids if photo_id not in ids[::3]]


def search_often(times: int) -> int:
    """Search from four threads at once, as gunicorn's do."""
    with ThreadPoolExecutor(4) as threads:
        return len([found.result() for found in [threads.submit(search) for _ in range(times)]])


def rebuild_often(times: int, engine: str = "") -> list[int]:
    return [rebuild(current_space(), timezone.now(), engine).count for _ in range(times)]


def change_at_random(times: int, seed: str) -> list[int]:
    """Do so many things to photos, any process's own and others', and search in between; return how many were found."""
    chance, found = random.Random(seed), []
    for number in range(times):
        act = chance.choice([_insert, _insert, _embed, _delete, _hide, _trash_or_restore, _take_back])
        with suppress(Photo.DoesNotExist, DatabaseError):  # another process has deleted it just now
            act(chance, f"{seed}-{number}")
        found.append(len(search()))
    return found


def _insert(chance: random.Random, name: str) -> None:
    add(chance.random(), name)


def _embed(chance: random.Random, _: str) -> None:
    put_vector(_any(chance), leaning(0, chance.random()), current_space().model)


def _delete(chance: random.Random, _: str) -> None:
    _any(chance).delete()


def _hide(chance: random.Random, _: str) -> None:
    photo = _any(chance)
    photo.edit({"archived": not photo.archived})


def _trash_or_restore(chance: random.Random, _: str) -> None:
    photo = _any(chance)
    if photo.trashed_at:
        photo.restore()
    else:
        photo.trash(timezone.now())


def _take_back(chance: random.Random, name: str) -> None:
    """Change something, and have the database forget it."""
    act = chance.choice([_insert, _embed, _delete, _hide])
    with suppress(InterruptedError), transaction.atomic():
        act(chance, name)
        raise InterruptedError


def _any(chance: random.Random) -> Photo:
    ids = list(Photo.objects.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise Photo.DoesNotExist
    return Photo.objects.get(pk=chance.choice(ids))


def check() -> str:
    return str(drift_of(live_index(current_space()).current(), current_space()))


_COMMANDS = (search, split, add, delete, write, search_often, rebuild_often, change_at_random, check)
COMMANDS: dict[str, Callable[..., Any]] = {command.__name__: command for command in _COMMANDS}


def serve(commands: Connection, home: Path) -> None:
    """Do what is asked with the library in this folder, until this process is killed."""
    settings.CLOUDZY_DATA_DIR = home / "data"
    settings.MEDIA_ROOT = home / "media"
    settings.FILE_UPLOAD_TEMP_DIR = settings.MEDIA_ROOT / ".incoming"
    connection.settings_dict["NAME"] = str(home / "data" / "photos.db")
    while True:
        name, *arguments = commands.recv()
        commands.send(COMMANDS[name](*arguments))
