"""The list of files in a ZIP, which a stranger wrote: measured before it is read, and believed in nothing."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rest_framework.exceptions import APIException

from photos.sidecars import is_sidecar

MAX_ENTRIES = 100_000
MAX_DIRECTORY_BYTES = 64 * 2**20
HIGHEST_RATIO = 200  # photos hardly shrink, and deflate cannot do more than 1032
SMALL = 50 * 2**20  # up to here a file may shrink as it likes: a bitmap of one colour does

_ARCHIVES = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cbz", ".cbr", ".jar", ".iso"}
_ENCRYPTED, _UTF8 = 0x1, 0x800
_END64 = 56 + 20  # the end record of large archives, and what tells where it is
_TAIL = _END64 + 22 + 65_535  # with the end record of all of them, and the longest comment


class NotAnArchive(APIException):
    """The file is no ZIP we read; the words say why."""

    status_code = 415
    default_code = "unsupported_type"


@dataclass(frozen=True)
class Entry:
    """A file in an archive, by what the archive says of it."""

    info: zipfile.ZipInfo
    path: str  # as it is shown; nothing is ever written there
    refusal: str = ""  # why it is not even opened

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def folder(self) -> str:
        folder = PurePosixPath(self.path).parent.as_posix()
        return "" if folder == "." else folder


def opened(path: Path) -> zipfile.ZipFile:
    """Open an archive whose list of files is not too long to be read; raises NotAnArchive, OSError."""
    with path.open("rb") as file:
        count, size = _measured(file)
    if count > MAX_ENTRIES or size > MAX_DIRECTORY_BYTES:
        raise NotAnArchive(f"It holds more than {MAX_ENTRIES:,} files, or names that are too long.")
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as exc:
        raise NotAnArchive(f"This is no ZIP we can read: {exc}.") from exc


def entries_of(archive: zipfile.ZipFile) -> Sequence[Entry]:
    """Return its files in the order of its list, folders left out and sidecars last: by then their photos have come."""
    entries = [_entry(info) for info in archive.infolist() if not info.is_dir()]
    return sorted(entries, key=lambda entry: is_sidecar(Path(entry.path)))


def moment_of(info: zipfile.ZipInfo) -> datetime | None:
    """Return when the file was last changed: in UTC where the archive has it so, else as a wall clock showed it."""
    extra = info.extra
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == 0x5455 and length >= 5 and extra[4] & 1:  # Info-ZIP's "extended timestamp"
            return datetime.fromtimestamp(struct.unpack("<i", extra[5:9])[0], UTC)
        extra = extra[4 + length :]
    try:
        return datetime(*info.date_time, tzinfo=UTC) if info.date_time > (1980, 1, 1, 0, 0, 0) else None
    except ValueError:
        return None


def _measured(file: BinaryIO) -> tuple[int, int]:
    """Return how many files the list at the end of a ZIP names at most, and how many bytes it has; raises NotAnArchive.

    The list is looked for where zipfile does, which reads all of it, however few files its end promises.
    """
    start = file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < 22:
        raise NotAnArchive("This is no ZIP, or only a part of one.")
    (length,) = struct.unpack("<L", tail[at + 12 : at + 16])
    if tail[max(0, at - 20) : at].startswith(b"PK\6\7"):
        at -= _END64
        record = tail[max(0, at) :][:56]
        if not record.startswith(b"PK\6\6"):
            raise NotAnArchive("The end of this ZIP is damaged.")
        (length,) = struct.unpack("<Q", record[40:48])
    if length > MAX_DIRECTORY_BYTES:
        return 0, length
    file.seek(max(0, start + at - length))
    return file.read(length).count(b"PK\1\2"), length


def _entry(info: zipfile.ZipInfo) -> Entry:
    path = _readable_name(info)
    return Entry(info, path, _refusal(info, path))


def _readable_name(info: zipfile.ZipInfo) -> str:
    """Return the name; one that is UTF-8 without saying so is read as that."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        try:
            return name.encode("cp437").decode()
        except UnicodeError:
            pass
    return name


def _refusal(info: zipfile.ZipInfo, path: str) -> str:
    mode = info.external_attr >> 16
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in path:
        return "Its path leads out of the archive."
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "It is a symbolic link, or no ordinary file."
    if info.flag_bits & _ENCRYPTED:
        return "It is encrypted."
    if PurePosixPath(path).suffix.lower() in _ARCHIVES:
        return "It is an archive itself. Unpack it and send what is in it."
    if info.file_size > max(SMALL, HIGHEST_RATIO * info.compress_size):
        return "It would unpack to far more than it is, as no photo does."
    return ""
