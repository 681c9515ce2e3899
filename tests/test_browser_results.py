"""Results in a browser: they go on while one scrolls, up to the line."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser_files import picture
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=390, height=844)


def test_results_go_on_while_one_scrolls_and_less_likely_ones_wait_below_the_line(
    page: Page, site: RunningSite
) -> None:
    for number in range(66):
        site.upload(picture("red")["buffer"] + bytes([number]), f"{number}.jpg")
    page.goto("/gallery/search/?q=red")
    expect(page.locator(".tile")).to_have_count(60)

    page.locator(".next-page").scroll_into_view_if_needed()

    expect(page.locator(".tile")).to_have_count(66)
    expect(page.locator(".next-page")).to_have_count(0)
    page.get_by_role("link", name="Oldest").click()
    expect(page.locator(".tile")).to_have_count(60)
    expect(page.get_by_role("link", name="Oldest")).to_have_attribute("aria-current", "page")


@pytest.mark.parametrize("query", ["type:jpeg", "type:jpeg -night -winter orientation:landscape after:2000"])
def test_a_phone_shows_photos_near_its_top_however_much_is_asked(page: Page, site: RunningSite, query: str) -> None:
    page.set_viewport_size(PHONE)
    site.upload(picture("red")["buffer"], "red.jpg")
    page.goto(f"/gallery/search/?q={query}", wait_until="networkidle")

    box = page.locator(".tile").first.bounding_box()

    assert box
    assert box["y"] < 260
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_role("link", name="Newest")).to_be_hidden()
    page.get_by_role("checkbox", name="Options").press("Space")
    expect(page.get_by_role("link", name="Newest")).to_be_visible()


def test_results_are_selected_and_trashed_on_the_page(page: Page, site: RunningSite) -> None:
    for colour in ("red", "green", "blue"):
        site.upload(picture(colour)["buffer"], f"{colour}.jpg")
    page.goto("/gallery/search/?q=type:jpeg&sort=oldest")
    tiles = page.locator(".tile")

    page.get_by_text("Select", exact=True).click()
    tiles.nth(0).click()
    tiles.nth(1).click()
    expect(page.locator(".selection-bar")).to_be_visible()
    expect(page.locator(".refine").first).to_be_hidden()
    page.get_by_role("button", name="Trash").click()

    expect(page).to_have_url(re.compile("sort=oldest"))
    expect(tiles).to_have_count(1)


def test_the_head_of_the_gallery_is_one_row_on_a_phone(page: Page, site: RunningSite) -> None:
    page.set_viewport_size(PHONE)
    site.upload(picture("red")["buffer"], "red.jpg")
    page.goto("/gallery/")

    parts = [part.bounding_box() for part in page.locator(".page-head > :visible").all()]

    middles = [part["y"] + part["height"] / 2 for part in parts if part]
    assert len(middles) == 4
    assert max(middles) - min(middles) < 2
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
