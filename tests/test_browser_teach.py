"""Teaching a word as a person does it: choose photos, name what they show, answer what is asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser_files import picture, press
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

COLOURS = ("red", "blue")


def fill(site: RunningSite, each: int) -> None:
    """Bring in so many red and so many blue photos."""
    for number in range(each):
        for colour in COLOURS:
            site.upload(picture(colour)["buffer"] + bytes([number]), f"{colour} {number}.jpg")


def teach_red(page: Page) -> None:
    """Choose the newest red photo in the gallery and teach a word with it."""
    page.goto("/gallery/")
    page.locator(".tile").filter(has=page.get_by_alt_text("red", exact=False)).first.locator(".pick input").check(
        force=True
    )
    page.get_by_role("button", name="Teach a word").click()
    page.get_by_label("What is it called?").fill("our poppies")
    page.get_by_role("button", name="Teach", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("our poppies")


def test_a_word_is_taught_with_two_keys(page: Page, site: RunningSite) -> None:
    fill(site, each=8)
    teach_red(page)
    expect(page.locator(".suggestion")).to_have_count(12)

    for _ in range(15):
        first = page.locator(".suggestion").first
        number = first.locator("[name=photo]").input_value()
        colour = (first.locator("img").get_attribute("alt") or "").lower()
        press(page, "y" if "red" in colour else "n")
        expect(page.locator(f".suggestion [name=photo][value='{number}']")).to_have_count(0)

    expect(page.locator("#asking")).to_contain_text("every photo that is there")
    expect(page.locator("#learned")).to_contain_text("8 of your photos show it, 8 do not.")


def test_an_answer_is_undone(page: Page, site: RunningSite) -> None:
    fill(site, each=2)
    teach_red(page)
    expect(page.locator("#learned")).to_contain_text("1 of your photos show it")

    press(page, "y")
    expect(page.locator("#learned")).to_contain_text("2 of your photos show it")
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#learned")).to_contain_text("1 of your photos show it")
    expect(page.locator(".suggestion")).to_have_count(3)


def test_who_answers_with_the_tab_key_stays_at_the_next_photo(page: Page, site: RunningSite) -> None:
    fill(site, each=2)
    teach_red(page)
    photos = page.locator(".suggestion [name=photo]").evaluate_all("inputs => inputs.map((input) => input.value)")

    page.locator(".suggestion [value=no]").first.focus()
    press(page, "Enter")
    expect(page.locator(".suggestion")).to_have_count(2)

    focused = page.locator(".suggestion:focus-within [name=photo]")
    expect(focused).to_have_value(photos[1])
    expect(page.locator(":focus")).to_have_attribute("value", "no")


def test_teaching_needs_no_script(plain_page: Page, site: RunningSite) -> None:
    fill(site, each=3)
    teach_red(plain_page)

    for _ in range(5):
        first = plain_page.locator(".suggestion").first
        colour = (first.locator("img").get_attribute("alt") or "").lower()
        first.get_by_role("button", name="Yes" if "red" in colour else "No").click()

    expect(plain_page.locator("#learned")).to_contain_text("3 of your photos show it, 3 do not.")
    plain_page.get_by_role("link", name="Forget it").click()
    plain_page.get_by_role("button", name="Forget it").click()
    expect(plain_page.get_by_role("heading", level=2)).to_contain_text("Teach Cloudzy a word")
