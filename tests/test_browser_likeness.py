"""Likeness as a person asks for it: a rectangle drawn over a picture, photos chosen together, more of this."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, FilePayload, FloatRect, Page, ViewportSize, expect

from search.tests.pictures import stripes
from tests.browser_files import press
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)


def striped_file(*colours: str) -> FilePayload:
    return {"name": f"{'-'.join(colours)}.png", "mimeType": "image/png", "buffer": stripes(*colours)}


@pytest.fixture(autouse=True)
def library(site: RunningSite) -> dict[str, int]:
    """Photos of stripes, by their colours: the first of them is half red and half blue."""
    looks = (("red", "blue"), ("red", "red", "green"), ("blue", "blue", "green"))
    files = [striped_file(*colours) for colours in looks]
    return {file["name"]: site.upload(file["buffer"], file["name"]).data["id"] for file in files}


def open_parts(page: Page, address: str) -> FloatRect:
    """Open a photo and the tool to choose a part of it; return where its pixels are."""
    page.goto(address)
    page.locator(".part-tool summary").click()
    expect(page.locator(".part-box")).to_be_focused()
    area = page.locator(".part-sheet").bounding_box()
    assert area
    return area


def drag(page: Page, area: FloatRect, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw with the mouse from one place of the picture to another, each in fractions of it."""
    places = [(area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=4)
    page.mouse.up()


def part_of(page: Page) -> list[float]:
    return [
        float(page.locator(f".part-tool input[name={side}]").input_value())
        for side in ("left", "top", "width", "height")
    ]


def test_a_rectangle_drawn_by_mouse_finds_what_is_like_that_part(page: Page, library: dict[str, int]) -> None:
    photo, wanted = library["red-blue.png"], library["blue-blue-green.png"]
    area = open_parts(page, f"/gallery/{photo}/")

    drag(page, area, (0.55, 0.1), (0.95, 0.9))
    assert part_of(page) == pytest.approx([55, 10, 40, 80], abs=1)
    drag(page, area, (0.75, 0.5), (0.78, 0.55))  # inside: it is moved
    assert part_of(page) == pytest.approx([58, 15, 40, 80], abs=1)
    drag(page, area, (0.58, 0.15), (0.6, 0.2))  # at a corner: it is pulled
    assert part_of(page) == pytest.approx([60, 20, 38, 75], abs=1)
    page.get_by_role("button", name="Find this").click()

    expect(page).to_have_url(re.compile(rf"q=similar:{photo}@0\.[56]"))
    expect(page.locator(".chip")).to_contain_text(f"like a part of photo {photo}")
    expect(page.locator(".chip svg image")).to_have_attribute("href", f"/photo/{photo}/thumbnail?size=512")
    expect(page.locator(".tile a").first).to_have_attribute("href", re.compile(f"^/gallery/{wanted}/"))


def test_a_rectangle_is_moved_and_sized_by_keys(page: Page, library: dict[str, int]) -> None:
    photo = library["red-blue.png"]
    open_parts(page, f"/gallery/{photo}/")

    for _ in range(3):
        press(page, "ArrowLeft")
    press(page, "ArrowDown")
    press(page, "Shift+ArrowLeft")
    press(page, "Shift+ArrowUp")
    assert part_of(page) == [19, 27, 48, 48]
    press(page, "Enter")

    expect(page).to_have_url(re.compile(rf"q=similar:{photo}@0\.19,0\.27,0\.48,0\.48"))


def test_escape_closes_the_tool_and_stays_on_the_photo(page: Page, library: dict[str, int]) -> None:
    address = f"/gallery/{library['red-blue.png']}/"
    open_parts(page, address)

    press(page, "Escape")

    expect(page.locator(".part-sheet")).to_be_hidden()
    expect(page.get_by_text("Find a part")).to_be_visible()
    expect(page).to_have_url(re.compile(address))


def test_the_numbers_of_a_part_are_there_for_who_comes_by_keyboard(page: Page, library: dict[str, int]) -> None:
    open_parts(page, f"/gallery/{library['red-blue.png']}/")

    page.get_by_label("Width").fill("30")

    expect(page.locator(".part-numbers")).to_be_in_viewport()
    sheet, box = page.locator(".part-sheet").bounding_box(), page.locator(".part-box").bounding_box()
    assert sheet
    assert box
    assert box["width"] / sheet["width"] == pytest.approx(0.3, abs=0.02)


def test_a_finger_draws_and_does_not_turn_over_to_the_next_photo(
    browser: Browser, site: RunningSite, library: dict[str, int]
) -> None:
    context = browser.new_context(base_url=site.url, viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    address = f"/gallery/{library['red-red-green.png']}/"
    area = open_parts(page, address)
    session = context.new_cdp_session(page)

    def touch(kind: str, *at: tuple[float, float]) -> None:
        points = [{"x": area["x"] + x * area["width"], "y": area["y"] + y * area["height"]} for x, y in at]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0.9, 0.85))
    touch("touchMove", (0.5, 0.5))
    touch("touchMove", (0.1, 0.1))
    touch("touchEnd")

    assert part_of(page) == pytest.approx([10, 10, 80, 75], abs=2)
    expect(page).to_have_url(re.compile(address))
    context.close()


