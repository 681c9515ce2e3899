"""Files for a browser to send."""

from __future__ import annotations

from playwright.sync_api import FilePayload

from photos.tests.pictures import jpeg


def picture(colour: str, name: str = "") -> FilePayload:
    return {"name": name or f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": jpeg((400, 300), colour)}


def no_picture() -> FilePayload:
    return {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"a text that calls itself a picture"}
