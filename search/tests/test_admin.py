from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.admin import IndexAdmin
from search.manifest import Manifest
from search.models import Library
from search.spaces import Space
from search.tests.factories import axis

pytestmark = pytest.mark.django_db

URL = "/admin/search/library/"


def test_the_page_tells_how_the_index_is(client: Client, make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=axis(0))

    page = client.get(reverse("admin:search_library_changelist"))

    assert page.status_code == 200
    assert "fake@1-32d" in page.text
    assert "There is no index file yet." in page.text
    assert "Rebuild now" in page.text


def test_the_button_makes_the_index_anew(client: Client, make_photo: Callable[..., Photo], space: Space) -> None:
    make_photo(embedding=axis(0))

    page = client.post(URL, follow=True)

    assert Manifest.read(space.folder).count == 1
    assert "The index was made anew, with 1 photos." in page.text
    assert "No problems." in page.text


def test_looking_makes_nothing_anew(client: Client, make_photo: Callable[..., Photo], space: Space) -> None:
    make_photo(embedding=axis(0))

    client.get(URL)

    assert not space.folder.exists()


@pytest.mark.usefixtures("owner")
def test_a_rebuild_needs_the_token_of_the_form() -> None:
    assert Client(enforce_csrf_checks=True).post(URL).status_code == 403


def test_a_rebuild_that_fails_says_why(client: Client, make_photo: Callable[..., Photo], space: Space) -> None:
    make_photo(embedding=axis(0))
    space.folder.parent.mkdir(parents=True)
    space.folder.touch()

    page = client.post(URL, follow=True)

    assert "could not be made anew" in page.text


def test_rows_of_the_library_are_neither_added_nor_deleted(client: Client) -> None:
    Library.position()

    assert client.get(f"{URL}add/").status_code == 403
    assert client.post(f"{URL}1/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("codename", "sees", "rebuilds"),
    [("", False, False), ("view_library", True, False), ("change_library", True, True)],
)
def test_staff_needs_the_permission(codename: str, sees: bool, rebuilds: bool, rf: RequestFactory) -> None:
    user = make_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename=codename))

    assert _allowed(rf.get(URL), user) == sees
    assert _allowed(rf.post(URL), user) == rebuilds


def _allowed(request: HttpRequest, user: User) -> bool:
    request.user, request.session = user, SessionStore()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    try:
        IndexAdmin(Library, admin.site).changelist_view(request)
    except PermissionDenied:
        return False
    return True
