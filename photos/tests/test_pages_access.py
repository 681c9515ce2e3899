from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from photos import urls
from photos.models import Photo
from photos.tests.factories import make_user

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

PAGES = [str(pattern.name) for pattern in urls.urlpatterns]
OF_UNDERSTANDING = ["understanding", "word", "caption", "hand_back", "repeat"]
OF_VERSIONS = ["show_version", "separate_version"]
OF_ONE_PHOTO = [
    "detail",
    "edit",
    "date",
    "tags",
    "analyze",
    "hurry",
    "delete",
    "trashed_thumbnail",
    *OF_UNDERSTANDING,
    *OF_VERSIONS,
]
OF_AN_IMPORT = ["archive_import", "archive_cancel"]  # its owner: test_pages_imports.py
OF_STAFF = ["jobs_pause", "jobs_resume", "jobs_traceback", "jobs_stage_traceback"]  # test_pages_jobs.py
OF_OTHERS: dict[str, list[Any]] = {"jobs_traceback": [UUID(int=1)], "jobs_stage_traceback": [1]}
OF_THE_TRASH = ["delete", "trashed_thumbnail"]


@pytest.fixture
def server_mode(settings: Settings) -> None:
    """Ask for a sign-in, as server mode does."""
    instead = {"accounts.middleware.ActAsLocalOwner": "accounts.middleware.SignInRequired"}
    settings.MIDDLEWARE = [instead.get(name, name) for name in settings.MIDDLEWARE]


def address(name: str, photo: Photo) -> str:
    of_one = name in (*OF_ONE_PHOTO, *OF_AN_IMPORT)
    return reverse(f"photos:{name}", args=[photo.pk] if of_one else OF_OTHERS.get(name, []))


def ask(client: Client, name: str, photo: Photo) -> int:
    """Get a page, or post to one that only takes posts; return the status."""
    answer = client.get(address(name, photo))
    if answer.status_code == 405:
        answer = client.post(address(name, photo))
    answer.getvalue()  # reads a file to its end, which closes it
    return answer.status_code


def test_the_list_of_pages_of_one_photo_is_complete() -> None:
    with_number = [str(pattern.name) for pattern in urls.urlpatterns if "<int:pk>" in str(pattern.pattern)]

    assert sorted(with_number) == sorted([*OF_ONE_PHOTO, *OF_AN_IMPORT])


@pytest.mark.parametrize("name", [name for name in PAGES if name not in (*OF_AN_IMPORT, *OF_STAFF)])
def test_the_owner_may(client: Client, make_photo: MakePhoto, server_mode: None, name: str) -> None:  # noqa: ARG001
    owner = make_user("owner of it")
    client.force_login(owner)

    status = ask(client, name, make_photo(owner=owner, trashed=name in OF_THE_TRASH))

    assert status in (200, 204, 302)


@pytest.mark.parametrize("name", [*OF_ONE_PHOTO, *OF_AN_IMPORT])
def test_a_stranger_learns_nothing(client: Client, make_photo: MakePhoto, server_mode: None, name: str) -> None:  # noqa: ARG001
    photo = make_photo(owner=make_user("owner of it"), trashed=name in OF_THE_TRASH)
    client.force_login(make_user("stranger"))

    assert ask(client, name, photo) == 404
    assert Photo.objects.filter(pk=photo.pk).exists()


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_led_to_the_sign_in(client: Client, make_photo: MakePhoto, server_mode: None, name: str) -> None:  # noqa: ARG001
    url = address(name, make_photo(owner=make_user("owner of it")))

    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/sign-in/?next=")


def test_the_local_owner_needs_no_sign_in(client: Client, make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(owner=owner)

    assert client.get(photo.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("name", OF_ONE_PHOTO)
def test_a_number_that_is_no_photo_is_not_found(client: Client, db: None, name: str) -> None:  # noqa: ARG001
    assert ask(client, name, Photo(pk=2**40)) == 404


def test_a_number_too_large_for_the_database_is_not_found(client: Client, db: None) -> None:  # noqa: ARG001
    assert client.get(f"/gallery/{10**30}/").status_code == 404
