"""The step in which all vectors came into one table, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from photos.tests.factories import at

BEFORE, AFTER = [("photos", "0008_reanalysis")], [("photos", "0009_embeddings")]
OLD, NEW = "m@1-2d", "n@1-3d"

# Which of the photos 1 to 4 has which vector; the last one has none.
BY_OLD = {1: [1.0, 1.0], 2: [2.0, 1.0]}
BY_NEW = {1: [1.0, 1.0, 1.0], 3: [3.0, 1.0, 1.0]}


@pytest.fixture(autouse=True)
def database(tmp_path: Path, django_db_blocker: pytest.FixtureDef[Any]) -> Iterator[None]:
    """A database of its own, which is not to have come any further than these steps."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        name, opened = connection.settings_dict["NAME"], connection.connection
        connection.settings_dict["NAME"], connection.connection = tmp_path / "photos.db", None
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"], connection.connection = name, opened


def migrate(to: list[tuple[str, str]]) -> Any:
    """Return the models as they are then."""
    state = MigrationExecutor(connection).migrate(to)
    return state.apps


@pytest.fixture
def library() -> None:
    """A library that is read with OLD and on its way to NEW."""
    models = migrate(BEFORE)
    owner = models.get_model("accounts", "User").objects.create(username="owner")
    photo = models.get_model("photos", "Photo")
    for pk in range(1, 5):
        own = {"embedding": np.array(BY_OLD[pk]), "embedding_model": OLD} if pk in BY_OLD else {}
        names = {"filename": f"{pk}.jpg", "original_name": f"{pk}.jpg", "sha256": f"{pk}"}
        facts = {"bytes": 1, "width": 1, "height": 1, "taken_at": at("2024-05-01 12:00")}
        photo.objects.create(pk=pk, owner=owner, **names, **facts, **own)
    for pk, vector in BY_NEW.items():
        models.get_model("photos", "StoredEmbedding").objects.create(photo_id=pk, model=NEW, vector=np.array(vector))
    models.get_model("photos", "ActiveModel").objects.create(pk=1, encoder="m", key=OLD, settled=OLD)


@pytest.mark.usefixtures("library")
def test_vectors_of_both_places_are_gathered_and_none_of_them_is_read() -> None:
    with CaptureQueriesContext(connection) as captured:
        models = migrate(AFTER)

    rows = models.get_model("photos", "Embedding").objects.order_by("model", "photo_id")
    assert [(row.model, row.photo_id, row.vector.tolist()) for row in rows] == [
        *((OLD, pk, vector) for pk, vector in BY_OLD.items()),
        *((NEW, pk, vector) for pk, vector in BY_NEW.items()),
    ]
    read = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    assert not [sql for sql in read if "vector" in sql or '"photo"' in sql]
    assert "stored_embedding" not in connection.introspection.table_names()


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(("key", "own", "beside"), [(OLD, BY_OLD, BY_NEW), (NEW, BY_NEW, BY_OLD)])
def test_the_way_back_settles_the_model_the_library_is_read_with(
    key: str, own: dict[int, list[float]], beside: dict[int, list[float]]
) -> None:
    migrate(AFTER).get_model("photos", "ActiveModel").objects.update(key=key)

    models = migrate(BEFORE)

    settled = models.get_model("photos", "Photo").objects.filter(embedding_model=key)
    assert {photo.pk: photo.embedding.tolist() for photo in settled} == own
    stored = models.get_model("photos", "StoredEmbedding").objects.all()
    assert {row.photo_id: row.vector.tolist() for row in stored} == beside
    assert models.get_model("photos", "ActiveModel").objects.get().settled == key


@pytest.mark.usefixtures("library")
def test_rows_lie_close_together_once_their_vectors_are_gone() -> None:
    """A page to each row, as when a column is dropped in place, would be as slow to read as before."""
    photo = MigrationExecutor(connection).loader.project_state(BEFORE).apps.get_model("photos", "Photo")
    first = photo.objects.values().get(pk=1)
    for pk in range(5, 205):
        names = {"filename": f"{pk}.jpg", "sha256": f"{pk}", "embedding": np.ones(512), "embedding_model": OLD}
        photo.objects.create(**first | names | {"id": pk})

    migrate(AFTER)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM dbstat WHERE name = 'photo'")
        (pages,) = cursor.fetchone()
    assert pages < 50


def test_an_empty_library_goes_there_and_back() -> None:
    migrate(AFTER)

    models = migrate(BEFORE)

    assert not models.get_model("photos", "Photo").objects.exists()
