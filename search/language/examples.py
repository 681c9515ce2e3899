"""What photos can be like: other photos, a picture that was shown a moment ago, or a part of either."""

from __future__ import annotations

import re
from dataclasses import dataclass

from photos.regions import BadRegion, Region, read_region
from search.language.errors import BadValue

MOST_EXAMPLES = 16  # in one place
LARGEST_ID = 2**63 - 1

# Unreserved in addresses, so that they read there as they do here.
PICTURE = "~"
_EXAMPLE = re.compile(r"(?P<of>[0-9]{1,19}|~[A-Za-z0-9_-]{8,40})(?:@(?P<region>[^,]*(?:,[^,]*){3}))?(?:,|$)")


@dataclass(frozen=True)
class Example:
    """A photo by its id or a shown picture by its token, or a region of it."""

    of: int | str
    region: Region | None = None

    def __str__(self) -> str:
        name = f"{PICTURE}{self.of}" if isinstance(self.of, str) else str(self.of)
        return f"{name}@{self.region}" if self.region else name

    @property
    def photo_id(self) -> int | None:
        return self.of if isinstance(self.of, int) else None

    @property
    def token(self) -> str:
        return self.of if isinstance(self.of, str) else ""


def read_examples(text: str) -> tuple[Example, ...]:
    """Read `12`, `12,15`, `12@0.1,0.2,0.5,0.5` or `~token`, each named once; raises BadValue."""
    found: dict[Example, None] = {}
    at = 0
    while at < len(text):
        match = _EXAMPLE.match(text, at)
        if match is None or (match.end() == len(text) and text.endswith(",")):
            raise BadValue
        found[_example(match)] = None
        at = match.end()
    if not found:
        raise BadValue
    if len(found) > MOST_EXAMPLES:
        raise BadValue(f"It takes at most {MOST_EXAMPLES} of them.")
    return tuple(found)


def _example(match: re.Match[str]) -> Example:
    name = match["of"]
    try:
        region = None if match["region"] is None else read_region(match["region"])
    except BadRegion as exc:
        raise BadValue(str(exc)) from exc
    if name.startswith(PICTURE):
        return Example(name.removeprefix(PICTURE), region)
    if not 0 < int(name) <= LARGEST_ID:
        raise BadValue
    return Example(int(name), region)
