"""What a client says of an upload before its bytes come: the header Upload-Metadata of tus, kept as it was sent."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from rest_framework.exceptions import ValidationError

LONGEST = 4096
PHOTO, ARCHIVE = "photo", "archive"


@dataclass(frozen=True)
class Told:
    """The keys of the metadata that mean something here; all others are the client's own affair."""

    name: str = ""
    modified_at: datetime | None = None
    sha256: str = ""
    folder: str = ""
    kind: str = PHOTO


def read(header: str) -> Told:
    """Understand the header; raises ValidationError naming what is wrong with it."""
    if len(header) > LONGEST:
        raise _wrong(f"At most {LONGEST} characters.")
    values = dict(_pair(pair) for pair in header.split(",") if pair.strip())
    return Told(
        name=values.get("filename") or values.get("name", ""),
        modified_at=_moment(values.get("lastModified", "")),
        sha256=_sha256(values.get("sha256", "")),
        folder=_folder(values.get("relativePath", "")),
        kind=_kind(values.get("kind", PHOTO)),
    )


def _pair(pair: str) -> tuple[str, str]:
    key, _, value = pair.strip().partition(" ")
    try:
        return key, base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError) as exc:
        raise _wrong(f"The value of “{key[:50]}” is not the base64 of UTF-8.") from exc


def _moment(milliseconds: str) -> datetime | None:
    """Read what File.lastModified is in a browser: milliseconds since 1970. Nothing before that is believed."""
    if not milliseconds:
        return None
    if not re.fullmatch(r"-?\d{1,15}", milliseconds, re.ASCII):
        raise _wrong("“lastModified” is a whole number of milliseconds since 1970.")
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if int(milliseconds) > 0 else None
    except (OverflowError, ValueError):  # beyond the year 9999
        return None


def _sha256(text: str) -> str:
    if text and not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise _wrong("“sha256” is 64 hexadecimal digits.")
    return text.lower()


def _folder(relative_path: str) -> str:
    """Return `2019/Rome` of `2019/Rome/a.jpg`, which is what browsers tell of a file in a folder that was picked."""
    return relative_path.rpartition("/")[0]


def _kind(kind: str) -> str:
    if kind not in (PHOTO, ARCHIVE):
        raise _wrong(f"“kind” is {PHOTO} or {ARCHIVE}.")
    return kind


def _wrong(words: str) -> ValidationError:
    return ValidationError({"Upload-Metadata": [words]})
