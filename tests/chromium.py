"""Which browser the tests and the README's picture are made with."""

from __future__ import annotations

import shutil


def chromium_here() -> str | None:
    """Return the path of Chromium: better the one made to have no window, which takes half of the processor."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")
