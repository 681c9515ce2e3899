from __future__ import annotations

import json
import mmap
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from ai.encoders.compact import CompactEncoder
from ai.fakes import FakeEncoder
from ai.memory import Memory
from cloudzy.benchmark_search.figures import Times
from cloudzy.benchmark_search.library import SyntheticLibrary
from cloudzy.benchmark_search.oracle import Truth, truth
from cloudzy.benchmark_search.words import SHARES, Asked, asked
from photos.models import Photo

PUBLISHED = {
    "photos", "engine", "build_s", "build_peak_mb", "index_mb", "open_s", "vector_p50_ms", "vector_p95_ms",
    "recall_at_10", "filtered_recall", "search_p50_ms", "search_p95_ms", "private_mb_per_process", "visible_s",
}  # fmt: skip


def test_a_library_of_its_own_is_measured_in_processes_of_its_own(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    options = ["--photos", "300", "--queries", "3", "--searches", "3", "--workers", "2", "--json", str(figures)]

    done = subprocess.run(
        [sys.executable, "manage.py", "benchmark_search", *options],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    answer = json.loads(figures.read_text())
    assert answer.keys() >= PUBLISHED
    assert 250 < answer["photos"] < 300  # of the whole library only what searches may find
    assert answer["recall_at_10"] == 1.0
    assert answer["filtered_recall"] == {"0.1": 1.0, "0.01": 1.0, "0.001": 1.0}
    assert answer["searches_until_visible"] == 1
    assert 0 < answer["search_p50_ms"] <= answer["search_p95_ms"]
    assert "hybrid" in done.stdout
    assert not (settings.CLOUDZY_DATA_DIR / "photos.db").exists()


def test_the_words_are_spread_evenly_over_the_shares_and_none_begins_another() -> None:
    words = asked(FakeEncoder())

    assert {query.share for query in words[:3]} == set(SHARES)
    assert len(words) == len({query.word for query in words})
    assert not [
        (one.word, other.word)
        for one in words
        for other in words
        if one is not other and other.word.startswith(one.word)
    ]


def test_the_shipped_encoder_is_asked_for_two_hundred_words_a_third_of_them_for_each_share() -> None:
    words = asked(CompactEncoder(settings.BASE_DIR / "ai" / "models" / "compact", threads=1, batch_size=1))

    assert len(words) == 200
    assert sorted(Counter(query.share for query in words).values()) == [66, 67, 67]
    assert not [
        (one, other) for one in words for other in words if one is not other and other.word.startswith(one.word)
    ]


@pytest.mark.django_db
def test_the_library_is_the_same_each_time_and_its_words_are_on_their_share_of_the_photos() -> None:
    library = SyntheticLibrary([Asked("tree", 0.1, axis(0)), Asked("dog", 0.01, axis(1))], "a@1-16d")
    scenes, shown = np.array([0, 0]), np.array([[True, False], [False, False]])

    assert list(library.fill(3000)) == [2000, 3000]

    assert 240 < Photo.objects.filter(photo_tags__tag__name="tree").count() < 360
    assert 15 < Photo.objects.filter(photo_tags__tag__name="dog").count() < 50
    assert 240 < Photo.objects.filter(iso=3200).count() < 360
    assert Photo.objects.values("owner").distinct().count() == 3
    first, again = (library.vectors(scenes, shown, np.random.default_rng(7)) for _ in range(2))
    assert (first == again).all()
    assert first[0] @ axis(0) > 0.3


@pytest.mark.django_db
def test_the_right_answers_are_those_of_every_vector_compared() -> None:
    library = SyntheticLibrary([Asked("tree", 0.2, axis(0))], "a@1-16d")
    list(library.fill(200))

    right = truth(library.concepts, library.model, iso=None)

    assert len(right.ids[0]) == 10
    assert right.recall([sorted(right.ids[0])]) == 1.0
    assert right.recall([sorted(right.ids[0])[:5]]) == 0.5


def test_a_query_without_any_right_answer_says_nothing_about_recall() -> None:
    assert Truth([set(), {1}]).recall([[], [1]]) == 1.0


def test_times_are_told_as_percentiles() -> None:
    assert Times.of([(float(ms), 2.0) for ms in range(1, 102)]) == Times(51.0, 96.0, 100.0, 2.0)


@pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="this system does not tell what a process holds"
)
def test_memory_that_a_process_writes_is_its_own() -> None:
    before = Memory.now()

    with mmap.mmap(-1, 32 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as kept:
        kept.write(b"x" * len(kept))
        after = Memory.now()

    assert before is not None
    assert after is not None
    assert after.private_mb - before.private_mb > 30


def axis(number: int) -> np.ndarray:
    return np.eye(16, dtype=np.float32)[number]
