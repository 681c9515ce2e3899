"""The text in a picture under the hands of a person: copied, and marked where it stands."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from ai.tests.written import bands
from photos.tests.pictures import encoded
from tests.browser_files import press
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=780)
TEXT = "a band of red\na band of blue"


def upload_and_read(site: RunningSite, *sizes: tuple[int, int]) -> list[str]:
    """Return the addresses of photos with a red and a blue line, of which the fake reader has read both."""
    site.environment["CLOUDZY_OCR"] = "fake"
    pictures = [bands("white", "red", "white", "blue", size=size) for size in sizes]
    numbers = [site.upload(encoded(picture, "PNG"), "bands.png").data["id"] for picture in pictures]
    done = site.manage("process_missing", "--now")
    assert done.returncode == 0, done.stderr
    return [f"/gallery/{number}/" for number in numbers]


@pytest.fixture
def photo(page: Page, site: RunningSite) -> str:
    """Address of the photo's page, which is open."""
    [address] = upload_and_read(site, (800, 600))
    page.goto(address, wait_until="networkidle")
    return address


def marks(page: Page) -> Locator:
    return page.locator(".text-marks polygon")


# The picture fills its box by `contain`, so that its own size on the page has to be reckoned. All in one look: the page
# may still be moving while its parts come in.
LIES_ON = """([begin, end]) => {
  const mark = document.querySelector(".text-marks polygon").getBoundingClientRect();
  const image = document.querySelector(".stage img");
  const box = image.getBoundingClientRect();
  const most = image.classList.contains("small") ? 1 : 9;
  const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight, most);
  const height = image.naturalHeight * scale;
  const top = box.y + (box.height - height) / 2;
  return Math.abs(top + begin * height - mark.top) < 3 && Math.abs(top + end * height - mark.bottom) < 3;
}"""


def comes_to_lie_on(page: Page, shares: tuple[float, float]) -> bool:
    """Tell whether the first mark comes to lie where these shares of the height of the picture begin and end."""
    for _ in range(50):
        if page.evaluate(LIES_ON, list(shares)):
            return True
        page.wait_for_timeout(100)
    return False


def test_the_marks_come_and_go_with_their_switch(page: Page, photo: str) -> None:  # noqa: ARG001
    expect(marks(page).first).to_be_hidden()

    page.get_by_label("Mark it in the picture").focus()
    press(page, "Space")
    expect(marks(page)).to_have_count(2)
    expect(marks(page).first).to_be_visible()
    press(page, "Space")

    expect(marks(page).first).to_be_hidden()


@pytest.mark.parametrize("window", [None, PHONE])
def test_the_marks_lie_on_the_lines(page: Page, site: RunningSite, window: ViewportSize | None) -> None:
    if window:
        page.set_viewport_size(window)
    for address in upload_and_read(site, (800, 600), (500, 900), (300, 200)):
        page.goto(address, wait_until="networkidle")

        page.get_by_label("Mark it in the picture").check()

        assert comes_to_lie_on(page, (0.25, 0.5)), address


def test_the_switch_outlasts_a_change_of_something_else(page: Page, photo: str) -> None:  # noqa: ARG001
    page.get_by_label("Mark it in the picture").check()

    page.locator("#favorite").click()

    expect(page.locator("#favorite")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Mark it in the picture")).to_be_checked()
    expect(marks(page).first).to_be_visible()


def test_the_text_is_copied(page: Page, photo: str) -> None:  # noqa: ARG001
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy").click()

    expect(page.locator(".notice")).to_contain_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == TEXT


def test_where_the_browser_refuses_the_text_is_selected(page: Page, photo: str) -> None:  # noqa: ARG001
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")

    page.get_by_role("button", name="Copy").click()

    expect(page.locator(".notice")).to_contain_text("selected")
    assert page.evaluate("getSelection().toString().trim().split(/\\n+/)") == TEXT.split("\n")


def test_without_javascript_the_marks_still_come(plain_page: Page, site: RunningSite) -> None:
    [address] = upload_and_read(site, (800, 600))
    plain_page.goto(address)

    plain_page.get_by_label("Mark it in the picture").check()

    expect(marks(plain_page).first).to_be_visible()
    expect(plain_page.get_by_role("button", name="Copy")).to_be_hidden()
