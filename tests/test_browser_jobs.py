"""The page of jobs renews itself under the hands of whoever reads it, and takes nothing from them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from photos.tests.pictures import jpeg
from tests.filled_jobs import FilledJobs
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser


def renew(page: Page) -> None:
    """Let three seconds pass on the clock of the page, until the answer is in it."""
    page.evaluate("document.getElementById('jobs').dataset.old = 'yes'")
    page.clock.run_for(3100)
    expect(page.locator("#jobs[data-old]")).to_have_count(0)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_reading_and_keys_go_on_while_the_page_renews_itself(page: Page, site: RunningSite) -> None:
    photo = site.upload(jpeg((40, 30), "red"), "torn.jpg").data["id"]
    jobs = FilledJobs(site.home)
    jobs.break_stage(photo, "embedding", "It is torn.")
    going, waiting = jobs.add("RUNNING", subject=photo, total=10, done=1), jobs.add("READY", subject=0)
    jobs.add("FAILED", "photos.tasks.words.retag_library", error="It broke.", traceback="Traceback\n" + "line\n" * 60)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.clock.install()
    page.goto("/gallery/jobs/")

    # A traceback is fetched when it is opened, and stays open, where it was scrolled to.
    for summary in page.locator("summary").all():
        summary.press("Enter")
    expect(page.locator("details[open] pre")).to_have_count(2)
    expect(page.locator("#jobs-broken pre")).to_contain_text("<b>torn</b>")
    page.locator("#jobs-failed pre").evaluate("pre => { pre.scrollTop = 200 }")
    renew(page)
    renew(page)
    expect(page.locator("details[open] pre")).to_have_count(2)
    assert page.locator("#jobs-failed pre").evaluate("pre => pre.scrollTop") == 200

    page.evaluate("getSelection().selectAllChildren(document.querySelector('#jobs-failed pre'))")
    page.clock.run_for(3100)
    page.wait_for_load_state("networkidle")
    assert str(page.evaluate("getSelection().toString()")).startswith("Traceback")
    page.evaluate("getSelection().empty()")

    # The focus stays: on a summary, on a button and, where that is gone with its job, in its part of the page.
    page.locator("#jobs-failed summary").focus()
    renew(page)
    assert focused(page) == page.locator("#jobs-failed summary").get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.locator("#jobs-failed details")).not_to_have_attribute("open", "")
    page.locator(f"#cancel-{going}").focus()
    renew(page)
    assert focused(page) == f"cancel-{going}"
    jobs.add("RUNNING", subject=photo)
    jobs.end(going)
    renew(page)
    assert focused(page) == "jobs-running"

    # What is pressed by keys is done in place, and said.
    page.evaluate("window.mark = 'here'")
    page.locator("#jobs-waiting").get_by_role("button", name="Cancel these").press("Enter")
    expect(page.locator("#notices")).to_contain_text("1 job cancelled.")
    expect(page.locator("#jobs-failed")).to_contain_text("Cancelled by")
    page.locator(f"#retry-{waiting}").press("Enter")
    expect(page.locator("#jobs-waiting")).to_contain_text("Analysing photos 1")
    assert page.evaluate("window.mark") == "here"
    assert focused(page) == "jobs-failed"
    assert refused == []
    jobs.clear()
