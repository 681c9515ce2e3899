"""Colours as a person meets them: in what is offered, on the chip, and on the page of what the machine saw."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser_files import picture, press
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def library(site: RunningSite) -> dict[str, int]:
    files = {colour: picture(colour) for colour in ("red", "blue")}
    return {colour: site.upload(file["buffer"], file["name"]).data["id"] for colour, file in files.items()}


def painted(spot: Locator) -> str:
    """Return the colour a browser really paints, which the policy of the site might have forbidden."""
    return str(spot.locator("rect").evaluate("rect => getComputedStyle(rect).fill"))


def test_names_are_offered_with_their_colour_and_what_is_taken_is_found(page: Page, library: dict[str, int]) -> None:
    page.goto("/gallery/")
    box = page.get_by_role("combobox", name="Search photos")

    box.press_sequentially("color:re")
    option = page.get_by_role("option")
    expect(option).to_have_count(1)
    assert painted(option.locator(".swatch")) == "rgb(224, 27, 27)"
    box.press("ArrowDown")
    box.press("Enter")
    box.press("Enter")

    expect(page).to_have_url(re.compile("color%3Ared|color:red"))
    assert painted(page.locator(".chip .swatch")) == "rgb(224, 27, 27)"
    expect(page.locator(f".found a[href*='/{library['red']}/']")).to_be_visible()
    expect(page.locator(f".found a[href*='/{library['blue']}/']")).to_have_count(0)


def test_a_colour_of_a_photo_leads_to_others_that_have_it(page: Page, library: dict[str, int]) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"/gallery/{library['blue']}/")
    press(page, "u")

    shade = page.get_by_role("region", name="Colours").get_by_role("link")
    expect(shade).to_contain_text("blue")
    assert painted(shade.locator(".swatch")) == "rgb(0, 0, 254)"  # of a JPEG
    shade.click()

    expect(page).to_have_url(re.compile("color:blue"))
    expect(page.locator(f".found a[href*='/{library['blue']}/']")).to_be_visible()
    assert complaints == []
