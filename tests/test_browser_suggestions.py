"""Suggestions while typing, by keyboard: what is offered has results."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser_files import picture
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def library(site: RunningSite, page: Page) -> Iterator[None]:
    for colour in ("red", "blue"):
        site.upload(picture(colour)["buffer"], f"{colour}.jpg")
    yield
    page.goto("/gallery/searches/")
    if (clear := page.get_by_role("button", name="Clear history")).count():
        clear.click()


def search(page: Page, text: str) -> None:
    """Search for something that is found, and wait until the page has told so."""
    with page.expect_response("**/searches/past/"):
        page.goto(f"/gallery/search/?q={text}")


def test_a_tag_is_chosen_with_the_keyboard_and_found(page: Page) -> None:
    page.goto("/gallery/")
    box = page.get_by_role("combobox", name="Search photos")

    box.press_sequentially("re")
    option = page.get_by_role("option", name=re.compile("Tag red"))
    expect(option).to_contain_text("1 photo")
    expect(option.locator("mark")).to_have_text("re")
    while option.get_attribute("aria-selected") != "true":
        box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", str(option.get_attribute("id")))
    box.press("Tab")

    expect(box).to_have_value("tag:red ")
    expect(box).to_be_focused()
    box.press("Enter")
    expect(page.locator(".tile")).to_have_count(1)


def test_an_empty_box_offers_past_searches_which_run_at_once(page: Page) -> None:
    search(page, "red")
    page.goto("/gallery/")
    box = page.get_by_role("combobox", name="Search photos")

    page.keyboard.press("/")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("searched before")
    box.press("ArrowDown")
    box.press("Enter")

    expect(page).to_have_url(re.compile(r"/gallery/search/\?q=red$"))


def test_escape_closes_and_an_arrow_opens_again(page: Page) -> None:
    search(page, "red")
    page.goto("/gallery/")
    box = page.get_by_role("combobox", name="Search photos")

    box.focus()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    expect(page.locator("#completions")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")

    expect(page.locator("#completions")).to_be_visible()


def test_what_is_forgotten_is_not_offered(page: Page) -> None:
    search(page, "red")
    page.goto("/gallery/searches/")
    page.get_by_role("button", name="Forget red").click()
    expect(page.get_by_role("button", name="Forget red")).to_have_count(0)

    page.get_by_role("combobox", name="Search photos").focus()

    expect(page.get_by_role("option").first).to_be_visible()
    expect(page.get_by_text("searched before")).to_have_count(0)


def test_a_pinned_search_is_found_in_the_empty_box_of_a_phone(page: Page) -> None:
    page.goto("/gallery/search/?q=blue&sort=oldest")
    page.get_by_text("Save this search").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/gallery/")

    page.get_by_role("combobox", name="Search photos").click()
    page.get_by_role("option", name=re.compile("Pinned search Blue")).click()

    expect(page).to_have_url(re.compile(r"q=blue&sort=oldest$"))


def test_a_suggestion_is_tapped_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/gallery/")
    box = page.get_by_role("combobox", name="Search photos")

    box.press_sequentially("blu")
    page.get_by_role("option", name=re.compile("Tag blue")).click()

    expect(box).to_have_value("tag:blue ")
