"""A library that is to be understood by a CLIP-style model, from before the model is there."""

from __future__ import annotations

import random
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from ai.fakes import PALETTE
from ai.loading import forget_encoder
from ai.tests.clip_models import build_immich
from photos.embeddings import models_of
from photos.models import Photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import post_photo
from search.tests.pictures import striped

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def models(settings: Settings, tmp_path: Path) -> Path:
    settings.CLOUDZY_DATA_DIR = tmp_path / "data"
    settings.CLOUDZY_MODELS_DIR = tmp_path / "models"
    settings.CLOUDZY_ENCODER = "clip:mine"
    forget_encoder()
    return settings.CLOUDZY_MODELS_DIR


def install(tmp_path: Path) -> None:
    call_command("models", "add", "mine", "--from", str(build_immich(tmp_path / "given").folder), verbosity=0)


def test_without_the_model_uploads_work_and_wait_and_everyone_says_what_to_run(client: Client) -> None:
    uploaded = post_photo(client, jpeg(colour="red"))

    assert uploaded.status_code == 201
    assert (uploaded.json()["status"], uploaded.json()["tags"]) == ("queued", [])
    health = client.get("/health")
    assert health.status_code == 200
    assert any("models add mine --from DIR" in problem for problem in health.json()["problems"])
    assert client.get("/search", {"q": "boat"}).status_code == 200


def test_once_the_model_is_there_what_waited_is_done_and_found(client: Client, tmp_path: Path) -> None:
    waiting = post_photo(client, jpeg(colour="red")).json()["id"]
    install(tmp_path)

    call_command("process_missing", now=True, verbosity=0)

    photo = Photo.objects.get(pk=waiting)
    assert photo.status == Photo.Status.READY
    assert [model.partition("@")[0] for model in models_of(waiting)] == ["mine"]
    found = client.get("/search", {"q": "anything at all, even 犬"}).json()
    assert [hit["photo_id"] for hit in found["results"]] == [waiting]
    assert "mine" not in str(client.get("/health").json()["problems"])


def test_a_model_altered_under_a_library_stops_new_vectors_and_nothing_else(
    client: Client, tmp_path: Path, models: Path
) -> None:
    install(tmp_path)
    ready = post_photo(client, jpeg(colour="red")).json()["id"]
    (models / "mine/visual/model.onnx").write_bytes(b"half")
    forget_encoder()

    waiting = post_photo(client, jpeg(colour="blue")).json()

    assert waiting["status"] == "queued"
    assert client.get(f"/photo/{ready}").json()["embedding"]
    problem = " ".join(client.get("/health").json()["problems"])
    assert "altered or is cut short" in problem
    assert str(models) not in problem
    shutil.rmtree(models / "mine")
    install(tmp_path)
    call_command("process_missing", now=True, verbosity=0)
    assert Photo.objects.get(pk=waiting["id"]).status == Photo.Status.READY


NONSENSE = [
    "xqzzt blorf",
    "asdf",
    "qwertz uiop",
    "zzyzx",
    "frobnicate",
    "lorem ipsum",
    "hjkl",
    "brillig toves",
    "0x2a",
    "ß",
]


def test_of_nonsense_which_such_a_model_embeds_as_any_text_hardly_any_has_strong_results(
    client: Client, tmp_path: Path
) -> None:
    install(tmp_path)
    chance = random.Random(1)
    for number in range(20):
        picture = BytesIO()
        striped(*chance.choices(list(PALETTE), k=3)).resize((48 + number, 48)).save(picture, "PNG")
        post_photo(client, picture.getvalue(), f"{number}.png")

    answers = [client.get("/search", {"q": text, "top_k": "50"}).json() for text in NONSENSE]

    assert all(answer["total_results"] == 20 for answer in answers)
    lost = [answer for answer in answers if {result["relevance"] for result in answer["results"]} == {"weak"}]
    assert len(lost) >= 8
    for suggestion in {suggestion for answer in lost for suggestion in answer["suggestions"]}:
        found = client.get("/search", {"q": suggestion, "mode": "hybrid", "min_relevance": "strong"}).json()
        assert found["results"], suggestion
