"""Endless scrolling: nothing that stands in the window moves when more comes below."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser_files import picture
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

WATCH_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
}"""
BOX = "tile => { const box = tile.getBoundingClientRect(); return [box.x, box.y + scrollY, box.width, box.height]; }"


def test_a_day_of_many_photos_grows_without_moving_anything(page: Page, site: RunningSite) -> None:
    for number in range(150):
        site.upload(picture("red")["buffer"] + bytes([number]), f"{number}.jpg")
    page.goto("/gallery/")
    page.evaluate(WATCH_SHIFTS)
    last = page.locator(".tile").nth(59)
    before = last.evaluate(BOX)

    for count in (120, 150):
        page.locator(".next-page").scroll_into_view_if_needed()
        expect(page.locator(".tile")).to_have_count(count)
    page.wait_for_function("() => document.querySelector('.next-page') === null")

    assert last.evaluate(BOX) == before
    assert page.evaluate("window.shifted") < 0.01
    expect(page.locator(".day h2")).to_have_count(1)
