from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from photos.tests.factories import make_user
from search.models import PastSearch, SavedSearch
from search.tests.factories import NOW
from search.tests.test_saving import save
from search.views import page_urls

pytestmark = pytest.mark.django_db

PAGES = [str(pattern.name) for pattern in page_urls.urlpatterns if str(pattern.pattern).startswith("searches/")]
OF_A_PAST_ONE = ["forget"]
OF_ONE = [
    str(pattern.name)
    for pattern in page_urls.urlpatterns
    if str(pattern.pattern).startswith("searches/<int:pk>/") and pattern.name not in OF_A_PAST_ONE
]
TO_POST = {
    "up_to": 0,
    "name": "stolen",
    "q": "red",
    "pinned": "yes",
    "to": "up",
    "link": "make",
    "on": "yes",
    "sort": "newest",
}
API = ["/searches/{}", "/searches/{}/feed"]


@pytest.fixture
def anna(server_mode: Settings) -> User:
    assert server_mode
    return make_user("anna")


def address(name: str, owner: User) -> str:
    """Return the address of a page, of a new search of this person where it is about one."""
    if name in OF_A_PAST_ONE:
        past = PastSearch.objects.create(owner=owner, text="red", folded="red", used_at=NOW)
        return reverse(f"search:{name}", args=[past.pk])
    if name not in OF_ONE:
        return reverse(f"search:{name}")
    kept = save(owner, "red")
    if name == "put_back":
        SavedSearch.objects.update(deleted_at=NOW)
    return reverse(f"search:{name}", args=[kept.pk])


def ask(client: Client, url: str) -> int:
    """Get a page, or post to one that only takes posts; return the status."""
    answer = client.get(url)
    return (client.post(url, TO_POST) if answer.status_code == 405 else answer).status_code


@pytest.mark.parametrize("name", PAGES)
def test_the_owner_may(client: Client, anna: User, name: str) -> None:
    client.force_login(anna)

    assert ask(client, address(name, anna)) in (200, 204, 302)


@pytest.mark.parametrize("name", [*OF_ONE, *OF_A_PAST_ONE])
def test_a_stranger_learns_nothing_and_changes_nothing(client: Client, anna: User, name: str) -> None:
    url = address(name, anna)
    before = [*SavedSearch.objects.values(), *PastSearch.objects.values()]
    client.force_login(make_user("berta"))

    assert ask(client, url) == 404
    assert [*SavedSearch.objects.values(), *PastSearch.objects.values()] == before


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_led_to_the_sign_in(client: Client, anna: User, name: str) -> None:
    url = address(name, anna)

    for answer in (client.get(url), client.post(url, TO_POST)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/sign-in/?next=")


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ("saved_results", "pinned", "count")])
def test_a_change_needs_the_token_of_the_session(anna: User, name: str) -> None:
    client, url = Client(enforce_csrf_checks=True), address(name, anna)
    client.force_login(anna)
    before = [*SavedSearch.objects.values(), *PastSearch.objects.values()]

    assert client.post(url, TO_POST).status_code == 403
    assert [*SavedSearch.objects.values(), *PastSearch.objects.values()] == before


@pytest.mark.parametrize("path", API)
@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_the_api_tells_a_stranger_nothing(client: Client, anna: User, path: str, method: str) -> None:
    kept = save(anna, "red")
    client.force_login(make_user("berta"))
    before = SavedSearch.objects.values().get()

    status = getattr(client, method)(path.format(kept.pk)).status_code

    assert status in (404, 405)
    assert SavedSearch.objects.values().get() == before


def test_lists_show_ones_own(client: Client, anna: User) -> None:
    save(anna, "scarlet")
    berta = make_user("berta")
    mine = save(berta, "blue", pinned=True)
    client.force_login(berta)

    assert [search["id"] for search in client.get("/searches").json()] == [mine.pk]
    for page in (client.get("/gallery/searches/"), client.get("/gallery/searches/pinned/")):
        assert "blue" in page.content.decode()
        assert "scarlet" not in page.content.decode()
