"""Facts as people read them."""

from __future__ import annotations

import re

_COMPANY = re.compile(
    r"[ ,.]+(corporation|corp|company|co|ltd|inc|gmbh|ag|electronics|imaging|optical|camera|techwin)\b\.?",
    re.IGNORECASE,
)


def display_camera(make: str, model: str) -> str:
    """Name a camera as people do, saying the brand once: "SONY DSLR-A550", "Canon EOS R5", "NIKON D750"."""
    brand = _COMPANY.sub("", make).strip(" ,.")
    first_word = model.casefold().partition(" ")[0]
    if not brand or model.casefold().startswith(brand.casefold()) or first_word in brand.casefold().split():
        return model or brand
    return f"{brand} {model}".strip()


def display_shutter(seconds: float) -> str:
    """Write an exposure time as cameras do: "1/160", "1/2", "0.4", "2", "1.3"."""
    denominator = round(1 / seconds)
    if denominator >= 2 and abs(1 / denominator - seconds) < 0.05 * seconds:
        return f"1/{denominator}"
    return f"{round(seconds, 1):g}"
