"""What the index of sketches promises beyond the contract of all engines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from search.engines import PqEngine, Rows
from search.tests.factories import clustered_vectors, unit_vectors

COUNT, DIMENSION = 20_000, 64
IDS = np.arange(COUNT, dtype=np.int64) * 2 + 7


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return clustered_vectors(COUNT, DIMENSION)


@pytest.fixture(scope="module")
def engine(vectors: np.ndarray) -> PqEngine:
    return PqEngine.build(DIMENSION, rows_of(vectors))


@pytest.fixture
def queries(vectors: np.ndarray) -> np.ndarray:
    """Near the data, but not in it."""
    queries = vectors[::400] + 0.5 * unit_vectors(50, seed=5, dimension=DIMENSION)
    return queries / np.linalg.norm(queries, axis=1, keepdims=True)


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look closely at few only, as a search in a million does."""
    monkeypatch.setattr(PqEngine, "least_compared", COUNT // 100)
    monkeypatch.setattr(PqEngine, "share_compared", 0)
    monkeypatch.setattr(PqEngine, "compared_for_each", 2)
    monkeypatch.setattr(PqEngine, "compared_singly", COUNT // 400)


def rows_of(vectors: np.ndarray) -> Rows:
    return Rows.of(*((IDS[at : at + 4_096], vectors[at : at + 4_096]) for at in range(0, len(vectors), 4_096)))


def recall(engine: PqEngine, vectors: np.ndarray, queries: np.ndarray, allowed: np.ndarray | None) -> float:
    """Return the share of the ten nearest that are among the 64 an engine proposes."""
    rows = np.arange(COUNT) if allowed is None else np.flatnonzero(np.isin(IDS, allowed))
    shares = []
    for query in queries:
        right = IDS[rows[np.argsort(-(vectors[rows] @ query))[:10]]]
        shares.append(len(np.intersect1d(right, engine.search(query, 64, allowed).ids)) / len(right))
    return float(np.mean(shares))


def test_up_to_twenty_thousand_nothing_is_passed_over(
    engine: PqEngine, vectors: np.ndarray, queries: np.ndarray
) -> None:
    assert recall(engine, vectors, queries, None) == 1.0


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.01, 0.001])
def test_few_of_the_nearest_are_missed_whatever_is_allowed(
    share: float, engine: PqEngine, vectors: np.ndarray, queries: np.ndarray
) -> None:
    allowed = IDS[np.random.default_rng(1).random(COUNT) < share]

    assert recall(engine, vectors, queries, None if share == 1 else allowed) >= 0.97


@pytest.mark.usefixtures("in_a_hurry")
def test_few_of_the_nearest_are_missed_where_many_are_passed_by(
    engine: PqEngine, vectors: np.ndarray, queries: np.ndarray
) -> None:
    gone = IDS[np.random.default_rng(2).random(COUNT) < 0.5]

    assert recall(engine.without(gone), vectors, queries, np.setdiff1d(IDS, gone)) >= 0.97


@pytest.mark.usefixtures("in_a_hurry")
def test_whoever_asks_for_more_gets_as_many_as_there_are(engine: PqEngine, queries: np.ndarray) -> None:
    assert len(engine.search(queries[0], COUNT)) == COUNT
    assert len(engine.search(queries[0], 4_000, IDS[::3])) == 4_000


@pytest.mark.usefixtures("in_a_hurry")
def test_all_that_reach_a_score_are_found_whatever_their_sketch(
    engine: PqEngine, vectors: np.ndarray, queries: np.ndarray
) -> None:
    for query in queries[:5]:
        cosines = vectors @ query
        for allowed in (IDS, IDS[::9], IDS[::200]):
            found = engine.reaching(query, 0.3, allowed)

            right = IDS[cosines >= 0.3 + engine.error]
            assert len(found)
            assert np.isin(np.intersect1d(right, allowed), found.ids).all()


def test_no_score_is_further_off_than_stated(engine: PqEngine, vectors: np.ndarray, queries: np.ndarray) -> None:
    for query in [*queries, *vectors[::1_000]]:
        found = engine.reaching(query, -2)

        assert np.abs(found.scores - vectors @ query).max() <= engine.error
    assert engine.error < 0.01


def test_scores_are_the_same_however_they_are_computed(engine: PqEngine, queries: np.ndarray) -> None:
    positions = np.arange(0, COUNT, 7)

    everywhere = engine.reaching(queries[0], -2).scores[positions]

    np.testing.assert_allclose(engine.codes.scores(positions, queries[0]), everywhere, atol=1e-6)


def test_the_same_rows_give_the_same_files(engine: PqEngine, vectors: np.ndarray, tmp_path: Path) -> None:
    for name, made in (("first", engine), ("second", PqEngine.build(DIMENSION, rows_of(vectors)))):
        (tmp_path / name).mkdir()
        made.dump(tmp_path / name)

    for file in (tmp_path / "first").iterdir():
        assert file.read_bytes() == (tmp_path / "second" / file.name).read_bytes()


@pytest.mark.parametrize("counted", [0, 1, 299, 5_000, 100_000_000])
def test_rows_that_come_and_go_while_it_is_built_do_no_harm(counted: int, vectors: np.ndarray) -> None:
    engine = PqEngine.build(DIMENSION, Rows(counted, lambda: [(IDS[:300], vectors[:300])]))

    assert engine.found_ids.tolist() == IDS[:300].tolist()
    assert engine.search(vectors[7], 1).ids.tolist() == [IDS[7]]


def test_searches_in_an_opened_index_make_no_copy_of_it(engine: PqEngine, queries: np.ndarray, tmp_path: Path) -> None:
    engine.dump(tmp_path)
    opened = PqEngine.open(tmp_path)
    opened.search(queries[0], 10)
    before = private_dirty()

    for query in queries:
        opened.search(query, 10)
        opened.search(query, 10, IDS[::50])
        opened.without(IDS[:5]).search(query, 10)

    assert private_dirty() - before < 600_000  # the codes are 1.3 MB
    assert opened.search(queries[0], 10).ids.tolist() == engine.search(queries[0], 10).ids.tolist()


def private_dirty() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:"))
