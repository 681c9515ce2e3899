from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from photos.archives import importing
from photos.models import ArchiveImport, Photo
from photos.tests.factories import at, make_user
from photos.tests.pictures import jpeg
from photos.tests.requesting import problem_of
from photos.tests.resuming import begun, piece, sent_whole
from photos.tests.zipped import zipped

pytestmark = pytest.mark.django_db
NOW = at("2024-05-01 12:00")


def sent(client: Client, files: dict[str, bytes]) -> str:
    """Upload an archive; return where its import is."""
    response = sent_whole(client, zipped(files), filename="summer.zip", kind="archive")
    assert response.status_code == 204, response.content
    return f"/imports/{response['X-Import-Id']}"


def take_in() -> None:
    importing.go_on(ArchiveImport.objects.get(), lambda: NOW)


def test_an_archive_becomes_an_import_that_tells_how_far_it_is(client: Client) -> None:
    where = sent(client, {"a.jpg": jpeg(), "b.txt": b"words", "c.jpg": b"words"})
    waiting = client.get(where).json()
    take_in()
    done = client.get(where).json()

    assert (waiting["name"], waiting["state"], waiting["total"]) == ("summer.zip", "waiting", None)
    assert (done["state"], done["total"], done["done"]) == ("done", 3, 3)
    assert (done["added"], done["left"], done["failed"]) == (1, 1, 1)
    assert client.get("/imports").json() == [done]
    assert Photo.objects.count() == 1


def test_what_was_left_is_listed_file_by_file(client: Client) -> None:
    where = sent(client, {f"{number}.txt": b"words" for number in range(3)})
    take_in()

    first = client.get(f"{where}/left", {"limit": 2}).json()
    rest = client.get(f"{where}/left", {"limit": 2, "after": first[-1]["number"]}).json()

    assert [entry["path"] for entry in first + rest] == ["0.txt", "1.txt", "2.txt"]
    assert first[0]["why"].startswith("This is a text file")
    assert first[0]["failed"] is False


def test_an_archive_is_finished_for_who_asks_again(client: Client) -> None:
    data = zipped({"a.jpg": jpeg()})
    where = begun(client, len(data), kind="archive")
    first = piece(client, where, 0, data)

    again = piece(client, where, len(data), b"")

    assert first["X-Import-Id"] == again["X-Import-Id"]
    assert "X-Photo-Id" not in first
    assert ArchiveImport.objects.count() == 1


def test_an_archive_has_the_bytes_that_were_announced(client: Client) -> None:
    response = sent_whole(client, zipped({"a.jpg": jpeg()}), kind="archive", sha256="0" * 64)

    assert problem_of(response) == (422, "checksum_mismatch")
    assert not ArchiveImport.objects.exists()


def test_what_is_no_archive_is_told_so_at_once(client: Client) -> None:
    response = sent_whole(client, jpeg(), kind="archive")

    assert problem_of(response) == (415, "unsupported_type")


def test_an_archive_may_be_larger_than_a_photo(client: Client, settings: Settings) -> None:
    settings.CLOUDZY_MAX_UPLOAD_MB = 1
    settings.CLOUDZY_MAX_ARCHIVE_MB = 3

    where = sent(client, {"large.jpg": jpeg() + bytes(2 * 2**20), "small.jpg": jpeg()})
    take_in()

    done = client.get(where).json()
    assert (done["added"], done["failed"]) == (1, 1)
    assert "limit of 1 MB" in client.get(f"{where}/left").json()[0]["why"]


def test_an_import_can_be_cancelled(client: Client) -> None:
    where = sent(client, {"a.jpg": jpeg()})

    response = client.delete(where)
    take_in()

    assert response.status_code == 204
    assert client.get(where).json()["state"] == "cancelled"
    assert not Photo.objects.exists()


def test_another_persons_import_is_not_there(client: Client, server_mode: Settings) -> None:
    assert server_mode
    client.force_login(make_user("berta"))
    where = sent(client, {"a.jpg": jpeg(), "b.txt": b"words"})
    mine = Client()
    mine.force_login(make_user("anna"))

    assert problem_of(mine.get(where)) == problem_of(mine.get(f"{where}/left")) == (404, "not_found")
    assert problem_of(mine.delete(where)) == (404, "not_found")
    assert mine.get("/imports").json() == []
    assert mine.get(f"/gallery{where}/").status_code == 404
    assert ArchiveImport.objects.get().state == "waiting"


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1001}, {"after": -1}, {"other": 1}])
def test_wrong_parameters_are_named(client: Client, query: dict[str, int]) -> None:
    where = sent(client, {"a.jpg": jpeg()})

    response = client.get(f"{where}/left", query)

    assert problem_of(response) == (400, "bad_request")
    assert set(query) == set(response.json()["errors"])


@pytest.mark.parametrize("address", ["/imports", "{where}/left"])
def test_lists_take_as_many_queries_however_long_they_are(client: Client, address: str) -> None:
    counts = []
    for number in (1, 5):
        where = sent(client, {f"{number}{n}.txt": b"words" for n in range(number)})
        importing.go_on(ArchiveImport.objects.latest("pk"), lambda: NOW)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address.format(where=where)).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]
