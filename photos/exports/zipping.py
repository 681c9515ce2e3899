"""An export as one ZIP, made while it is sent: nothing of it is written to the disk, however large it is."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime
from io import RawIOBase
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from accounts.models import User
from photos import storage
from photos.exports.contents import ALTERED, AT_ONCE, MISSING, Item, Layout, header_of, items_of, name_beside
from photos.exports.files import OtherBytes
from photos.exports.journal import HEADER, RECORDS
from photos.exports.names import Names, numbered
from photos.exports.records import FORMAT
from photos.models import Photo

PIECE = 2**18
_EARLIEST, _LATEST = datetime(1980, 1, 1), datetime(2107, 12, 31)  # that a ZIP can tell
_PLAIN_FILE = 0o100644 << 16


def zipped(owner: User, photo_ids: Sequence[int], layout: Layout, now: datetime) -> Iterator[bytes]:
    """Yield the bytes of a ZIP with these of the owner's photos, as `exporting.export` writes them into a folder.

    What cannot be read is left out and named in its header. Raises OSError where the disk is away.
    """
    with tempfile.TemporaryFile() as records:
        yield from _Zip(owner, layout, now, records).run(photo_ids)


class _Pipe(RawIOBase):
    """Where a ZIP is written to: what is in it is taken out at once, and there is no way back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class _Zip:
    def __init__(self, owner: User, layout: Layout, now: datetime, records: IO[bytes]) -> None:
        self._owner, self._layout, self._now, self._records = owner, layout, now, records
        self._pipe = _Pipe()
        self._archive = ZipFile(self._pipe, "w", ZIP_STORED)
        self._names = Names()
        self._done: set[int] = set()
        self._lacking: dict[str, str] = {}

    def run(self, photo_ids: Sequence[int]) -> Iterator[bytes]:
        self._note({"format": FORMAT, "owner": self._owner.username, "layout": str(self._layout)})
        for start in range(0, len(photo_ids), AT_ONCE):
            for item in items_of(self._owner, photo_ids[start : start + AT_ONCE], self._layout):
                yield from self._write(item)
        self._records.seek(0)
        sha256 = yield from self._entry(RECORDS, self._records, self._now)
        yield from self._whole(HEADER, header_of(self._owner, self._done, self._lacking, sha256, self._now))
        self._archive.close()
        yield self._pipe.taken()

    def _write(self, item: Item) -> Iterator[bytes]:
        """Yield original, sidecar and what belongs to the photo, and note in its record where it is."""
        photo, record = item.photo, item.record
        record["path"] = self._free(item.place, item.name, ".xmp")
        try:
            yield from self._original(photo.original, record["path"], photo.sha256, photo.file_modified_at)
            yield from self._whole(f"{record['path']}.xmp", item.sidecar)
            for file in record["files"]:
                file["path"] = self._free(item.place, name_beside(file, record["path"]))
                yield from self._original(file.pop("stored"), file["path"], file["sha256"])
        except OtherBytes:
            self._lacks(photo, ALTERED)
        except FileNotFoundError:
            self._lacks(photo, MISSING)
        else:
            self._note(record)
            self._done.add(photo.pk)

    def _lacks(self, photo: Photo, why: str) -> None:
        if not storage.is_mounted():
            raise FileNotFoundError(photo.original)
        if Photo.objects.filter(pk=photo.pk).exists():  # else it was deleted meanwhile, with its file
            self._lacking[f"{photo.pk}: {photo.original_name}"] = why

    def _free(self, place: str, wanted: str, beside: str = "") -> str:
        """Give away the first free name, and that of the sidecar beside it."""
        for name in numbered(wanted):
            names = [name, f"{name}{beside}"] if beside else [name]
            if self._names.are_free(place, names):
                for each in names:
                    self._names.take(f"{place}/{each}")
                return f"{place}/{name}"
        raise AssertionError

    def _original(self, stored: str, path: str, sha256: str, modified_at: datetime | None = None) -> Iterator[bytes]:
        """Yield a file of the library; raises FileNotFoundError before anything, and OtherBytes after its end."""
        with storage.path_of(stored).open("rb") as file:
            found = yield from self._entry(path, file, modified_at or self._now)
        if found != sha256:
            raise OtherBytes

    def _entry(self, path: str, file: IO[bytes], moment: datetime) -> Generator[bytes, None, str]:
        """Yield a file as it is read; return its SHA-256."""
        digest = hashlib.sha256()
        with self._archive.open(_info(path, moment), "w", force_zip64=True) as out:
            while piece := file.read(PIECE):
                digest.update(piece)
                out.write(piece)
                yield self._pipe.taken()
        yield self._pipe.taken()
        return digest.hexdigest()

    def _whole(self, path: str, data: bytes) -> Iterator[bytes]:
        self._archive.writestr(_info(path, self._now), data)
        yield self._pipe.taken()

    def _note(self, record: dict[str, Any]) -> None:
        self._records.write(json.dumps(record, ensure_ascii=True).encode() + b"\n")


def _info(path: str, moment: datetime) -> ZipInfo:
    plain = min(max(moment.astimezone(UTC).replace(tzinfo=None), _EARLIEST), _LATEST)
    info = ZipInfo(path, (plain.year, plain.month, plain.day, plain.hour, plain.minute, plain.second))
    info.external_attr = _PLAIN_FILE
    return info
