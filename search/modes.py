from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """What a search ranks by. Facts and what is excluded hold in each of them."""

    HYBRID = "hybrid"
    TEXT = "text"
    SEMANTIC = "semantic"
