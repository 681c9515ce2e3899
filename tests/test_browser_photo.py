"""The page of one photo under the hands of a person: the way back, the focus, words not saved yet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser_files import picture, press
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser


@pytest.fixture
def photo(page: Page, site: RunningSite) -> str:
    """Address of a photo's page, which is open; older ones stand behind it in the gallery."""
    for colour in ("blue", "green", "red"):
        number = site.upload(picture(colour)["buffer"], f"{colour}.jpg").data["id"]
    page.goto(f"/gallery/{number}/", wait_until="networkidle")
    return f"/gallery/{number}/"


def test_escape_leads_back_to_the_search_one_came_from(page: Page, photo: str) -> None:  # noqa: ARG001
    page.goto("/gallery/search/?q=red")
    page.locator(".tile a").first.click()
    expect(page).to_have_url(re.compile(r"/gallery/\d+/\?from=search&q=red$"))

    press(page, "Escape")

    expect(page).to_have_url(re.compile(r"/gallery/search/\?q=red"))


def test_arrows_step_through_the_results_and_escape_shows_the_photo_seen_last(page: Page, photo: str) -> None:  # noqa: ARG001
    page.set_viewport_size({"width": 390, "height": 300})
    page.goto("/gallery/search/?q=type:jpeg&sort=oldest")
    page.locator(".tile a:has(img)").first.click()
    for colour in ("green", "red"):
        press(page, "ArrowRight")
        expect(page).to_have_title(re.compile(colour))
    expect(page.locator("#stage a[rel=next]")).to_have_count(0)

    press(page, "Escape")

    expect(page).to_have_url(re.compile(r"/gallery/search/\?q=type:jpeg"))
    expect(page.locator(".tile").last).to_be_in_viewport(ratio=0.9)


def test_escape_leads_to_the_gallery_where_one_came_from_nowhere(page: Page, photo: str) -> None:  # noqa: ARG001
    press(page, "Escape")

    expect(page).to_have_url(re.compile("/gallery/$"))


def test_the_buttons_of_a_field_show_only_while_it_is_edited(page: Page, photo: str) -> None:  # noqa: ARG001
    expect(page.get_by_role("button", name="Save")).to_be_hidden()

    page.get_by_label("Caption").focus()

    expect(page.get_by_role("button", name="Save")).to_be_visible()


def test_the_field_just_saved_keeps_the_focus(page: Page, photo: str) -> None:  # noqa: ARG001
    page.get_by_label("Description").fill("Poppies.")

    page.get_by_role("button", name="Save").click()

    expect(page.locator(".notice")).to_contain_text("Saved.")
    expect(page.get_by_label("Description")).to_be_focused()


def test_the_next_tag_has_the_focus_when_one_is_removed(page: Page, photo: str) -> None:  # noqa: ARG001
    page.get_by_label("Add tags").fill("one, two")
    press(page, "Enter")
    expect(page.locator(".chip")).to_have_count(3)

    for left in (2, 1):
        page.locator(".chip button").first.press("Enter")
        expect(page.locator(".chip")).to_have_count(left)
        expect(page.locator(".chip button").first).to_be_focused()
    press(page, "Enter")

    expect(page.get_by_label("Add tags")).to_be_focused()


def test_tab_leads_from_the_field_of_tags_to_its_button(page: Page, photo: str) -> None:  # noqa: ARG001
    page.get_by_label("Add tags").focus()

    press(page, "Tab")

    expect(page.get_by_role("button", name="Add", exact=True)).to_be_focused()


def test_words_not_saved_are_not_lost_without_a_question(page: Page, photo: str) -> None:
    page.get_by_label("Caption").fill("A field of poppies.")
    page.get_by_role("heading", name="Tags").click()
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    press(page, "ArrowRight")

    expect(page.get_by_label("Caption")).to_have_value("A field of poppies.")
    expect(page).to_have_url(re.compile(f"{photo}$"))
    assert questions == ["beforeunload"]


def test_words_not_saved_outlast_a_change_of_something_else(page: Page, photo: str) -> None:  # noqa: ARG001
    page.get_by_label("Caption").fill("A field of poppies.")

    page.locator("#favorite").click()

    expect(page.locator("#favorite")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Caption")).to_have_value("A field of poppies.")


def test_a_field_made_larger_by_hand_breaks_no_rule_when_it_is_saved(page: Page, photo: str) -> None:  # noqa: ARG001
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.get_by_label("Caption").evaluate("field => { field.style.height = '200px'; }")  # as its grip does

    page.get_by_label("Caption").fill("A field of poppies.")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".notice")).to_contain_text("Saved.")
    assert complaints == []
