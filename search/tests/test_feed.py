from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from photos.tests.requesting import problem_of, queries_of
from search.models import SavedSearch
from search.saved.feed import ENTRIES
from search.saved.saving import change
from search.tests.test_pages import looks
from search.tests.test_saving import save

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

ATOM = "{http://www.w3.org/2005/Atom}"
ANNA = {"Authorization": "Basic YW5uYTp0aGUgcGFzc3dvcmQgb2YgYW5uYQ=="}


def read(answer: Any) -> ET.Element:
    assert answer.status_code == 200, answer
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.content)  # noqa: S314 - we wrote it


def text(element: ET.Element, name: str) -> str:
    """Return the text of the one child of this name, which must be there."""
    [child] = element.findall(f"{ATOM}{name}")
    return child.text or ""


def titles(answer: Any) -> list[str]:
    return [text(entry, "title") for entry in read(answer).findall(f"{ATOM}entry")]


def link(element: ET.Element, rel: str) -> str:
    [found] = [child.attrib["href"] for child in element.findall(f"{ATOM}link") if child.attrib["rel"] == rel]
    return found


def test_the_feed_has_what_atom_demands(client: Client, make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(embedding=looks("red"), title="A <b>bold</b> title", caption="1 < 2 & so on", tags=["red"])
    kept = save(owner, "red", name="Reds & more")

    feed = read(client.get(f"/searches/{kept.pk}/feed"))

    assert feed.tag == f"{ATOM}feed"
    assert text(feed, "title") == "Reds & more"
    assert text(feed, "id").startswith("urn:uuid:")
    assert text(feed, "updated") >= text(feed, "updated")[:4]
    assert link(feed, "self") == f"http://testserver/searches/{kept.pk}/feed"
    assert link(feed, "alternate") == f"http://testserver/gallery/searches/{kept.pk}/"
    [author] = feed.findall(f"{ATOM}author")
    assert text(author, "name") == str(owner)
    [entry] = feed.findall(f"{ATOM}entry")
    assert text(entry, "id").startswith("urn:uuid:")
    assert text(entry, "title") == "A <b>bold</b> title"  # plain text, as no type says otherwise
    assert text(entry, "summary") == "1 &lt; 2 &amp; so on"  # HTML
    assert entry.findall(f"{ATOM}summary")[0].attrib["type"] == "html"
    assert text(entry, "published")[:19] == photo.created_at.isoformat()[:19]
    assert text(entry, "updated")
    assert link(entry, "alternate") == f"http://testserver/gallery/{photo.pk}/"
    assert link(entry, "enclosure") == f"http://testserver/photo/{photo.pk}/thumbnail?size=512"
    assert [tag.attrib["term"] for tag in entry.findall(f"{ATOM}category")] == ["red"]


def test_an_empty_feed_is_whole_too_and_does_not_change_by_itself(client: Client, owner: User) -> None:
    kept = save(owner, "red")

    first, second = (client.get(f"/searches/{kept.pk}/feed") for _ in range(2))

    assert read(first).findall(f"{ATOM}entry") == []
    assert first.content == second.content


def test_the_newest_matches_come_first_and_not_more_than_enough(
    client: Client, make_photo: MakePhoto, owner: User
) -> None:
    photos = [make_photo(embedding=looks("red"), title=f"no {number}") for number in range(ENTRIES + 2)]
    make_photo(embedding=looks("blue"))
    make_photo(embedding=looks("red"), owner=make_user("anna"))
    kept = save(owner, "red")

    assert titles(client.get(f"/searches/{kept.pk}/feed")) == [photo.title for photo in photos[:1:-1]]


def test_characters_that_xml_cannot_say_are_left_out(client: Client, make_photo: MakePhoto, owner: User) -> None:
    make_photo(embedding=looks("red"), title="bell\x07", caption="esc\x1b\x00ape \ufffe")
    kept = save(owner, "red", name="nul\x01")

    [entry] = read(client.get(f"/searches/{kept.pk}/feed")).findall(f"{ATOM}entry")

    assert (text(entry, "title"), text(entry, "summary")) == ("bell", "escape ")


def test_a_reader_is_told_when_nothing_has_changed(client: Client, make_photo: MakePhoto, owner: User) -> None:
    make_photo(embedding=looks("red"))
    url = f"/searches/{save(owner, 'red').pk}/feed"
    first = client.get(url)

    unchanged = client.get(url, headers={"If-None-Match": first["ETag"]})
    make_photo(embedding=looks("red"))
    then = client.get(url, headers={"If-None-Match": first["ETag"]})

    assert (unchanged.status_code, then.status_code) == (304, 200)
    assert first["Cache-Control"] == "private, no-cache"
    assert first["Referrer-Policy"] == "no-referrer"
    assert client.head(url)["ETag"] == then["ETag"]


def test_a_reader_that_knows_dates_alone_hears_of_what_left_the_feed(
    client: Client, make_photo: MakePhoto, owner: User
) -> None:
    make_photo(embedding=looks("red"), title="stays")
    gone, kept = make_photo(embedding=looks("red"), title="goes"), save(owner, "red")
    url = f"/searches/{kept.pk}/feed"
    first = client.get(url)
    later = {"If-Modified-Since": http_date(time.time() + 3600)}

    gone.trash(timezone.now())
    without_it = client.get(url, headers=later)
    change(kept, {"query": "blue"})
    of_another_query = client.get(url, headers=later)

    assert "Last-Modified" not in first
    assert titles(without_it) == ["stays"]
    assert titles(of_another_query) == []


def test_a_secret_link_opens_the_feed_without_a_sign_in(
    client: Client, make_photo: MakePhoto, server_mode: Settings
) -> None:
    assert server_mode
    anna = make_user("anna")
    make_photo(embedding=looks("red"), title="hers", owner=anna)
    kept, other = save(anna, "red"), save(anna, "blue")
    kept.make_link()

    feed = client.get(f"/searches/{kept.pk}/feed", {"token": kept.feed_token})

    [entry] = read(feed).findall(f"{ATOM}entry")
    assert text(entry, "title") == "hers"
    assert link(read(feed), "self").endswith(f"?token={kept.feed_token}")
    assert problem_of(client.get(f"/searches/{other.pk}/feed", {"token": kept.feed_token})) == (404, "not_found")
    assert problem_of(client.get(f"/searches/{kept.pk}", {"token": kept.feed_token})) == (401, "unauthorized")
    kept.revoke_link()
    assert problem_of(client.get(f"/searches/{kept.pk}/feed", {"token": feed.request["QUERY_STRING"][6:]})) == (
        404,
        "not_found",
    )


def test_without_a_link_the_feed_asks_for_name_and_password(client: Client, server_mode: Settings) -> None:
    assert server_mode
    kept = save(make_user("anna"), "red")
    make_user("berta")

    asked = client.get(f"/searches/{kept.pk}/feed")

    assert problem_of(asked) == (401, "unauthorized")
    assert asked["WWW-Authenticate"].startswith("Basic")
    assert client.get(f"/searches/{kept.pk}/feed", headers=ANNA).status_code == 200
    client.force_login(User.objects.get(username="berta"))
    assert problem_of(client.get(f"/searches/{kept.pk}/feed")) == (404, "not_found")


@pytest.mark.parametrize("token", ["", "x", "x" * 101, "0" * 64, "\x00"])
def test_a_wrong_link_opens_nothing(client: Client, owner: User, token: str) -> None:
    kept = save(owner, "red")
    kept.make_link()

    status, slug = problem_of(client.get(f"/searches/{kept.pk}/feed", {"token": token}))

    assert (status, slug) in {(404, "not_found"), (400, "bad_request")}


def test_a_query_that_cannot_be_read_any_more_is_a_problem(client: Client, owner: User) -> None:
    kept = SavedSearch.objects.create(owner=owner, name="Full moons", query="moon:full")

    assert problem_of(client.get(f"/searches/{kept.pk}/feed")) == (400, "bad_query")


def test_the_feed_costs_the_same_queries_however_many_photos(
    client: Client, make_photo: MakePhoto, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_photo(embedding=looks("red"), tags=["red"])
    url = f"/searches/{save(owner, 'red').pk}/feed"
    client.get(url)
    cost = len(queries_of(client, url))
    for _ in range(20):
        make_photo(embedding=looks("red"), tags=["red"])
    client.get(url)

    with django_assert_max_num_queries(cost):
        client.get(url)
