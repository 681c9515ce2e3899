"""The same main path with JavaScript off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser_files import no_picture, picture

pytestmark = pytest.mark.browser


def upload(page: Page, *files: FilePayload) -> None:
    page.goto("/gallery/")
    page.get_by_role("link", name="Add photos").click()
    page.get_by_label("Choose photos").set_input_files(list(files))
    page.get_by_role("button", name="Add photos").click()


def test_many_files_are_uploaded_by_a_plain_form(plain_page: Page) -> None:
    upload(plain_page, picture("red"), no_picture(), picture("blue"))

    rows = plain_page.locator(".upload")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("not a photo")
    plain_page.get_by_role("link", name="To the gallery").click()
    expect(plain_page.locator(".tile")).to_have_count(2)


def test_search_edit_and_similar_photos_need_no_script(plain_page: Page) -> None:
    upload(plain_page, picture("red"), picture("orange"))

    plain_page.get_by_role("searchbox").fill("red")
    plain_page.keyboard.press("Enter")
    plain_page.locator(".tile a").first.click()
    plain_page.get_by_label("Caption").fill("A field of poppies.")
    plain_page.get_by_role("button", name="Save").click()
    expect(plain_page.locator(".notice")).to_contain_text("Saved.")
    expect(plain_page.get_by_label("Caption")).to_have_value("A field of poppies.")
    plain_page.get_by_label("Add tags").fill("poppy")
    plain_page.get_by_role("button", name="Add", exact=True).click()
    expect(plain_page.locator(".chip").filter(has_text="poppy")).to_be_visible()
    plain_page.get_by_role("link", name="Show similar photos").click()

    expect(plain_page.get_by_role("heading", level=1)).to_contain_text("Photos like photo")


def test_delete_and_undo_need_no_script(plain_page: Page) -> None:
    upload(plain_page, picture("red"))
    plain_page.get_by_role("link", name="red.jpg").click()

    plain_page.get_by_role("button", name="Delete").click()
    expect(plain_page.locator(".tile")).to_have_count(0)
    plain_page.get_by_role("button", name="Undo").click()

    expect(plain_page.locator(".tile")).to_have_count(1)


def test_a_picture_is_searched_by_with_a_plain_form(plain_page: Page) -> None:
    upload(plain_page, picture("red"), picture("blue"))
    plain_page.goto("/gallery/search/")

    plain_page.get_by_label("Search by a picture").set_input_files([picture("red", "query.jpg")])
    plain_page.get_by_role("button", name="Find similar").click()

    expect(plain_page.locator(".tile img").first).to_have_attribute("alt", re.compile("red", re.IGNORECASE))
