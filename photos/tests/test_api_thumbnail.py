from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from photos import storage, thumbnails
from photos.models import Photo
from photos.tests.pictures import jpeg, oriented
from photos.tests.requesting import post_photo, problem_of, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(client: Client) -> str:
    """Upload a large photo lying on its side; return where its thumbnail is found."""
    pk = post_photo(client, jpeg((2000, 1000), exif=oriented(6))).json()["id"]
    return f"/photo/{pk}/thumbnail"


@pytest.mark.parametrize(("query", "size"), [("", (256, 512)), ("?size=512", (256, 512)), ("?size=1600", (800, 1600))])
def test_a_thumbnail_is_an_upright_webp_of_its_size(
    client: Client, address: str, query: str, size: tuple[int, int]
) -> None:
    response = client.get(f"{address}{query}")

    image = Image.open(BytesIO(read(response)))
    assert (image.format, image.size) == ("WEBP", size)
    assert (response["Content-Type"], response["Content-Disposition"]) == ("image/webp", "inline")
    assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize("query", ["size=513", "size=", "size=big", "width=512"])
def test_another_size_is_refused(client: Client, address: str, query: str) -> None:
    assert problem_of(client.get(f"{address}?{query}")) == (400, "bad_request")


def test_a_deleted_thumbnail_comes_back(client: Client, address: str) -> None:
    before = read(client.get(address))
    thumbnails.remove(storage.media_root(), Photo.objects.get().original)

    assert read(client.get(address)) == before


def test_a_client_that_has_it_is_told_so_but_for_another_size(client: Client, address: str) -> None:
    first = client.get(address)
    read(first)

    same = client.get(address, headers={"If-None-Match": first["ETag"]})
    other = client.get(f"{address}?size=1600", headers={"If-None-Match": first["ETag"]})

    assert same.status_code == 304
    assert read(other)


def test_an_image_element_may_ask_for_it(client: Client, address: str) -> None:
    assert read(client.get(address, headers={"Accept": "image/avif,image/webp,image/*"}))


def test_an_error_is_a_problem_also_to_an_image_element(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(trashed=True)

    response = client.get(f"/photo/{photo.pk}/thumbnail", headers={"Accept": "image/*"})

    assert problem_of(response) == (404, "not_found")
