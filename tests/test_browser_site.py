"""What holds for every page: nothing from elsewhere, nothing the policy blocks, nothing wider than the window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from photos.tests.pictures import jpeg
from tests.browser_files import picture
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

PAGES = [
    "/gallery/",
    "/gallery/favorites/",
    "/gallery/trash/",
    "/gallery/upload/",
    "/gallery/search/?q=red",
    f"/gallery/search/?q={'Donaudampfschifffahrt' * 6}",
    f"/gallery/search/facets/?q={'Donaudampfschifffahrt' * 6}",
    "/gallery/searches/",
    "/problems/no_file",
    "/nowhere",
]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHIFT = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(0), 500);
})"""

# Controls one can see that nothing tells of: no label, no text, no picture with a description.
NAMELESS = """() => [...document.querySelectorAll("input:not([type=hidden]), textarea, button, a")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .filter((e) => !((e.labels?.[0]?.textContent ?? "") + e.textContent + (e.ariaLabel ?? "")
    + (e.querySelector("img")?.alt ?? "")).trim())
  .map((e) => e.outerHTML)"""


@pytest.fixture
def photo(site: RunningSite) -> str:
    """Address of the page of a panorama, beside which a common photo lies in the gallery."""
    site.upload(picture("red")["buffer"], "red.jpg")
    panorama = site.upload(jpeg((1200, 300), "blue"), "blue.jpg")
    return f"/gallery/{panorama.data['id']}/"


@pytest.mark.parametrize("path", ["photo", "/gallery/", "/gallery/search/?q=red", "/docs", "/redoc"])
def test_no_request_leaves_the_site_and_nothing_is_blocked(
    page: Page, site: RunningSite, photo: str, path: str
) -> None:
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(photo if path == "photo" else path, wait_until="networkidle")

    own = (site.url, "data:", f"blob:{site.url}")
    assert requests
    assert [url for url in requests if not url.startswith(own)] == []
    assert complaints == []


@pytest.mark.parametrize("width", [320, 360, 1920])
def test_no_page_is_wider_than_the_window(browser: Browser, site: RunningSite, photo: str, width: int) -> None:
    # A phone's scroll bars take no room: beside those of a desktop the gutter would hide what is a little too wide.
    window = ViewportSize(width=width, height=800)
    context = browser.new_context(base_url=site.url, viewport=window, is_mobile=width < 720)
    page = context.new_page()

    too_wide = []
    for path in [*PAGES, photo]:
        page.goto(path)
        if page.evaluate(OVERFLOW) > 0:
            too_wide.append(path)
    context.close()

    assert too_wide == []


def test_images_that_come_late_move_nothing(page: Page, photo: str) -> None:  # noqa: ARG001
    page.goto("/gallery/", wait_until="networkidle")

    assert page.evaluate(SHIFT) < 0.01


def test_a_day_of_one_photo_fills_the_width_of_a_phone(page: Page, site: RunningSite) -> None:
    site.upload(picture("red")["buffer"], "red.jpg")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/gallery/")

    tile, days = page.locator(".tile").bounding_box(), page.locator(".days").bounding_box()

    assert tile
    assert days
    assert tile["width"] == days["width"]


def test_every_control_has_a_name(page: Page, photo: str) -> None:
    for path in [*PAGES, photo]:
        page.goto(path, wait_until="networkidle")  # what comes after the page may take controls away
        assert page.evaluate(NAMELESS) == [], path


def test_a_control_without_a_name_would_be_noticed(page: Page) -> None:
    named = "<a href='/'>a</a><button aria-label='b'></button><label>c<input></label><a href='/'><img alt='d'></a>"
    page.set_content(f"{named}<button id='seen'></button><button hidden></button><input style='visibility: hidden'>")

    assert page.evaluate(NAMELESS) == ['<button id="seen"></button>']


def test_tab_leads_first_to_the_content(page: Page, photo: str) -> None:  # noqa: ARG001
    page.goto("/gallery/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()
