"""The video of a motion photo, as a person sees it: while the pointer is on its button, or after a tap."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Page, expect

from photos.tests import moving
from tests.running_site import RunningSite

pytestmark = pytest.mark.browser

# The browser films a canvas itself, so that there is a real video to play.
FILM = """async () => {
  const canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/mp4" });
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  for (let frame = 0; frame < 20; frame += 1) {
    paper.fillStyle = `hsl(${frame * 18} 90% 50%)`;
    paper.fillRect(0, 0, 300, 150);
    await new Promise((done) => setTimeout(done, 40));
  }
  recorder.stop();
  await ended;
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""
UNTIL_IT_PLAYS = """(video) => new Promise((done) => {
  video.ontimeupdate = () => { if (!video.paused && video.currentTime > 0.05) done(); };
})"""


def test_a_motion_photo_plays_under_the_pointer_and_after_a_tap(page: Page, site: RunningSite) -> None:
    page.goto("/gallery/")
    video = base64.b64decode(page.evaluate(FILM))
    number = site.upload(moving.motion_photo(video), "motion.jpg").data["id"]
    page.goto(f"/gallery/{number}/")
    film, button = page.locator("#motion"), page.locator("#play-motion")
    expect(film).to_be_hidden()

    button.hover()
    expect(film).to_be_visible()
    film.evaluate(UNTIL_IT_PLAYS)
    page.mouse.move(0, 0)
    expect(film).to_be_hidden()

    button.click()
    page.mouse.move(0, 0)
    film.evaluate(UNTIL_IT_PLAYS)
    expect(button).to_have_attribute("aria-pressed", "true")
    button.press(" ")
    page.mouse.move(0, 0)
    expect(film).to_be_hidden()


def test_a_video_the_browser_cannot_play_is_told_once(page: Page, site: RunningSite) -> None:
    number = site.upload(moving.motion_photo(), "motion.jpg").data["id"]
    page.goto(f"/gallery/{number}/")

    page.locator("#play-motion").click()

    expect(page.get_by_text("This browser cannot play the video.")).to_have_count(1)
    expect(page.locator("#motion")).to_be_hidden()
