"""Numbers as XMP writes them."""

from __future__ import annotations

import math
import re

_NUMBER = r"[+-]?\d{1,15}(?:\.\d{1,15})?"
_RATIONAL = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?")
_COORDINATE = re.compile(
    r"(\d{1,3}(?:\.\d{1,15})?)(?:,(\d{1,2}(?:\.\d{1,15})?))?(?:,(\d{1,2}(?:\.\d{1,15})?))?([NSEW])"
)


def decimal(text: str, low: float = -math.inf, high: float = math.inf) -> float | None:
    """Read `71/10` or `7.1`, None for what is no number within its bounds."""
    match = _RATIONAL.fullmatch(text.strip())
    divisor = float(match[2] or 1) if match else 0.0
    if match is None or not divisor:
        return None
    value = float(match[1]) / divisor
    return value if low <= value <= high else None


def coordinate(text: str, sides: str, limit: int) -> float | None:
    """Read `39,6.9N`, `39,6,54N` or `-108.4` in degrees, positive on the first of two sides such as `NS`."""
    text = text.strip().upper()
    if (match := _COORDINATE.fullmatch(text)) and match[4] in sides:
        parts = [float(part or 0) for part in match.groups()[:3]]
        degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
        degrees = -degrees if match[4] == sides[1] else degrees
    else:
        plain = decimal(text)
        if plain is None:
            return None
        degrees = plain
    return round(degrees, 6) + 0.0 if abs(degrees) <= limit else None
