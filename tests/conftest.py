from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.chromium import chromium_here
from tests.running_site import RunningSite

REQUIRED = os.environ.get("CLOUDZY_REQUIRE_BROWSER") == "1"
DESKTOP = ViewportSize(width=1280, height=800)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium, one for the tests of a module: Playwright's loop must not outlive them, for Django minds it."""
    chromium = chromium_here()
    if chromium is None:
        reason = "no browser: install Debian's package chromium-headless-shell or chromium"
        pytest.fail(reason) if REQUIRED else pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium)
        yield started
        started.close()


@pytest.fixture(scope="session")
def one_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with RunningSite(tmp_path_factory.mktemp("site"), processes=1) as running:
        yield running


@pytest.fixture(scope="module")
def running_site(one_site: RunningSite) -> Iterator[RunningSite]:
    """A site for the tests of a module, with a library and processes of their own."""
    environment = dict(one_site.environment)
    one_site.begin_anew()
    yield one_site
    one_site.environment = environment


@pytest.fixture
def site(running_site: RunningSite) -> Iterator[RunningSite]:
    """A running site that is empty again after each test."""
    yield running_site
    for trashed in ("false", "true"):
        while photos := running_site.get("/photos", limit=100, trashed=trashed).data:
            for photo in photos:
                running_site.delete(f"/photo/{photo['id']}?permanent=true")


@pytest.fixture
def context(browser: Browser, site: RunningSite) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=site.url, viewport=DESKTOP, reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def plain_page(browser: Browser, site: RunningSite) -> Iterator[Page]:
    """A page of a browser whose JavaScript is off."""
    opened = browser.new_context(base_url=site.url, viewport=DESKTOP, java_script_enabled=False)
    yield opened.new_page()
    opened.close()