def test_a_part_of_a_picture_from_elsewhere_is_searched_by(page: Page, library: dict[str, int]) -> None:
    page.goto("/gallery/search/")
    page.get_by_label("Search by a picture").set_input_files([striped_file("green", "blue")])
    expect(page.locator(".probe img")).to_be_visible()

    page.get_by_text("Find a part").click()
    area = page.locator(".part-sheet").bounding_box()
    assert area
    drag(page, area, (0.6, 0.1), (0.95, 0.9))
    page.get_by_role("button", name="Find this").click()

    expect(page).to_have_url(re.compile(r"q=similar:~[\w-]+@"))
    wanted = library["blue-blue-green.png"]
    expect(page.locator(".tile a").first).to_have_attribute("href", re.compile(f"^/gallery/{wanted}/"))
    expect(page.locator(".probe img")).to_be_visible()


def test_results_are_refined_and_what_was_marked_is_taken_back(page: Page, library: dict[str, int]) -> None:
    reddest = library["red-red-green.png"]
    page.goto("/gallery/search/?q=red")

    tile = page.locator(f".tile:has(a[href^='/gallery/{reddest}/'])")
    tile.hover()
    tile.get_by_title("More like this").click()
    expect(page).to_have_url(re.compile(rf"q=red%20%2B%20similar:{reddest}$"))
    expect(page.locator(".chip")).to_have_count(2)
    expect(tile).to_have_count(0)
    page.locator(".tile").get_by_title("Less like this").first.focus()
    press(page, "Enter")
    expect(page.locator(".chip.less")).to_have_count(1)
    page.go_back()
    expect(page.locator(".chip.less")).to_have_count(0)
    page.get_by_role("link", name=f"Search without like photo {reddest}").click()

    expect(page).to_have_url(re.compile(r"q=red$"))
    expect(tile).to_have_count(1)


def test_photos_selected_in_the_gallery_are_searched_by_together(page: Page, library: dict[str, int]) -> None:
    page.goto("/gallery/")
    page.get_by_text("Select", exact=True).click()
    for box in page.locator(".pick input").all()[:2]:
        box.check(force=True)

    page.get_by_role("button", name="Find similar").click()

    expect(page).to_have_url(re.compile(r"q=similar:\d+,\d+$"))
    expect(page.locator(".chip .example")).to_have_count(2)
    expect(page.locator(".tile")).to_have_count(1)
    assert library


def test_a_part_is_chosen_by_numbers_without_scripts(plain_page: Page, library: dict[str, int]) -> None:
    photo = library["red-blue.png"]
    plain_page.goto(f"/gallery/{photo}/")

    plain_page.get_by_text("Find a part").click()
    plain_page.get_by_label("From the left").fill("55")
    plain_page.get_by_label("Width").fill("40")
    plain_page.get_by_role("button", name="Find this").click()

    expect(plain_page).to_have_url(re.compile(rf"q=similar:{photo}@0\.55,0\.25,0\.4,0\.5"))
    wanted = library["blue-blue-green.png"]
    expect(plain_page.locator(".tile a").first).to_have_attribute("href", re.compile(f"^/gallery/{wanted}/"))
