"""Saved searches as a person uses them: kept, beside every page, with marks on what is new."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from photos.tests.pictures import jpeg
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser


def upload(site: RunningSite, width: int) -> int:
    return int(site.upload(jpeg((width, 300), "red"), f"{width}.jpg").data["id"])


@pytest.fixture(autouse=True)
def library(site: RunningSite) -> Iterator[None]:
    upload(site, 400)
    yield
    for search in site.get("/searches").data:
        site.delete(f"/searches/{search['id']}")


def save(page: Page, query: str, name: str) -> None:
    page.goto(f"/gallery/search/?q={query}")
    unfold = page.get_by_text("Options")
    if unfold.is_visible():  # on a phone
        unfold.click()
    page.locator(".save-search summary").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_a_search_is_saved_pinned_and_marks_what_is_new(page: Page, site: RunningSite) -> None:
    save(page, "red", "My reds")
    pinned = page.locator("#pinned").get_by_role("link", name=re.compile("My reds"))
    expect(pinned).to_contain_text("1")
    expect(pinned).to_have_attribute("aria-current", "page")

    new = upload(site, 500)
    page.goto("/gallery/")
    expect(pinned).to_contain_text("1 new")
    pinned.click()

    expect(page.locator(".tile", has=page.locator(".new-mark"))).to_have_count(1)
    expect(page.locator(f'.tile:has(.new-mark) a[href^="/gallery/{new}/"]')).to_be_visible()
    expect(page.locator("#pinned .new-count")).to_have_count(0)  # the page has told that it was seen
    page.goto("/gallery/")
    expect(pinned).to_contain_text("2")
    expect(page.locator("#pinned .new-count")).to_have_count(0)


def test_searches_are_moved_renamed_and_deleted_with_a_way_back(page: Page) -> None:
    save(page, "red", "Reds")
    save(page, "blue", "Blues")
    page.goto("/gallery/searches/")
    names = page.locator(".saved-name")
    expect(names).to_have_text(["Reds", "Blues"])

    page.get_by_role("button", name="Move Blues up").click()
    expect(names).to_have_text(["Blues", "Reds"])
    expect(page.get_by_role("button", name="Move Blues up")).to_be_disabled()
    page.locator(".saved-line", has_text="Reds").get_by_text("Name and feed").click()
    page.get_by_label("Name", exact=True).filter(visible=True).fill("Crimson")
    page.get_by_role("button", name="Rename").filter(visible=True).click()
    expect(names).to_have_text(["Blues", "Crimson"])
    page.get_by_role("button", name="Delete Blues").click()
    expect(names).to_have_text(["Crimson"])
    page.get_by_role("button", name="Undo").click()

    expect(names).to_have_text(["Blues", "Crimson"])
    expect(page.locator("#pinned li")).to_have_count(2)


def test_the_feed_is_a_click_away(page: Page) -> None:
    save(page, "red", "Reds")
    page.goto("/gallery/searches/")
    page.get_by_text("Name and feed").click()

    address = page.get_by_role("link", name="Atom feed").get_attribute("href")
    feed = page.request.get(str(address))

    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert "<title>Reds</title>" in feed.text()


def test_without_scripts_it_is_saved_seen_and_managed_too(plain_page: Page, site: RunningSite) -> None:
    save(plain_page, "red", "Reds")
    upload(site, 500)

    plain_page.get_by_role("link", name="Searches", exact=True).click()
    plain_page.get_by_role("link", name="Reds").click()
    expect(plain_page.locator(".new-mark")).to_have_count(1)
    plain_page.get_by_role("button", name="Mark all as seen").click()

    expect(plain_page.get_by_role("heading", name="Reds")).to_be_visible()
    expect(plain_page.get_by_role("button", name="Mark all as seen")).to_have_count(0)


def test_a_saved_search_in_another_order_fits_into_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    save(page, "red", "Reds")

    page.get_by_text("Options").click()
    page.get_by_role("link", name="Newest").click()
    page.get_by_text("Newest").first.click()  # what is chosen stands on the button

    expect(page.get_by_role("button", name="Always in this order")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="All saved searches")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_unfolds_over_results_folds_by_escape_and_by_a_click_beside_it(page: Page) -> None:
    page.goto("/gallery/search/?q=red")
    name, summary = page.get_by_label("Name"), page.locator(".save-search summary")
    summary.click()
    name.fill("Reds")

    page.keyboard.press("Escape")
    expect(name).to_be_hidden()
    expect(summary).to_be_focused()
    page.get_by_text("How to search").click()
    page.get_by_role("heading", level=1).click()

    expect(page.locator(".language-help > div")).to_be_hidden()
