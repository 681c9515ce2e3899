from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from ai.plaintext import many_lines, one_line

MAX_CAPTION = 500
MAX_DESCRIPTION = 2_000
MAX_TAG = 64
MAX_TAGS = 12


class CaptionerUnavailable(Exception):  # noqa: N818 - a state of the machine, named as it is told
    """No picture can be described for now; the message says why and what to do, without paths or secrets."""


class CaptionFailed(Exception):  # noqa: N818 - it reads as what it is where it is raised
    """This picture got no caption this time; the message says why."""


@dataclass(frozen=True)
class Described:
    """What a captioner says of a picture: plain text, bounded, whatever the picture or the model made of it."""

    caption: str
    description: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def from_untrusted(cls, caption: str, description: str = "", tags: Iterable[str] = ()) -> Described:
        """Clean and cut what a model said; raise CaptionFailed where no caption is left."""
        line = one_line(caption, MAX_CAPTION)
        if not line:
            raise CaptionFailed("The captioner gave no caption.")
        words = (one_line(tag, MAX_TAG).lower() for tag in tags)
        distinct = tuple(dict.fromkeys(filter(None, words)))
        return cls(line, many_lines(description, MAX_DESCRIPTION), distinct[:MAX_TAGS])


class Captioner(Protocol):
    """Whoever can say what a picture shows. May be used by many threads at once."""

    @property
    def name(self) -> str:
        """The model that speaks, as it is remembered beside its words."""

    def check(self) -> None:
        """Raise CaptionerUnavailable where it is known that no picture can be described now; quick, asks nobody."""

    def describe(self, image: Image.Image) -> Described:
        """Describe an upright sRGB image of mode RGB; raise CaptionerUnavailable or CaptionFailed."""
