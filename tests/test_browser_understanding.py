"""What the machine saw, corrected by a person's hands, with scripts and without; many photos analysed once more."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from ai.fakes import PALETTE
from tests.browser_files import picture, press
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser


def red_perhaps_green() -> bytes:
    """Return a picture of 16 x 16 fields, of which the fake encoder says red for sure and green perhaps."""
    fields = Image.new("RGB", (16, 16), PALETTE["red"])
    fields.paste(PALETTE["green"], (0, 0, 16, 7))
    fields.paste(PALETTE["green"], (0, 7, 5, 8))
    file = BytesIO()
    fields.resize((160, 160), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def photo(site: RunningSite) -> str:
    """Address of the page of a photo that is red and perhaps green."""
    return f"/gallery/{site.upload(red_perhaps_green(), 'poppies.png').data['id']}/"


def word(page: Page, name: str) -> Locator:
    return page.locator(".judged li").filter(has=page.get_by_role("link", name=name, exact=True))


def stays(page: Page) -> None:
    """Mark the page, so that a reload shows."""
    page.evaluate("window.mark = 'here'")


def has_stayed(page: Page) -> bool:
    return page.evaluate("window.mark") == "here"


def test_one_click_judges_a_word_and_another_takes_it_back_with_no_reload(page: Page, photo: str) -> None:
    page.goto(photo)
    press(page, "u")
    expect(page).to_have_url(re.compile("understanding/$"))
    page.wait_for_load_state("load")
    stays(page)

    word(page, "green").get_by_role("button", name="Yes").click()
    expect(word(page, "green")).to_contain_text("you")
    page.get_by_role("button", name="Undo").click()
    expect(word(page, "green")).to_have_class("open")
    word(page, "red").get_by_role("button", name="No").click()
    page.get_by_role("button", name="Bring back").click()

    expect(word(page, "red")).to_have_class("machine")
    assert has_stayed(page)


def test_words_are_judged_with_the_keys_alone(page: Page, photo: str) -> None:
    page.goto(f"{photo}understanding/", wait_until="networkidle")

    press(page, "ArrowDown")
    press(page, "ArrowDown")
    press(page, "n")
    expect(word(page, "green")).to_have_class("rejected")
    expect(page.locator(".judged li :focus")).to_have_count(1)
    press(page, "ArrowUp")
    press(page, "y")
    expect(word(page, "red")).to_contain_text("you")
    press(page, "Escape")

    expect(page).to_have_url(re.compile(f"{photo}$"))


def test_words_of_a_caption_not_saved_yet_outlast_a_judgement(page: Page, photo: str) -> None:
    page.goto(f"{photo}understanding/", wait_until="networkidle")
    page.locator("#caption").fill("A field of poppies.")

    word(page, "green").get_by_role("button", name="No").click()

    expect(word(page, "green")).to_have_class("rejected")
    expect(page.locator("#caption")).to_have_value("A field of poppies.")


def test_a_caption_is_written_handed_back_and_put_back(page: Page, photo: str) -> None:
    page.goto(f"{photo}understanding/", wait_until="networkidle")
    machine_s = page.locator("#caption").input_value()
    page.locator("#caption").fill("A field of poppies.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Caption")).to_contain_text("Your words")

    page.get_by_role("button", name="Go back to the machine's").click()
    expect(page.locator("#caption")).to_have_value(machine_s)
    page.get_by_role("button", name="back to your words").click()

    expect(page.locator("#caption")).to_have_value("A field of poppies.")


def test_progress_of_an_analysis_comes_by_itself(page: Page, photo: str, site: RunningSite) -> None:
    assert photo
    page.goto("/analysis/", wait_until="networkidle")
    page.get_by_role("button", name="Analyse all photos").click()
    expect(page.locator(".how-far")).to_contain_text("Not counted yet")
    page.wait_for_load_state("load")
    stays(page)

    assert site.manage("worker", "--once").returncode == 0

    expect(page.locator(".how-far")).to_contain_text("1 of 1")
    expect(page.get_by_role("button", name="Analyse all photos")).to_be_visible()
    assert has_stayed(page)


def test_judging_needs_no_script(plain_page: Page, photo: str) -> None:
    plain_page.goto(photo)
    plain_page.get_by_role("link", name="What the machine saw").click()

    word(plain_page, "green").get_by_role("button", name="Yes").click()
    expect(word(plain_page, "green")).to_contain_text("you")
    plain_page.get_by_role("button", name="Undo").click()
    expect(word(plain_page, "green")).to_have_class("open")
    word(plain_page, "red").get_by_role("button", name="No").click()
    plain_page.get_by_role("button", name="Bring back").click()

    expect(word(plain_page, "red")).to_have_class("machine")


def test_selected_photos_are_analysed_again_without_scripts(plain_page: Page, site: RunningSite) -> None:
    for colour in ("red", "blue"):
        site.upload(picture(colour)["buffer"], f"{colour}.jpg")
    plain_page.goto("/gallery/")

    plain_page.get_by_label("Select red.jpg").check(force=True)
    plain_page.get_by_role("button", name="Analyse").click()
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Analyse 1 photo once more")
    plain_page.get_by_role("button", name="Analyse").click()
    expect(plain_page.locator(".how-far")).to_contain_text("Not counted yet")
    site.manage("worker", "--once")
    plain_page.get_by_role("link", name="Look again").click()

    expect(plain_page.locator(".how-far")).to_contain_text("1 of 1")


def test_what_waits_is_cancelled(plain_page: Page, photo: str) -> None:
    assert photo
    plain_page.goto("/analysis/")
    plain_page.get_by_role("button", name="Analyse all photos").click()

    plain_page.get_by_role("button", name="Cancel what waits").click()

    expect(plain_page.locator(".notice")).to_contain_text("Cancelled.")
    expect(plain_page.get_by_role("button", name="Analyse all photos")).to_be_visible()
