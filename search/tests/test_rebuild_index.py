from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from photos.models import Photo
from search.index.manifest import Manifest
from search.index.spaces import Space
from search.tests.factories import axis, unit_vectors

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(make_photo: Callable[..., Photo]) -> Photo:
    return make_photo(embedding=axis(0))


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_index", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("photo")
def test_the_command_tells_its_progress_and_its_result() -> None:
    told = run().splitlines()

    assert told[0].startswith("reading [###")
    assert told[0].endswith("100 % of 1 vectors")
    assert told[1:] == ["The index of fake@1-32d holds 1 photos (flat)."]


@pytest.mark.usefixtures("photo")
def test_the_engine_is_an_option(space: Space) -> None:
    run("--engine", "exact")

    assert Manifest.read(space.folder).engine == "exact"


@pytest.mark.usefixtures("photo")
def test_a_check_passes_where_index_and_rows_agree() -> None:
    run()

    assert run("--check").endswith("Index and rows agree on 1 photos.\n")


@pytest.mark.usefixtures("photo")
def test_a_check_of_no_index_passes_says_so_and_writes_nothing(space: Space) -> None:
    assert run("--check").endswith("Index and rows agree on 1 photos (no index file yet).\n")

    assert not space.folder.exists()


@pytest.mark.usefixtures("photo")
def test_a_check_fails_on_drift() -> None:
    run()
    Photo.objects.update(archived=True)

    with pytest.raises(CommandError, match="differ: 0 missing, 1 too many, 0 with another vector"):
        run("--check")


@pytest.mark.usefixtures("photo")
def test_a_check_fails_on_a_damaged_index(space: Space) -> None:
    run()
    path = Manifest.read(space.folder).paths(space.folder)[0]
    path.write_bytes(b"rubbish")

    with pytest.raises(CommandError, match="damaged"):
        run("--check")


def test_the_command_says_what_is_missing_without_an_encoder(settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_ENCODER, settings.CLOUDZY_ENCODER_DIR = "compact", tmp_path

    with pytest.raises(CommandError):
        run()


@pytest.mark.usefixtures("photo")
def test_a_folder_that_cannot_be_written_is_named(space: Space) -> None:
    space.folder.parent.mkdir(parents=True)
    space.folder.touch()

    with pytest.raises(CommandError, match="cannot be written"):
        run()


@pytest.mark.usefixtures("photo")
def test_a_text_index_that_is_out_of_step_is_told_and_made_anew() -> None:
    run()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_text SET title = 'zebra'")

    with pytest.raises(CommandError, match="Text index and rows differ in 1 places"):
        run("--check")

    assert "The text index was made anew." in run()
    assert "agree on 1 photos" in run("--check")


def test_recall_is_measured_and_told(make_photo: Callable[..., Photo]) -> None:
    for vector in unit_vectors(30):
        make_photo(embedding=vector)
    run("--engine", "pq")

    assert run("--verify").endswith("Searches reach recall@10 1.0000 over 30 photos as queries.\n")


@pytest.mark.usefixtures("photo")
def test_checking_and_verifying_are_two_things() -> None:
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("rebuild_index", "--check", "--verify")
