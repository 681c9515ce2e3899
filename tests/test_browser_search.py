"""Searching as a person does it: what may follow is offered, what was asked can be taken apart."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser_files import picture
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def library(site: RunningSite) -> None:
    for colour in ("red", "blue"):
        file = picture(colour)
        site.upload(file["buffer"], file["name"])


def test_fields_and_values_are_completed_with_the_keyboard(page: Page) -> None:
    page.goto("/gallery/")
    box = page.get_by_role("combobox", name="Search photos")

    box.press_sequentially("red orient")
    expect(page.get_by_role("option")).to_have_count(1)
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("red orientation:")
    expect(page.get_by_role("option")).to_have_text([re.compile("orientation:landscape")])  # the others find nothing
    box.press("ArrowUp")
    box.press("Tab")

    expect(box).to_have_value(re.compile(r"red orientation:\w+ "))
    expect(page.locator("#completions")).to_be_hidden()
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/gallery/search/\?q=red"))


def test_escape_closes_what_is_offered_and_leaves_the_text(page: Page) -> None:
    page.goto("/gallery/")
    box = page.get_by_role("combobox", name="Search photos")

    box.press_sequentially("type:")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Escape")

    expect(page.locator("#completions")).to_be_hidden()
    expect(box).to_have_value("type:")
    expect(box).to_be_focused()


def test_a_piece_of_the_query_is_taken_away_and_the_mode_stays(page: Page) -> None:
    page.goto("/gallery/search/?q=red+-blue&mode=text")

    expect(page.locator(".chip")).to_have_count(2)
    page.get_by_role("link", name="Search without -blue").click()

    expect(page).to_have_url(re.compile(r"q=red&mode=text$"))
    expect(page.get_by_role("link", name="Words")).to_have_attribute("aria-current", "page")
    expect(page.locator(".tile")).to_have_count(1)


def test_a_field_there_is_not_is_marked_and_explained(page: Page) -> None:
    page.goto("/gallery/search/?q=red+colr:blue")

    expect(page.locator(".chip.wrong")).to_contain_text("colr:blue")
    expect(page.get_by_role("alert")).to_contain_text("There is no field “colr”")
    page.get_by_text("How to search").click()
    expect(page.locator(".language-help")).to_contain_text("camera:")
    page.get_by_role("link", name="Search without colr:blue").click()

    expect(page.locator(".tile").first).to_be_visible()
