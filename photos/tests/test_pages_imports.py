from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from photos.archives import importing
from photos.models import ArchiveImport
from photos.tests.factories import at, make_user
from photos.tests.pictures import jpeg
from photos.tests.resuming import sent_whole
from photos.tests.zipped import zipped

pytestmark = pytest.mark.django_db
NOW = at("2024-05-01 12:00")


def page_of(client: Client, files: dict[str, bytes]) -> str:
    """Upload an archive; return the address of its page."""
    return f"/gallery/imports/{sent_whole(client, zipped(files), kind='archive')['X-Import-Id']}/"


def take_in() -> None:
    importing.go_on(ArchiveImport.objects.latest("pk"), lambda: NOW)


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_page_of_an_import_asks_again_until_it_is_over(client: Client) -> None:
    where = page_of(client, {"a.jpg": jpeg(), "<b>.jpg": b"words"})
    waiting = text_of(client.get(where))
    take_in()
    done = text_of(client.get(where, headers={"HX-Request": "true"}))

    assert "every 2s" in waiting
    assert "Take no more of it" in waiting
    assert "every 2s" not in done
    assert "<html" not in done
    assert "2 of 2 files</strong> · 1 added, 1 could not be added" in done
    assert "&lt;b&gt;.jpg" in done
    assert "This is a text file" in done


def test_an_import_is_cancelled_by_a_form(client: Client) -> None:
    where = page_of(client, {"a.jpg": jpeg()})

    response = client.post(f"{where}cancel/")

    assert (response.status_code, response["Location"]) == (302, where)
    assert "Cancelled" in text_of(client.get(where))
    assert client.get(f"{where}cancel/").status_code == 405


def test_another_persons_import_is_neither_shown_nor_cancelled(client: Client, server_mode: Settings) -> None:
    assert server_mode
    client.force_login(make_user("berta"))
    where = page_of(client, {"a.jpg": jpeg()})
    mine = Client()
    mine.force_login(make_user("anna"))

    assert mine.get(where).status_code == mine.post(f"{where}cancel/").status_code == 404
    assert Client().get(where).status_code == 302
    assert ArchiveImport.objects.get().ended_at is None


def test_the_page_takes_as_many_queries_however_much_was_left(client: Client) -> None:
    counts = []
    for number in (1, 9):
        where = page_of(client, {f"{number}{n}.txt": b"words" for n in range(number)})
        take_in()
        with CaptureQueriesContext(connection) as captured:
            text_of(client.get(where))
        counts.append(len(captured))

    assert counts[0] == counts[1]
