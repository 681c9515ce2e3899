from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from ai.encoders.base import Encoder
from ai.encoders.placeholder import NOTICE
from ai.fakes import FakeEncoder
from ai.ocr.loading import forget_reader
from cloudzy import migrated
from photos import storage
from photos.models import ModelMigration, Photo
from photos.tests.requesting import post_photo

ASK_A_DEAD_DATABASE = """
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
from django.test import Client
for path in ("/health", "/health/"):
    response = Client().get(path, headers={"Host": "localhost"})
    print(response.status_code, response["Content-Type"], response.content.decode())
"""


@pytest.fixture(autouse=True)
def nothing_is_known_of_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrated, "_complete", set())


@pytest.fixture
def dead_database(db: None) -> Iterator[None]:
    assert db is None

    def refuse(*_: object) -> None:
        raise OperationalError("unable to open database file /secret/path")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.django_db
def test_a_healthy_service_says_so_with_the_published_keys(client: Client) -> None:
    post_photo(client)

    response = client.get("/health")

    assert response.status_code == 200
    answer = response.json()
    assert list(answer) == ["status", "service", "search_engine", "problems", "migration", "backups"]
    assert (answer["status"], answer["service"]) == ("healthy", "Cloudzy AI")
    assert answer["search_engine"] | {"index_type": ""} == {"total_embeddings": 1, "dimension": 32, "index_type": ""}
    assert isinstance(answer["search_engine"]["index_type"], str)
    assert client.get("/health/").json() == answer


def test_only_what_a_search_can_find_is_counted(client: Client, make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=np.ones(32))
    make_photo(embedding=np.ones(32), archived=True)
    make_photo(embedding=np.ones(32), trashed=True)
    make_photo()

    assert client.get("/health").json()["search_engine"]["total_embeddings"] == 1


@pytest.mark.usefixtures("dead_database")
def test_a_database_that_does_not_answer_is_503_in_json(client: Client) -> None:
    response = client.get("/health")

    assert response.status_code == 503
    assert response.json() == {
        "status": "unhealthy",
        "service": "Cloudzy AI",
        "search_engine": {"total_embeddings": 0, "dimension": 0, "index_type": "unknown"},
        "problems": ["The database does not answer."],
    }


@pytest.mark.parametrize("mode", ["local", "server"])
def test_a_database_file_that_cannot_be_opened_is_503_in_json(tmp_path: Path, mode: str) -> None:
    (tmp_path / "data" / "photos.db").mkdir(parents=True)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "CLOUDZY_MODE": mode,
        "CLOUDZY_URL": "http://localhost:8000",
        "CLOUDZY_DATA_DIR": str(tmp_path / "data"),
        "CLOUDZY_MEDIA_DIR": str(tmp_path / "media"),
    }

    run = subprocess.run(
        [sys.executable, "-c", ASK_A_DEAD_DATABASE], env=environment, capture_output=True, text=True, check=True
    )

    lines = run.stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith('503 application/json {"status":"unhealthy"') for line in lines)
    assert str(tmp_path) not in run.stdout


@pytest.mark.django_db
def test_a_database_file_moved_away_under_our_hands_is_noticed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/health").status_code == 200
    file = Path(connection.settings_dict["NAME"])
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file.with_name("gone.db")))

    response = client.get("/health")

    assert response.status_code == 503
    assert response.json()["problems"] == ["The file of the database is gone."]
    assert not file.with_name("gone.db").exists()


@pytest.mark.django_db
def test_a_pending_migration_is_named(client: Client) -> None:
    newest = MigrationRecorder.Migration.objects.filter(app="search").latest("pk")
    newest.delete()

    response = client.get("/health")

    assert response.status_code == 503
    assert response.json()["problems"] == [f"The migration search.{newest.name} is pending: run `manage.py migrate`."]


@pytest.mark.django_db
def test_a_complete_database_is_not_asked_again_for_its_migrations(client: Client) -> None:
    client.get("/health")
    MigrationRecorder.Migration.objects.all().delete()

    assert client.get("/health").status_code == 200


