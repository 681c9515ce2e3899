"""Make the picture of the README: `python -m tests.screenshot docs/gallery.jpg`.

A fresh site takes in real photos (CLOUDZY_TEST_ASSETS, see the tests) and a real Chromium looks at it.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import ViewportSize, sync_playwright

from tests.chromium import chromium_here
from tests.running_site import ROOT, RunningSite

PHOTOS = (
    "el_torcal_rocks.jpg",
    "denali.webp",
    "IMG_2682.heic",
    "prairie_falcon.jpg",
    "tanners_ridge.jpg",
    "empty_gps.jpg",
    "thompson-springs.jpg",
    "wood_anemones.jpg",
    "8bit-sRGB.avif",
)
WINDOW = ViewportSize(width=1180, height=720)
QUALITY = 88


def main(target: Path) -> None:
    assets = Path(os.environ.get("CLOUDZY_TEST_ASSETS", ROOT.parent / "shared" / "assets"))
    os.environ |= {"SECRET_KEY": secrets.token_urlsafe(50), "CLOUDZY_ENV_FILE": os.devnull}
    with tempfile.TemporaryDirectory() as home, RunningSite(Path(home), processes=1) as site:
        for name in PHOTOS:
            site.upload((assets / name).read_bytes(), name)
        shot = _look_at(f"{site.url}/gallery/")
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(shot)) as image:
        image.convert("RGB").save(target, quality=QUALITY, optimize=True)


def _look_at(url: str) -> bytes:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_here())
        page = browser.new_page(viewport=WINDOW, color_scheme="light", reduced_motion="reduce")
        page.goto(url, wait_until="networkidle")
        shot = page.screenshot()
        browser.close()
    return shot


if __name__ == "__main__":
    main(Path(sys.argv[1]))
