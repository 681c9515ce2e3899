"""One contract for all engines."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

from search.engines import ENGINES, Engine, Rows
from search.engines.base import FLOAT_ERROR, Candidates, positions_of, rows_among
from search.tests.factories import DIMENSION, unit_vectors

COUNT = 300
IDS = np.arange(COUNT, dtype=np.int64) * 3 + 5
VECTORS = unit_vectors(COUNT)
QUERIES = unit_vectors(20, seed=1)
ROWS = Rows.of((IDS[:100], VECTORS[:100]), (IDS[100:], VECTORS[100:]))


@pytest.fixture(params=sorted(ENGINES))
def kind(request: pytest.FixtureRequest) -> type[Engine]:
    return ENGINES[request.param]


@pytest.fixture(params=["built", "opened"])
def engine(request: pytest.FixtureRequest, kind: type[Engine], tmp_path: Path) -> Engine:
    built = kind.build(DIMENSION, ROWS)
    if request.param == "built":
        return built
    built.dump(tmp_path)
    return kind.open(tmp_path)


def assert_nearest(found: Candidates, query: np.ndarray, k: int, among: np.ndarray, error: float) -> None:
    """Hold what was found against the truth: to the id, but for what the engine cannot tell apart."""
    expected = nearest_ids(query, k, among)
    cosines = dict(zip(IDS.tolist(), (VECTORS @ query).tolist(), strict=True))
    assert len(set(found.ids.tolist())) == len(expected)
    np.testing.assert_allclose(found.scores, [cosines[pk] for pk in found.ids.tolist()], atol=error)
    np.testing.assert_allclose(found.scores, [cosines[pk] for pk in expected], atol=2 * error)
    assert set(found.ids.tolist()) <= set(among.tolist())
    assert np.all(np.diff(found.scores) <= 0)
    if error <= FLOAT_ERROR:
        assert found.ids.tolist() == expected


def nearest_ids(query: np.ndarray, k: int, among: np.ndarray) -> list[int]:
    """The truth: sort everything."""
    rows = np.isin(IDS, among)
    return IDS[rows][np.argsort(-(VECTORS[rows] @ query))][:k].tolist()


def test_an_engine_is_known_by_its_name(kind: type[Engine]) -> None:
    assert ENGINES[kind.kind] is kind


def test_the_nearest_come_first(engine: Engine) -> None:
    for query in QUERIES:
        found = engine.search(query, 10)

        assert_nearest(found, query, 10, IDS, engine.error)
        assert found.ids.dtype == np.int64


def test_asking_for_more_than_there_is_gives_all(engine: Engine) -> None:
    assert sorted(engine.search(QUERIES[0], 10_000).ids) == IDS.tolist()


def test_only_allowed_ids_are_found_whether_they_are_there_or_not(engine: Engine) -> None:
    allowed = np.array([0, 5, 8, 9, 50, 302, 900, 902, 10_000], dtype=np.int64)

    found = engine.search(QUERIES[0], 10, allowed)

    assert_nearest(found, QUERIES[0], 10, allowed, engine.error)
    assert len(engine.search(QUERIES[0], 10, np.empty(0, np.int64))) == 0


@pytest.mark.parametrize("gap", [1, 3, 50])
@pytest.mark.parametrize("share", [0.0, 0.005, 0.3, 1.0])
def test_rows_are_found_by_their_ids_however_many_and_however_far_apart(share: float, gap: int) -> None:
    chance = np.random.default_rng(1)
    ids = np.unique(chance.integers(100, 100 + 1_000 * gap, 1_000)) if gap > 1 else np.arange(100, 1_100)
    wanted = np.arange(1_200 * gap)[chance.random(1_200 * gap) < share]
    visible = chance.random(len(ids)) < 0.5

    assert rows_among(ids, None, wanted).tolist() == np.isin(ids, wanted).tolist()
    assert rows_among(ids, visible, wanted).tolist() == (np.isin(ids, wanted) & visible).tolist()
    assert positions_of(wanted, ids).tolist() == np.flatnonzero(np.isin(ids, wanted)).tolist()


def test_passing_by_ids_leaves_the_others_as_they_are(engine: Engine) -> None:
    gone = IDS[::3]

    fewer = engine.without(gone[:50]).without(gone)

    assert fewer.count == COUNT - len(gone)
    assert fewer.found_ids.tolist() == np.setdiff1d(IDS, gone).tolist()
    for query in QUERIES:
        assert_nearest(fewer.search(query, 10), query, 10, np.setdiff1d(IDS, gone), engine.error)
    assert_nearest(engine.search(QUERIES[0], 10), QUERIES[0], 10, IDS, engine.error)
    assert engine.count == COUNT


def test_passing_by_holds_among_allowed_ids_too(engine: Engine) -> None:
    found = engine.without(IDS[:5]).search(QUERIES[0], 10, IDS[:10])

    assert sorted(found.ids) == IDS[5:10].tolist()


def test_passing_by_everything_finds_nothing(engine: Engine) -> None:
    assert len(engine.without(IDS).search(QUERIES[0], 10)) == 0


def test_passing_by_what_is_not_there_changes_nothing(engine: Engine) -> None:
    assert engine.without(np.array([-1, 6, 10**12], dtype=np.int64)).count == COUNT


def test_vectors_can_be_compared_by_their_ids(engine: Engine) -> None:
    asked = np.array([5, 6, 8, 11, 14, 902], dtype=np.int64)
    vectors = VECTORS[[0, 9, 1, 2, 299, 299]]  # 14 has another

    have, differ = engine.without(IDS[1:2]).compared(asked, vectors)

    assert have.tolist() == [5, 11, 14, 902]
    assert differ.tolist() == [False, False, True, False]


def test_every_vector_is_the_one_that_was_given(engine: Engine) -> None:
    have, differ = engine.compared(IDS, VECTORS)

    assert have.tolist() == IDS.tolist()
    assert not differ.any()


def test_an_empty_engine_finds_nothing(kind: type[Engine], tmp_path: Path) -> None:
    kind.build(DIMENSION, Rows.of()).dump(tmp_path)

    engine = kind.open(tmp_path)

    assert engine.count == 0
    assert len(engine.search(QUERIES[0], 5)) == 0
    assert len(engine.search(QUERIES[0], 5, IDS)) == 0


def test_a_search_needs_nothing_that_python_may_have_collected(kind: type[Engine]) -> None:
    engine = kind.build(DIMENSION, ROWS).without(IDS[::2])
    gc.collect()

    assert set(engine.search(QUERIES[0], COUNT).ids) == set(IDS[1::2])


def test_an_opened_engine_is_mapped_from_its_files_read_only_and_shared(kind: type[Engine], tmp_path: Path) -> None:
    kind.build(DIMENSION, ROWS).dump(tmp_path)

    engine = kind.open(tmp_path)

    mapped = {line.split()[-1]: line.split()[1] for line in Path("/proc/self/maps").read_text().splitlines()}
    assert {mapped.get(str(path)) for path in tmp_path.iterdir()} == {"r--s"}
    assert engine.count == COUNT


def test_all_engines_agree_with_the_oracle(kind: type[Engine]) -> None:
    engine = kind.build(DIMENSION, ROWS)

    for query in QUERIES:
        assert_nearest(engine.search(query, 30), query, 30, IDS, engine.error)


@pytest.mark.parametrize("score", [-2.0, 0.1, 0.25, 2.0])
def test_all_that_reach_a_score_are_found_by_ascending_id(score: float, engine: Engine) -> None:
    for query in QUERIES:
        cosines = VECTORS @ query

        found = engine.reaching(query, score)

        assert np.all(np.diff(found.ids) > 0)
        rows = np.searchsorted(IDS, found.ids)
        np.testing.assert_allclose(found.scores, cosines[rows], atol=engine.error)
        assert set(IDS[cosines >= score + engine.error]) <= set(found.ids)
        assert set(found.ids) <= set(IDS[cosines >= score - engine.error])


def test_what_reaches_a_score_is_allowed_and_not_passed_by(engine: Engine) -> None:
    allowed, gone = np.array([0, 5, 8, 11, 12, 902, 10_000], dtype=np.int64), IDS[1:2]

    assert engine.without(gone).reaching(QUERIES[0], -2, allowed).ids.tolist() == [5, 11, 902]
    assert engine.without(gone).reaching(QUERIES[0], -2).ids.tolist() == np.setdiff1d(IDS, gone).tolist()
    assert engine.without(IDS).reaching(QUERIES[0], -2).ids.tolist() == []


def test_a_score_that_is_just_reached_counts(engine: Engine) -> None:
    best = engine.search(QUERIES[0], 1)

    assert engine.reaching(QUERIES[0], float(best.scores[0])).ids.tolist() == best.ids.tolist()
