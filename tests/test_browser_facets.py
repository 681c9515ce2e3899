"""Narrowing a search by what its photos have, as a person does it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser_files import picture
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

SEARCH = "/gallery/search/?q=type:jpeg"


@pytest.fixture(autouse=True)
def library(site: RunningSite) -> None:
    for colour in ("red", "blue"):
        file = picture(colour)
        site.upload(file["buffer"], file["name"])


def test_beside_the_results_stands_what_narrows_them(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(SEARCH)

    beside = page.get_by_role("complementary", name="What the photos have")
    expect(beside.get_by_text("2 photos")).to_be_visible()
    beside.get_by_title("color:blue").click()

    expect(page).to_have_url(re.compile("q=type%3Ajpeg%20color%3Ablue"))
    expect(beside.get_by_text("1 photo", exact=True)).to_be_visible()
    beside.get_by_title("Search without color:blue").click()
    expect(beside.get_by_text("2 photos")).to_be_visible()


def test_on_a_phone_it_is_folded_and_opens_with_the_keyboard_too(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(SEARCH)

    value = page.get_by_title("color:blue")
    expect(page.get_by_text("2 photos")).to_be_visible()
    expect(value).to_be_hidden()
    page.get_by_text("Narrow down").click()
    expect(value).to_be_visible()
    page.get_by_role("checkbox", name="Narrow down").press("Space")
    expect(value).to_be_hidden()
