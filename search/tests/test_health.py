from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from photos.models import Photo
from search.index.rebuild import rebuild
from search.index.spaces import Space
from search.tests.factories import NOW, axis
from search.upkeep.health import report

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]


def test_an_empty_library_is_well() -> None:
    health = report()

    assert (health.total_embeddings, health.dimension, health.model) == (0, 32, "fake@1-32d")
    assert health.problems == ()


def test_what_is_searchable_is_counted_after_catching_up(make_photo: MakePhoto, space: Space) -> None:
    first = make_photo(embedding=axis(0))
    make_photo(embedding=axis(1))
    rebuild(space, NOW)
    report()
    first.trash(NOW)
    make_photo(embedding=axis(2))
    make_photo(embedding=axis(3))
    make_photo()

    health = report()

    assert (health.total_embeddings, health.rows, health.snapshot_count, health.tail) == (3, 3, 2, 2)
    assert (health.index_type, health.snapshot_made_at, health.drift) == ("flat", NOW, 0)
    assert health.problems == ()


def test_a_missing_file_is_a_problem_while_searches_go_on(make_photo: MakePhoto) -> None:
    make_photo(embedding=axis(0))

    health = report()

    assert health.total_embeddings == 1
    assert health.problems == ("There is no index file yet. Searches answer from the database meanwhile.",)


def test_drift_is_a_problem_that_names_its_cure(make_photo: MakePhoto, space: Space) -> None:
    make_photo(embedding=axis(0))
    rebuild(space, NOW)
    report()
    Photo.objects.update(archived=True)

    health = report()

    assert health.drift == 1
    assert health.problems == ("The index holds 1 photos, the database 0: run manage.py rebuild_index.",)


def test_a_missing_encoder_is_a_problem_that_names_its_cure(settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_ENCODER, settings.CLOUDZY_ENCODER_DIR = "compact", tmp_path

    health = report()

    assert health.total_embeddings == 0
    assert len(health.problems) == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_without_the_tables_is_a_problem_and_no_fault() -> None:
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE search_library RENAME TO elsewhere")
    try:
        assert report().problems == ("The database does not answer.",)
    finally:
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE elsewhere RENAME TO search_library")
