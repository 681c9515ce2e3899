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
from jobs.models import Run
from jobs.worker import Worker
from photos.models import Photo
from photos.tests.factories import make_user
from search.admin import IndexAdmin
from search.index.manifest import Manifest
from search.index.spaces import Space
from search.models import Library
from search.tests.factories import axis
from search.upkeep import doing as upkeep

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


def test_the_buttons_compare_and_measure_and_the_page_keeps_what_came_of_it(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    for number in range(3):
        make_photo(embedding=axis(number))
    client.post(URL)
    assert client.get(URL).text.count("not since the file was made") == 2

    client.post(URL, {"act": "check"})
    client.post(URL, {"act": "verify"})

    page = client.get(URL).text
    assert "Index and rows agree on 3 photos. (" in page
    assert "Searches reach recall@10 1.0000 over 3 photos as queries. (" in page


def test_what_was_found_about_an_older_file_is_not_shown(client: Client, make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=axis(0))
    client.post(URL)
    client.post(URL, {"act": "check"})

    client.post(URL)

    assert client.get(URL).text.count("not since the file was made") == 2


def test_drift_is_a_warning(client: Client, make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=axis(0))
    client.post(URL)
    Photo.objects.update(archived=True)

    page = client.post(URL, {"act": "check"}, follow=True)

    assert '<li class="warning">Index and rows differ: 0 missing, 1 too many' in page.text


def test_a_large_index_is_looked_after_by_a_worker_and_the_page_tells_how_far_it_is(
    client: Client, make_photo: Callable[..., Photo], space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_photo(embedding=axis(0))
    monkeypatch.setattr(upkeep, "FLAT_UP_TO", 0)

    for act in ("rebuild", "rebuild", "verify"):
        page = client.post(URL, {"act": act}, follow=True)

    assert "A worker does it in the background." in page.text
    assert 'http-equiv="refresh"' in page.text
    assert not space.folder.exists()
    assert [run.subject for run in Run.objects.order_by("job__enqueued_at")] == ["rebuild", "verify"]

    while Worker("a").step():
        pass

    page = client.get(URL)
    assert Manifest.read(space.folder).count == 1
    assert "The index was made anew, with 1 photos." in page.text
    assert "Searches reach recall@10" in page.text
    assert 'http-equiv="refresh"' not in page.text


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

    assert "That could not be done" in page.text


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
