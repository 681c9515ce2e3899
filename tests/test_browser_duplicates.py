"""Duplicates as a person reviews them by keys: each answer is one key, and another takes it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from ai.tests.scenes import scene
from photos.tests.pictures import encoded
from tests.browser_files import press
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser


def fill(site: RunningSite, groups: int) -> None:
    """Bring in so many photos twice, once well and once badly compressed, and let a worker find that."""
    for number in range(groups):
        for quality in (95, 40):
            site.upload(encoded(scene(number), "JPEG", quality=quality), f"scene {number} at {quality}.jpg")
    done = site.manage("worker", "--once")
    assert done.returncode == 0, done.stderr


def photos_of(site: RunningSite, trashed: str = "false") -> set[str]:
    return {photo["original_name"] for photo in site.get("/photos", limit=100, trashed=trashed).data}


def test_duplicates_are_decided_and_taken_back_by_keys(page: Page, site: RunningSite) -> None:
    fill(site, groups=3)
    everything = photos_of(site)
    page.goto("/gallery/duplicates/?tier=near")
    open_groups, decided = page.locator(".group:not(.decided)"), page.locator(".group.decided")
    expect(open_groups).to_have_count(3)

    press(page, "j")
    press(page, "j")
    expect(page.locator(".group").nth(1)).to_be_focused()
    press(page, "2")
    expect(page.locator(".group").nth(1).locator("[name=keep]").nth(1)).to_be_checked()
    expect(page.locator(".group").nth(1).locator(".candidate").nth(1)).to_have_class("candidate kept")
    press(page, "m")
    expect(decided).to_have_count(1)
    expect(decided).to_contain_text("merged")
    expect(page.locator(".group").nth(2)).to_be_focused()
    press(page, "n")
    expect(decided).to_have_count(2)
    assert len(photos_of(site)) == 5
    assert len(photos_of(site, trashed="true")) == 1

    press(page, "u")
    expect(open_groups).to_have_count(2)
    press(page, "u")
    expect(open_groups).to_have_count(3)

    assert photos_of(site) == everything
    page.reload()
    expect(open_groups).to_have_count(3)
