"""Taking one file through the door, and letting go of it where it is to be moved."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.core.files.base import File

from accounts.models import User
from photos import storage
from photos.imports.found import Altered, Candidate
from photos.models import Photo
from photos.spool import FileInPlace, SharedFile
from photos.uploads import Accepted, accept_upload


class Manner(StrEnum):
    COPY = "copy"
    LINK = "link"  # share the bytes, where the file system allows it
    MOVE = "move"


class Became(StrEnum):
    NEW = "new"
    THERE = "there already"
    RESTORED = "back from the trash"
    VERSION = "version of a photo"  # of one that came before: its raw file, or what was made of it


@dataclass(frozen=True)
class Taken:
    photo_id: int
    became: Became
    linked: bool = False
    unkept: Sequence[Path] = ()  # sidecars that the library has not taken, for it has had the photo without them


def take(candidate: Candidate, owner: User, manner: Manner, now: datetime) -> Taken:
    """Bring the file into the library; a photo that is there already is answered.

    Raises APIException as accept_upload does, OSError where the file cannot be read, and Altered.
    """
    sha256 = storage.sha256_of(candidate.bytes_at)
    if candidate.sha256 not in ("", sha256):
        raise Altered
    if not candidate.beside and (known := _known(owner, sha256)):
        return Taken(known.pk, Became.THERE)
    with _opened(candidate, manner) as file, ExitStack() as undo:
        if candidate.keep:
            candidate.keep(undo)
        accepted = accept_upload(file, owner, now, sha256, queued=True, arrival=candidate.arrival)
        if accepted.created:
            undo.pop_all()
    kept = _kept(accepted.photo)
    unkept = [path for path in candidate.beside if candidate.sha256_of(path) not in kept]
    return Taken(accepted.photo.pk, _what_became(accepted), isinstance(file, SharedFile) and file.linked, unkept)


def _what_became(accepted: Accepted) -> Became:
    if accepted.joined:
        return Became.VERSION
    return Became.NEW if accepted.created else Became.RESTORED if accepted.restored else Became.THERE


def let_go(source: Path, photo_id: int) -> str:
    """Delete a file whose bytes the photo's row says are kept, both read once more; return why not, "" when it is done.

    To be called when the row is committed: whatever happens before, the file is where it was.
    """
    try:
        sha256 = storage.sha256_of(source)
        name = _kept(Photo.objects.get(pk=photo_id)).get(sha256)
        if name is None:
            return "It is not in the library."
        kept = storage.path_of(name)
        if kept.samefile(source) and source.stat().st_nlink == 1:
            return "It is the library's own file."
        if storage.sha256_of(kept) != sha256:
            return "The library's copy of it is damaged."
        source.unlink()
    except OSError as exc:
        return f"{exc.strerror}."
    return ""


def _opened(candidate: Candidate, manner: Manner) -> File:
    path, name = candidate.bytes_at, candidate.name or candidate.path.name
    if candidate.lent:
        return FileInPlace(path, name)
    return File(path.open("rb"), name=name) if manner is Manner.COPY else SharedFile(path, name)


def _known(owner: User, sha256: str) -> Photo | None:
    """Find the photo with these bytes among its files, where nothing is left to be done for it."""
    there = [pk for _, pk, is_trashed in Photo.objects.having(owner, [sha256]) if not is_trashed]
    photo = Photo.objects.filter(pk__in=there).first() if there else None
    return photo if photo and storage.path_of(_kept(photo)[sha256]).is_file() else None


def _kept(photo: Photo) -> dict[str, str]:
    """Return by hash the name in storage of each file of the photo."""
    return dict(photo.files.values_list("sha256", "stored")) | {photo.sha256: photo.original}
