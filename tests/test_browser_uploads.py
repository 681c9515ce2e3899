"""Uploads that stop and go on: paused, offline, after a reload; folders; and what is there is not sent again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Request, expect

from photos.tests.pictures import jpeg
from tests.browser_files import picture
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

LARGE = FilePayload(name="large.jpg", mimeType="image/jpeg", buffer=jpeg() + bytes(2_000_000))


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("#upload-files").set_input_files(list(files))


@pytest.fixture
def speed(page: Page) -> Callable[[int], object]:
    """Set how many bytes a second the page may send; -1 ends that."""
    session = page.context.new_cdp_session(page)
    unlimited = {"offline": False, "latency": 0, "downloadThroughput": -1}
    return lambda limit: session.send("Network.emulateNetworkConditions", unlimited | {"uploadThroughput": limit})


def sent_pieces(page: Page) -> list[int]:
    """Return a list that grows by the offset of each piece the page sends."""
    offsets: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            offsets.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return offsets


def test_what_a_closed_page_left_half_done_goes_on_where_it_was(
    page: Page, site: RunningSite, speed: Callable[[int], object]
) -> None:
    offsets = sent_pieces(page)
    page.goto("/gallery/upload/")
    speed(400_000)
    choose(page, LARGE)
    row = page.locator(".upload")
    expect(row).to_contain_text(re.compile("[1-9][0-9]* % of"))
    row.get_by_role("button", name="Pause: large.jpg").click()
    expect(row).to_contain_text("Paused")
    for number, damaged in enumerate(('{"metadata":', "null", '{"creationTime": "2999-01-01", "metadata": {}}')):
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [f"tus::cloudzy-{number}", damaged])

    page.goto("/gallery/")
    expect(page.locator("#uploads-unfinished")).to_contain_text("One upload is unfinished: large.jpg.")
    assert page.evaluate("Object.keys(localStorage).filter((key) => /^tus::cloudzy-[0-9]$/.test(key))") == []
    speed(-1)
    choose(page, LARGE)
    expect(page.locator("#uploads-title")).to_have_text("1 added")

    [photo] = site.get("/photos").data
    original = next((site.home / "media" / "originals").rglob("*.jpg"))
    assert photo["bytes"] == len(LARGE["buffer"])
    assert hashlib.sha256(original.read_bytes()).digest() == hashlib.sha256(LARGE["buffer"]).digest()
    assert offsets[0] == 0 < offsets[-1] < len(LARGE["buffer"])


def test_an_upload_goes_on_by_itself_when_the_connection_is_back(page: Page) -> None:
    page.goto("/gallery/upload/")
    page.context.set_offline(True)
    choose(page, picture("red"))
    expect(page.locator("#uploads-offline")).to_be_visible()
    expect(page.locator(".upload")).to_contain_text("It goes on when you are online.")

    page.context.set_offline(False)

    expect(page.locator("#uploads-title")).to_have_text("1 added")
    expect(page.locator("#uploads-offline")).to_be_hidden()


def test_what_is_there_is_linked_and_not_sent_again_and_the_trash_gives_it_back(page: Page, site: RunningSite) -> None:
    red, blue = picture("red"), picture("blue")
    number = site.upload(red["buffer"], "red.jpg").data["id"]
    site.delete(f"/photo/{site.upload(blue['buffer'], 'blue.jpg').data['id']}")
    offsets = sent_pieces(page)
    page.goto("/gallery/upload/")

    choose(page, red, blue)

    expect(page.locator("#uploads-title")).to_have_text("1 restored, 1 already there")
    expect(page.get_by_role("link", name="red.jpg")).to_have_attribute("href", f"/gallery/{number}/")
    assert offsets == []


def test_of_a_folder_the_photos_are_taken(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "2019" / "Rome"
    folder.mkdir(parents=True)
    for name in ("a.jpg", ".hidden.jpg", "notes.txt"):
        (folder / name).write_bytes(picture("green")["buffer"])
    page.goto("/gallery/upload/")

    page.locator("#upload-folder").set_input_files(tmp_path / "2019")

    expect(page.locator("#uploads-title")).to_have_text("1 added")
    expect(page.locator(".upload")).to_have_count(1)


def test_a_cancelled_upload_leaves_nothing(page: Page, site: RunningSite, speed: Callable[[int], object]) -> None:
    page.goto("/gallery/upload/")
    speed(400_000)
    choose(page, LARGE)
    expect(page.locator(".upload")).to_contain_text(re.compile("[1-9][0-9]* % of"))

    with page.expect_response(lambda response: response.request.method == "DELETE" and response.status == 204):
        page.get_by_role("button", name="Cancel: large.jpg").click()

    expect(page.locator(".upload")).to_have_count(0)
    assert list((site.home / "media" / ".incoming").iterdir()) == []
