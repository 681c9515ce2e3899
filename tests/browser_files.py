"""Files for a browser to send, and keys to press."""

from __future__ import annotations

from playwright.sync_api import FilePayload, Page

from photos.tests.pictures import jpeg


def picture(colour: str, name: str = "") -> FilePayload:
    return {"name": name or f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": jpeg((400, 300), colour)}


def no_picture() -> FilePayload:
    return {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"a text that calls itself a picture"}


def press(page: Page, key: str) -> None:
    """Press a key as a person does: on a page that has come in whole, scripts and all."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)
