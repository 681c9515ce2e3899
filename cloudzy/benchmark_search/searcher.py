"""A process that searches as one of the site's does: it reads a command a line and answers each with a line of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import monotonic, perf_counter, process_time
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

import numpy as np
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.local import local_owner
from ai.encoders.base import model_key
from ai.memory import Memory
from cloudzy.allocator import share_heaps, spare_what_stays
from cloudzy.benchmark_search.library import SyntheticLibrary
from cloudzy.benchmark_search.oracle import NEAREST, truth
from cloudzy.benchmark_search.words import asked
from cloudzy.synthetic import insert
from photos.encoding import current_encoder
from photos.models import Photo
from search.index.live import live_index
from search.index.spaces import current_space
from search.ranking.nearest import nearest
from search.ranking.scope import Scope

LARGEST_WAIT = 60.0


def fill(count: int) -> int:
    """Fill the empty library; progress goes to standard error."""
    encoder = current_encoder()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous = OFF")  # a power cut would cost a library that nobody misses
    done = 0
    for done in SyntheticLibrary(asked(encoder), model_key(encoder)).fill(count):
        sys.stderr.write(f"{done} of {count} photos\n")
    return done


def words() -> list[tuple[str, float]]:
    return [(query.word, query.share) for query in asked(current_encoder())]


def warm_up() -> dict[str, float] | None:
    """Do what every process has done before it opens the index; answer what it holds then."""
    asked(current_encoder())
    _get("/photos?limit=1")
    spare_what_stays()
    return memory()


def memory() -> dict[str, float] | None:
    held = Memory.now()
    return None if held is None else {"private_mb": held.private_mb, "shared_mb": held.shared_mb}


def open_index() -> dict[str, Any]:
    """Open the index; answer in how many seconds, which engine it is and how many vectors it has."""
    start = perf_counter()
    state = live_index(current_space()).current()
    return {"seconds": perf_counter() - start, "engine": state.base.kind, "count": len(state)}


def vectors(queries: int, rounds: int) -> list[tuple[float, float]]:
    """Answer the milliseconds, by the clock and of the processor, of the vector part of so many queries each round."""
    space, scope = current_space(), Scope.of_user(local_owner())
    words = asked(current_encoder())[:queries]
    return [_timed(partial(nearest, query.vector, space, scope, NEAREST)) for _ in range(rounds) for query in words]


def get(paths: Sequence[str]) -> dict[str, list[Any]]:
    """Answer the milliseconds each of these took, by the clock and of the processor, and the ids of photos in it."""
    answers = [_get(path) for path in paths]
    return {"took": [took for took, _ in answers], "ids": [ids for _, ids in answers]}


def recall(answers: Sequence[Sequence[int]], iso: int | None) -> float:
    """Answer which part of the first ten these answers to the first queries have."""
    return truth(asked(current_encoder())[: len(answers)], current_space().model, iso).recall(answers)


def add() -> dict[str, Any]:
    """Insert one photo; answer its id and when it was committed."""
    number = Photo.objects.order_by("-pk").values_list("pk", flat=True)[0]
    encoder, queries = current_encoder(), asked(current_encoder())
    library = SyntheticLibrary(queries, model_key(encoder))
    chance = np.random.default_rng([4, number])
    vector = library.vectors(*library.drawn(1, chance), chance)
    photo = Photo(
        owner=local_owner(), filename=f"added_{number}.jpg", original_name=f"added {number}.jpg",
        sha256=f"added {number}", image=f"originals/00/added{number}.jpg", bytes=1, format="jpeg", width=4, height=3,
        taken_at=timezone.now(), status=Photo.Status.READY,
    )  # fmt: skip
    insert([photo], vector, [[]], model_key(encoder))
    return {"photo_id": photo.pk, "vector": vector[0].tolist(), "committed_at": monotonic()}


def find(photo_id: int, vector: Sequence[float]) -> dict[str, Any]:
    """Search until this photo is found; answer when it was, and at which search."""
    wanted, scope = np.array(vector, np.float32), Scope.of_user(local_owner())
    start, searches = monotonic(), 0
    while monotonic() - start < LARGEST_WAIT:
        searches += 1
        if photo_id in [near.photo_id for near in nearest(wanted, current_space(), scope, NEAREST)]:
            return {"found_at": monotonic(), "searches": searches}
    raise RuntimeError(f"photo {photo_id} was not found for {LARGEST_WAIT} s")


_client = Client(headers={"host": "localhost"})


def _get(path: str) -> tuple[tuple[float, float], list[int]]:
    answers: list[Any] = []
    took = _timed(lambda: answers.append(_client.get(path)))
    (response,) = answers
    if response.status_code != 200:
        raise RuntimeError(f"GET {path} answered {response.status_code}: {response.content[:500]!r}")
    answer = response.json()
    results = answer.get("results", []) if isinstance(answer, Mapping) else []
    return took, [result["photo_id"] for result in results]


def _timed(search: Callable[[], object]) -> tuple[float, float]:
    """Return how many milliseconds it takes by the clock and of the processor."""
    start, busy = perf_counter(), process_time()
    search()
    return 1000 * (perf_counter() - start), 1000 * (process_time() - busy)


COMMANDS: dict[str, Callable[..., Any]] = {
    command.__name__: command for command in (fill, words, warm_up, memory, open_index, vectors, get, recall, add, find)
}


def main() -> None:
    share_heaps()
    for line in sys.stdin:
        name, arguments = json.loads(line)
        sys.stdout.write(json.dumps(COMMANDS[name](**arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
