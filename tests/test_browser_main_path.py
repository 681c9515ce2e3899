"""The main path as a person walks it: upload, browse, search, edit, undo."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser_files import no_picture, picture, press
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

DROP = """(files) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""


def upload(page: Page, *files: FilePayload) -> None:
    page.goto("/gallery/")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("link", name="Add photos").click()
    chooser.value.set_files(list(files))
    expect(page.locator("#uploads-title")).not_to_have_text(re.compile("Adding photos"))


def drop(page: Page, *files: FilePayload) -> None:
    page.evaluate(DROP, [[file["name"], base64.b64encode(file["buffer"]).decode()] for file in files])


def tiles(page: Page) -> list[str]:
    return page.locator(".tile img").evaluate_all("images => images.map((image) => image.alt)")


def open_photo(page: Page, site: RunningSite, colour: str) -> None:
    file = picture(colour)
    number = site.upload(file["buffer"], file["name"]).data["id"]
    page.goto(f"/gallery/{number}/")


def test_picked_files_are_uploaded_each_with_its_own_result(page: Page) -> None:
    upload(page, picture("red"), no_picture(), picture("blue"))

    rows = page.locator(".upload")
    expect(rows.filter(has_text="red.jpg")).to_contain_text("red")
    expect(rows.filter(has_text="blue.jpg").locator("img")).to_be_visible()
    expect(rows.first).to_contain_text("not a photo")
    expect(page.locator("#uploads-title")).to_have_text("2 added, 1 could not be added")
    expect(page.locator(".tile")).to_have_count(2)


def test_a_file_that_is_there_already_is_said_to_be(page: Page) -> None:
    upload(page, picture("red"))
    upload(page, picture("red"))

    expect(page.locator(".upload-words")).to_have_text("Already there")
    expect(page.locator(".tile")).to_have_count(1)


def test_files_can_be_dropped_anywhere_in_the_gallery(page: Page) -> None:
    page.goto("/gallery/")

    drop(page, picture("green"), picture("yellow"))

    expect(page.locator(".tile")).to_have_count(2)


def test_an_upload_that_cannot_reach_the_site_is_tried_again(page: Page) -> None:
    page.goto("/gallery/")
    page.route("**/uploads*", lambda route: route.abort())
    drop(page, picture("green"))
    row = page.locator(".upload")
    expect(row).to_contain_text("The connection was lost.")

    page.unroute("**/uploads*")
    row.get_by_role("button", name="Try again").click()

    expect(row).to_contain_text("green")
    expect(page.locator("#uploads-title")).to_have_text("1 added")
    expect(page.locator(".tile")).to_have_count(1)


def test_photos_that_do_not_come_into_sight_are_offered(page: Page) -> None:
    page.goto("/gallery/trash/")

    drop(page, picture("green"))
    page.get_by_role("link", name="Show new photos").click()

    expect(page.locator(".tile")).to_have_count(1)


def test_keys_lead_from_photo_to_photo_and_back(page: Page) -> None:
    upload(page, picture("red"))
    upload(page, picture("blue"))
    expect(page.locator(".tile")).to_have_count(2)
    page.locator(".tile a").first.click()
    expect(page).to_have_title(re.compile("blue"))

    press(page, "ArrowRight")
    expect(page).to_have_title(re.compile("red"))
    press(page, "ArrowLeft")
    expect(page).to_have_title(re.compile("blue"))
    press(page, "Escape")

    expect(page).to_have_url(re.compile("/gallery/$"))


def test_slash_leads_to_the_search_which_says_why(page: Page) -> None:
    upload(page, picture("red"), picture("blue"))

    press(page, "/")
    page.keyboard.type("red")
    press(page, "Enter")

    expect(page).to_have_url(re.compile(r"/gallery/search/\?q=red"))
    expect(page.locator(".reason").first).to_contain_text("has the tag “red”")
    assert not any("blue" in alt.lower() for alt in tiles(page))


def test_a_picture_dropped_on_the_search_page_finds_photos_like_it(page: Page) -> None:
    upload(page, picture("red"), picture("blue"))
    page.goto("/gallery/search/")

    drop(page, picture("red", "query.jpg"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Photos like your picture")
    assert "red" in tiles(page)[0].lower()


def test_similar_photos_appear_below_a_photo(page: Page, site: RunningSite) -> None:
    for colour in ("red", "orange"):
        site.upload(picture(colour)["buffer"], f"{colour}.jpg")

    open_photo(page, site, "blue")

    expect(page.locator(".strip img")).to_have_count(2)


def test_words_are_edited_in_place(page: Page, site: RunningSite) -> None:
    open_photo(page, site, "red")

    page.get_by_label("Caption").fill("A field of poppies.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved.")
    page.reload()

    expect(page.get_by_label("Caption")).to_have_value("A field of poppies.")


def test_an_edit_that_does_not_arrive_is_said_not_to(page: Page, site: RunningSite) -> None:
    open_photo(page, site, "red")
    page.route("**/edit/", lambda route: route.abort())

    page.get_by_label("Caption").fill("A field of poppies.")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".notice.error")).to_contain_text("does not answer")
    expect(page.get_by_label("Caption")).to_have_value("A field of poppies.")


def test_tags_are_removed_and_added_without_leaving_the_photo(page: Page, site: RunningSite) -> None:
    open_photo(page, site, "red")

    page.get_by_role("button", name="Remove the tag red").click()
    expect(page.locator(".chip")).to_have_count(0)
    page.get_by_label("Add tags").fill("Poppy, summer")
    press(page, "Enter")
    expect(page.locator(".chip")).to_have_text([re.compile("poppy"), re.compile("summer")])
    page.goto("/gallery/search/?q=poppy")

    expect(page.locator(".reason")).to_contain_text("has the tag “poppy”")


def test_a_heart_moves_a_photo_to_the_favorites(page: Page, site: RunningSite) -> None:
    open_photo(page, site, "red")

    press(page, "f")
    expect(page.locator("#favorite")).to_have_attribute("aria-pressed", "true")
    page.goto("/gallery/favorites/")

    expect(page.locator(".tile")).to_have_count(1)


def test_a_deleted_photo_comes_back_by_undo(page: Page, site: RunningSite) -> None:
    open_photo(page, site, "red")

    press(page, "Delete")
    expect(page).to_have_url(re.compile("/gallery/$"))
    expect(page.locator(".tile")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".tile")).to_have_count(1)


def test_several_are_selected_and_moved_to_the_trash_at_once(page: Page) -> None:
    upload(page, picture("red"), picture("blue"), picture("green"))
    expect(page.locator(".tile")).to_have_count(3)
    page.locator("#uploads-close").click()

    page.get_by_text("Select", exact=True).click()
    picks = page.locator(".pick")
    picks.nth(0).click()
    picks.nth(1).click()
    page.get_by_role("button", name="Trash").click()

    expect(page.locator(".tile")).to_have_count(1)
    expect(page.locator(".notice")).to_contain_text("2 photos")


def test_scrolling_brings_the_next_photos_under_the_same_day(page: Page, site: RunningSite) -> None:
    for number in range(65):
        site.upload(picture("red")["buffer"] + bytes([number]), f"{number}.jpg")
    page.goto("/gallery/")
    expect(page.locator(".tile")).to_have_count(60)

    press(page, "End")

    expect(page.locator(".tile")).to_have_count(65)
    expect(page.locator(".day h2")).to_have_count(1)
    expect(page.locator(".next-page")).to_have_count(0)
