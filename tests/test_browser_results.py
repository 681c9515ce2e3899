"""Results in a browser: they go on while one scrolls, up to the line."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser_files import picture
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser


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
