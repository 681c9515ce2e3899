"""Fault 56: the files of the encoder are missing, half there or wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from photos.models import ActiveModel, Photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import post, post_photo, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["missing", "half", "damaged", "flipped"])
def sick_encoder(request: pytest.FixtureRequest, settings: Settings, no_encoder: Path) -> str:
    """Put the encoder in one of the states it can be found in."""
    if request.param != "missing":
        shutil.copytree(settings.BASE_DIR / "ai" / "models" / "compact", no_encoder)
        graph = no_encoder / "image.onnx"
        data = graph.read_bytes()
        middle = len(data) // 2
        flipped = bytes(byte ^ 0xFF for byte in data[middle : middle + 4_000])  # among the weights, where all can stand
        found = {
            "half": data[:middle],
            "damaged": data[:1000] + b"x" + data[1001:],
            "flipped": data[:middle] + flipped + data[middle + 4_000 :],
        }
        graph.write_bytes(found[str(request.param)])
    return str(request.param)


@pytest.mark.usefixtures("sick_encoder")
def test_56_uploads_work_and_wait(client: Client) -> None:
    response = post_photo(client)

    assert response.status_code == 201
    assert (response.json()["status"], response.json()["tags"]) == ("queued", [])
    assert Photo.objects.get().status == Photo.Status.QUEUED


@pytest.mark.usefixtures("sick_encoder")
def test_56_health_names_it_and_stays_healthy(client: Client) -> None:
    response = client.get("/health")

    assert (response.status_code, response.json()["status"]) == (200, "healthy")
    assert any("encoder" in problem for problem in response.json()["problems"])


@pytest.mark.usefixtures("no_encoder")
def test_56_a_text_is_searched_as_words(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(caption="An old boat.")

    answer = client.get("/search", {"q": "boat"}).json()

    assert [hit["photo_id"] for hit in answer["results"]] == [photo.pk]
    assert answer["results"][0]["matched_by"] == ["caption"]


@pytest.mark.usefixtures("no_encoder")
def test_56_a_search_by_image_says_what_is_missing(client: Client) -> None:
    response = client.post("/search/by-image", {"file": SimpleUploadedFile("a.jpg", jpeg())})

    assert problem_of(response) == (503, "model_missing")
    assert int(response["Retry-After"]) > 0


@pytest.mark.usefixtures("no_encoder")
def test_56_photos_embedded_before_can_still_be_compared(client: Client, make_photo: Callable[..., Photo]) -> None:
    one, other = (make_photo(embedding=np.ones(512), model="compact@1-512d") for _ in range(2))
    ActiveModel.adopt("compact", "compact@1-512d")

    answer = post(client, f"/search/image-to-image?reference_photo_id={one.pk}").json()

    assert [hit["photo_id"] for hit in answer["results"]] == [other.pk]


@pytest.mark.usefixtures("no_encoder")
def test_56_a_photo_not_analysed_yet_cannot_be_compared(client: Client) -> None:
    pk = post_photo(client).json()["id"]

    response = post(client, f"/search/image-to-image?reference_photo_id={pk}")

    assert problem_of(response) == (409, "not_analysed")
