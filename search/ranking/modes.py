from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """What a search ranks by. Facts and what is excluded hold in each of them."""

    HYBRID = "hybrid"
    TEXT = "text"
    SEMANTIC = "semantic"


def mode_of(name: str | None) -> Mode:
    """Return the mode of this name, for a page: the best one where there is none so called."""
    return Mode(name) if name in list(Mode) else Mode.HYBRID
