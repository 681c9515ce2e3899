"""What happens to the files of the index, and what searches make of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from photos.models import Photo
from search.engines import ENGINES
from search.index import live
from search.index.live import LiveIndex
from search.index.rebuild import rebuild
from search.index.spaces import Space
from search.tests.factories import NOW, axis, unit_vectors

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]


@pytest.fixture
def index(space: Space) -> LiveIndex:
    return LiveIndex(space)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_whatever_happens_to_the_files_the_answers_stay(
    engine: str, make_photo: MakePhoto, index: LiveIndex, space: Space
) -> None:
    for vector in unit_vectors(3, seed=1):
        make_photo(embedding=vector)

    def answer() -> list[int]:
        return index.current().search(unit_vectors(1)[0], 9).ids.tolist()

    expected = answer()
    for damage in (_flip, _cut, Path.unlink):
        for number in range(len(_rebuilt_files(space, engine))):
            path = _rebuilt_files(space, engine)[number]
            assert answer() == expected
            assert not index.current().problem

            damage(path)

            assert answer() == expected, path.name
            assert index.current().problem or path.name == "verified.json"
    shutil.rmtree(space.folder)
    assert answer() == expected
    assert index.current().problem.startswith("There is no index file yet.")


def _rebuilt_files(space: Space, engine: str) -> list[Path]:
    rebuild(space, NOW, engine)
    return sorted(path for path in space.folder.rglob("*") if path.is_file() and path.stat().st_size)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    with path.open("r+b") as file:  # in place: what is mapped changes with it
        file.write(content)


def test_an_empty_library_has_no_problem_and_heals_nothing(
    index: LiveIndex, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEAL_IN_BACKGROUND", True)

    assert index.current().problem == ""
    index.wait_until_healed()

    assert not space.folder.exists()


@pytest.mark.django_db(transaction=True)
def test_a_missing_snapshot_heals_in_the_background(
    make_photo: MakePhoto, index: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = make_photo(embedding=axis(3))
    monkeypatch.setattr(live, "HEAL_IN_BACKGROUND", True)

    first = index.current()
    index.wait_until_healed()

    assert first.problem.startswith("There is no index file yet.")
    assert index.current().problem == ""
    assert index.current().found_ids.tolist() == [photo.pk]


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_cannot_be_written_stops_no_search(
    make_photo: MakePhoto, index: LiveIndex, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = make_photo(embedding=axis(3))
    space.folder.parent.mkdir(parents=True)
    space.folder.write_text("a file where the folder should be")
    monkeypatch.setattr(live, "HEAL_IN_BACKGROUND", True)

    assert index.current().found_ids.tolist() == [photo.pk]
    index.wait_until_healed()

    assert index.current().found_ids.tolist() == [photo.pk]
    assert index.current().problem
