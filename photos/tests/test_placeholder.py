from __future__ import annotations

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from ai.encoders.placeholder import PlaceholderEncoder
from photos.embeddings import models_of
from photos.models import Photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import post_photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def placeholder(settings: Settings) -> None:
    settings.CLOUDZY_ENCODER = "placeholder"


def test_tags_caption_and_vector_come_from_the_file_name(client: Client) -> None:
    answer = post_photo(client, jpeg(colour="red"), "mountain_lake.jpg").json()

    assert answer["status"] == "ready"
    assert answer["tags"][:2] == ["mountain", "lake"]
    assert len(answer["tags"]) == 5
    assert "mountain" in answer["caption"]
    assert answer["caption"].endswith("(placeholder)")
    (vector,) = PlaceholderEncoder().named("mountain_lake.jpg").embed_images([Image.new("RGB", (1, 1))])
    assert client.get(f"/photo/{answer['id']}").json()["embedding"] == pytest.approx(vector.tolist(), abs=1e-6)


def test_every_tag_and_vector_says_that_it_is_a_placeholders(client: Client) -> None:
    photo = Photo.objects.get(pk=post_photo(client, jpeg(), "boat.jpg").json()["id"])

    assert models_of(photo.pk) == ["placeholder@1-512d"]
    assert set(photo.photo_tags.values_list("model", flat=True)) == {"placeholder@1-512d"}


def test_what_a_person_says_goes_before_the_file_name(client: Client) -> None:
    pk = post_photo(client, jpeg(), "boat.jpg").json()["id"]
    client.patch(f"/photo/{pk}", {"caption": "Our boat", "tags": ["holiday"]}, content_type="application/json")

    client.post(f"/photo/{pk}/analyze")

    photo = client.get(f"/photo/{pk}").json()
    assert (photo["caption"], photo["tags"]) == ("Our boat", ["holiday"])


def test_a_photo_is_found_by_the_words_of_its_name(client: Client) -> None:
    post_photo(client, jpeg(colour="red"), "mountain_lake.jpg")
    post_photo(client, jpeg(colour="blue"), "red_boat.jpg")

    found = client.get("/search", {"q": "boat"}).json()["results"]

    assert found[0]["filename"].startswith("red_boat")


def test_health_says_that_nobody_looks(client: Client) -> None:
    assert any("file names" in problem for problem in client.get("/health").json()["problems"])