def test_missing_storage_is_503_and_still_counts(client: Client, media: Path, make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=np.ones(32))
    (media / storage.MARKER).unlink()

    response = client.get("/health")

    assert response.status_code == 503
    assert response.json()["status"] == "unhealthy"
    assert response.json()["search_engine"]["total_embeddings"] == 1
    assert "not there" in response.json()["problems"][0]
    assert str(media) not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("no_encoder")
def test_a_missing_encoder_is_named_once_and_no_illness(client: Client) -> None:
    response = client.get("/health")

    assert (response.status_code, response.json()["status"]) == (200, "healthy")
    assert len(response.json()["problems"]) == 1
    assert "encoder" in response.json()["problems"][0]


@pytest.mark.django_db
def test_a_missing_reader_of_text_is_named_and_no_illness(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLOUDZY_OCR = "rapidocr"
    monkeypatch.setitem(sys.modules, "rapidocr", None)  # as the import system marks what cannot be imported
    forget_reader()

    response = client.get("/health")

    assert response.status_code == 200
    assert "requirements-ocr.txt" in response.json()["problems"][0]


@pytest.mark.django_db
def test_on_a_server_the_rest_is_for_staff(
    client: Client, server_mode: Settings, no_encoder: Path, django_user_model: type[User]
) -> None:
    assert server_mode
    assert no_encoder
    published = {"status", "service", "search_engine"}

    anonymous = client.get("/health")
    client.force_login(django_user_model.objects.create_user("anna"))
    guest = client.get("/health")
    client.force_login(django_user_model.objects.create_user("berta", is_staff=True))
    staff = client.get("/health")

    client.logout()
    django_user_model.objects.create_user("clara", password="her password", is_staff=True)
    by_basic = client.get("/health", headers={"Authorization": f"Basic {b64encode(b'clara:her password').decode()}"})
    wrong = client.get("/health", headers={"Authorization": f"Basic {b64encode(b'clara:guessed').decode()}"})

    assert [set(answer.json()) for answer in (anonymous, guest, wrong)] == [published] * 3
    assert staff.json()["problems"]
    assert by_basic.json()["problems"]


@pytest.mark.django_db
def test_an_unknown_parameter_is_refused_here_too(client: Client) -> None:
    assert client.get("/health?verbose=1").status_code == 400


@pytest.mark.django_db
def test_a_migration_to_another_model_is_shown_and_what_it_waits_for(client: Client) -> None:
    post_photo(client)
    running = ModelMigration.objects.create(encoder="clip:new", model="new@1-4d", done=1, total=4)

    facts = client.get("/health").json()
    assert facts["migration"] == {"model": "clip:new", "state": "embedding", "share_done": 0.25}
    assert facts["problems"] == ["There is no index file yet. Searches answer from the database meanwhile."]
    running.wait("The model clip:new is not there.")

    assert "The migration to another model waits: The model clip:new is not there." in problems(client)


@pytest.mark.django_db
def test_settings_that_ask_for_another_model_than_the_library_has_are_a_problem(
    client: Client, settings: Settings
) -> None:
    post_photo(client)
    settings.CLOUDZY_ENCODER = "placeholder"

    assert any("run `manage.py models use placeholder`" in problem for problem in problems(client))
    assert NOTICE not in problems(client)


@pytest.mark.django_db
def test_a_shipped_encoder_in_a_new_revision_is_a_problem_with_its_command(
    client: Client, use_encoder: Callable[[Encoder], None]
) -> None:
    post_photo(client)
    use_encoder(FakeEncoder(revision="2"))

    assert any("run `manage.py models use fake`" in problem for problem in problems(client))
    assert client.get("/search", {"q": "red"}).json()["results"][0]["matched_by"] == ["tag:red", "caption"]


def problems(client: Client) -> list[str]:
    return list(client.get("/health").json()["problems"])
