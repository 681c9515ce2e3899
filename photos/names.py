from __future__ import annotations

import re
from datetime import UTC, datetime

from ai.plaintext import one_line

NAME_LENGTH = 255  # characters of a shown name, and bytes of a stored one: the limit of common file systems
STEM_LENGTH = 100
FOLDER_LENGTH = 1024
FALLBACK = "photo"

_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def clean_name(raw: str) -> str:
    """Make the name a client sent fit to be shown: no folders, no control or bidi characters, 1 to 255 long."""
    name = one_line(re.split(r"[/\\]", raw)[-1], len(raw)) or FALLBACK
    if name.strip(". ") == "":
        return FALLBACK
    stem, extension = _split(name)
    return stem[: NAME_LENGTH - len(extension)].rstrip() + extension


def clean_folder(raw: str) -> str:
    """Make the folder a client told fit to be shown: its names joined by slashes, the last 1,024 characters."""
    names = [one_line(name, len(name)) for name in re.split(r"[/\\]", raw)]
    return "/".join(name for name in names if name.strip(". "))[-FOLDER_LENGTH:]


def stored_filename(original: str, extension: str, now: datetime, suffix: str = "") -> str:
    """Make `photo_20231023_120000.jpg` of `photo.jpg`: safe for every file system and header, at most 255 bytes.

    `extension` fits the content, with its dot; `now` is aware; `suffix` sets apart two of one second.
    """
    tail = f"_{now.astimezone(UTC):%Y%m%d_%H%M%S}{suffix}{extension}"
    return _fit(_safe_stem(original), NAME_LENGTH - len(tail.encode())) + tail


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not stem or not extension.isalnum() or len(extension) > 10:
        return name, ""
    return stem, dot + extension


def _safe_stem(original: str) -> str:
    stem = re.sub(r"[^\w.-]+", "_", _split(clean_name(original))[0])
    stem = stem[:STEM_LENGTH].lstrip("-._").rstrip("._") or FALLBACK
    return f"_{stem}" if _WINDOWS_DEVICE.match(stem) else stem


def _fit(stem: str, limit: int) -> str:
    """Cut to `limit` bytes of UTF-8, never inside a character."""
    return stem.encode()[:limit].decode(errors="ignore")
