"""Faults 24, 26, 33, 35 and 36: who may not, on every address there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_photo, make_user, make_version
from photos.tests.pictures import jpeg
from photos.tests.requesting import post, problem_of

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = ["/health", "/openapi.json", "/docs", "/redoc"]
API = re.compile(
    r"/(upload|uploads|hashes|photos|photo|search|searches|tags|date-shifts|imports|exports|duplicates|merges|dismissals|jobs)(/.*)?$"
)
METHODS = ["get", "post", "patch", "delete"]


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    """Yield every address of the site as its route is written, with its places: /photo/<int:pk>/file."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from addresses(pattern, route)


EVERYWHERE = sorted(set(addresses(get_resolver())))
OF_A_PHOTO = [route for route in EVERYWHERE if "<int:pk>" in route and not route.startswith("/admin")]


@pytest.fixture
def berta(server_mode: Settings) -> User:
    assert server_mode
    return make_user("berta")


@pytest.fixture
def anna(client: Client, server_mode: Settings) -> User:
    """A person who is signed in."""
    assert server_mode
    anna = make_user("anna")
    client.force_login(anna)
    return anna


@pytest.mark.parametrize("route", [route for route in EVERYWHERE if API.match(route)])
@pytest.mark.usefixtures("server_mode")
def test_24_without_credentials_every_address_of_the_api_asks_for_them(client: Client, route: str) -> None:
    response = client.get(
        route.replace("<int:pk>", "1").replace("<int:number>", "1").replace("<uuid:pk>", str(UUID(int=1)))
    )

    assert problem_of(response) == (401, "unauthorized")
    assert response["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("address", OPEN_TO_ALL)
@pytest.mark.usefixtures("server_mode")
def test_24_health_and_description_are_for_everybody(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/gallery/", "/gallery/1/", "/gallery/search/?q=x", "/admin/"])
@pytest.mark.usefixtures("server_mode")
def test_24_a_page_leads_to_the_sign_in_and_back(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 302
    assert "next=/" in response["Location"]


@pytest.mark.usefixtures("server_mode")
def test_24_basic_credentials_open_the_api(client: Client) -> None:
    make_user("anna")

    response = client.get("/photos", headers={"Authorization": "Basic YW5uYTp0aGUgcGFzc3dvcmQgb2YgYW5uYQ=="})
    wrong = client.get("/photos", headers={"Authorization": "Basic YW5uYTp3cm9uZw=="})

    assert response.status_code == 200
    assert problem_of(wrong) == (401, "unauthorized")


@pytest.mark.parametrize("trashed", [False, True])
@pytest.mark.parametrize("route", OF_A_PHOTO)
def test_26_another_persons_photo_is_not_there_on_any_address(
    client: Client, anna: User, berta: User, route: str, trashed: bool
) -> None:
    photo = make_photo(owner=berta, title="hers", trashed=trashed)
    file = make_version(photo)
    before = Photo.objects.values().get(pk=photo.pk)
    address = route.replace("<int:pk>", str(photo.pk)).replace("<int:number>", str(file.pk))

    answers = [getattr(client, method)(address).status_code for method in METHODS]

    assert anna.pk != berta.pk
    assert set(answers) <= {404, 405}
    assert 404 in answers
    assert Photo.objects.values().get(pk=photo.pk) == before


def test_26_nor_can_it_be_compared_with(client: Client, anna: User, berta: User) -> None:
    assert anna
    photo = make_photo(owner=berta)

    response = post(client, f"/search/image-to-image?reference_photo_id={photo.pk}")

    assert problem_of(response) == (404, "not_found")


def test_26_lists_show_ones_own(client: Client, anna: User, berta: User) -> None:
    make_photo(owner=berta, tags=["sea"])
    mine = make_photo(owner=anna, tags=["boat"])

    assert [photo["id"] for photo in client.get("/photos").json()] == [mine.pk]
    assert client.get("/tags").json() == [{"name": "boat", "count": 1}]
    assert client.get("/photos")["X-Total-Count"] == "1"


def test_33_a_session_needs_its_token_and_basic_does_not(server_mode: Settings) -> None:
    assert server_mode
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("anna"))
    by_name = {"Authorization": "Basic YW5uYTp0aGUgcGFzc3dvcmQgb2YgYW5uYQ=="}

    refused = client.post("/upload", {"file": SimpleUploadedFile("a.jpg", jpeg())})
    accepted = Client(enforce_csrf_checks=True).post(
        "/upload", {"file": SimpleUploadedFile("a.jpg", jpeg())}, headers=by_name
    )

    assert problem_of(refused) == (403, "forbidden")
    assert accepted.status_code == 201
    assert Photo.objects.count() == 1


def test_35_another_host_is_refused(client: Client) -> None:
    response = client.get("/photos", headers={"Host": "evil.com"})

    assert problem_of(response) == (400, "bad_request")


def test_36_who_is_no_staff_does_not_see_the_admin(client: Client, anna: User) -> None:
    photo = make_photo(owner=anna, title="a secret")
    pages = ["/admin/", "/admin/photos/photo/", f"/admin/photos/photo/{photo.pk}/change/"]
    pages += [f"/admin/photos/photo/{photo.pk}/thumbnail/512/", "/admin/accounts/user/"]

    answers = [client.get(page) for page in pages]

    assert {answer.status_code for answer in answers[:-1]} == {302}
    assert answers[-1].status_code in (302, 404)  # users are not curated there
    assert not any(b"a secret" in answer.content for answer in answers)
