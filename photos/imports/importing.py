"""An import from beginning to end: every file of a source through the door, and into its albums.

It keeps no notes of how far it came. What is in the library is known by its bytes, so an import that broke off, however
it did, is begun again and finds all that it took.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError
from rest_framework.exceptions import APIException

from accounts.models import User
from photos import images, storage
from photos.errors import DiskFull, EmptyFile, FileTooLarge, StorageMissing
from photos.grouping import groupings
from photos.image_types import UnsupportedType
from photos.imports.found import Altered, Candidate, Entry, LeftOut, Read, Source
from photos.imports.report import Report
from photos.imports.taking import Became, Manner, Taken, let_go, take
from photos.imports.zips import is_zip
from photos.models import Photo

Told = Callable[[int, int], object]  # done, of how many
TRIES = 3  # at a locked database, which each waits for by itself
PUT_AT_ONCE = 500
OF_A_ZIP = "To take in what is in it, name it by itself."


class ImportHalted(Exception):  # noqa: N818 - what became of it
    """Nothing more can be taken; what was taken stays, and the import can be begun again."""


@dataclass(frozen=True)
class Plan:
    owner: User
    manner: Manner = Manner.COPY
    dry_run: bool = False


def bring_in(source: Source, plan: Plan, clock: Callable[[], datetime], told: Told, report: Report) -> None:
    """Take every photo of the source and report on each file; with `dry_run` only say what would become of it.

    Raises ImportHalted where disk, storage or database keep anything more from being taken.
    """
    total, before = source.count(), report.files
    try:
        for entries in source.folders():
            _take_folder(entries, plan, clock, report, lambda: told(min(report.files - before, total), total))
    except (StorageMissing, DiskFull) as exc:  # on the way of a file out of an archive
        raise ImportHalted(str(exc.detail)) from exc
    if not plan.dry_run:
        for title, hashes in source.in_order():
            put_into_albums(plan.owner, {title: _numbers_of(plan.owner, hashes)})


def _take_folder(
    entries: Iterable[Entry],
    plan: Plan,
    clock: Callable[[], datetime],
    report: Report,
    told: Callable[[], object],
) -> None:
    """Take what lies in a folder; only when all that it says of its photos is kept do files go from it."""
    albums: dict[str, list[int]] = defaultdict(list)
    kept: dict[Path, int] = {}  # by file the photo that has it
    sidecars: dict[Path, int] = {}  # likewise; 0 where no photo took it
    for entry in entries:
        if isinstance(entry, LeftOut):
            report.leave_out(entry)
        elif isinstance(entry, Read):
            report.sidecars += 1
        elif taken := _account(entry, plan, clock(), report):
            kept[entry.path] = taken.photo_id
            for album in entry.albums:
                albums[album].append(taken.photo_id)
            for path in entry.beside:
                sidecars[path] = sidecars.get(path) or (0 if path in taken.unkept else taken.photo_id)
        else:
            sidecars |= {path: 0 for path in entry.beside if path not in sidecars}
        told()
    if plan.dry_run:
        report.sidecars += len(sidecars)
    else:
        put_into_albums(plan.owner, albums)
        _end_folder(kept, sidecars, plan, report)
    told()


def _end_folder(kept: dict[Path, int], sidecars: dict[Path, int], plan: Plan, report: Report) -> None:
    """Count the sidecars, which may belong to more than one file, once each; and move what is to be moved."""
    for path, photo_id in sidecars.items():
        if photo_id:
            report.sidecars += 1
            kept[path] = photo_id
        else:
            report.leave_out(LeftOut(path, "A sidecar that was not taken with its photo."))
    # Sidecars first: one whose photo has gone already would be of nothing for an import that goes on from there.
    for path, photo_id in reversed(kept.items()) if plan.manner is Manner.MOVE else ():
        if why := let_go(path, photo_id):
            report.leave_there(LeftOut(path, f"It is in the library, and could not be taken away: {why}", failed=True))


def _account(candidate: Candidate, plan: Plan, now: datetime, report: Report) -> Taken | None:
    """Take one file and write down what became of it."""
    try:
        taken = _look_at(candidate, plan.owner) if plan.dry_run else _take(candidate, plan, now)
    except (StorageMissing, DiskFull) as exc:
        raise ImportHalted(str(exc.detail)) from exc
    except APIException as exc:
        why = f"{exc.detail} {OF_A_ZIP}" if is_zip(candidate.path) else str(exc.detail)
        report.leave_out(LeftOut(candidate.path, why, _is_a_loss(candidate, exc)))
        return None
    except (OSError, Altered, ValidationError) as exc:
        report.leave_out(LeftOut(candidate.path, _reason(exc), failed=True))
        return None
    report.add(taken)
    report.copied += plan.manner is Manner.LINK and taken.became in (Became.NEW, Became.VERSION) and not taken.linked
    return taken


def _reason(exc: OSError | Altered | ValidationError) -> str:
    if isinstance(exc, Altered):
        return "It is not the file that was exported: its bytes have changed."
    if isinstance(exc, ValidationError):
        return f"What is told of it cannot be: {' '.join(exc.messages)}"
    return f"It cannot be read: {exc.strerror or exc}."


def _take(candidate: Candidate, plan: Plan, now: datetime) -> Taken:
    for tries_left in reversed(range(TRIES)):
        try:
            return take(candidate, plan.owner, plan.manner, now)
        except OperationalError as exc:
            if not tries_left:
                raise ImportHalted(f"The database cannot be written: {exc}.") from exc
    raise AssertionError


def _look_at(candidate: Candidate, owner: User) -> Taken:
    """Say what would become of a file, which is really decoded for that; raises as accept_upload does."""
    size, limit = candidate.bytes_at.stat().st_size, settings.CLOUDZY_MAX_UPLOAD_MB * 2**20
    if not size:
        raise EmptyFile
    if size > limit:
        raise FileTooLarge(limit)
    images.inspect(candidate.bytes_at, settings.CLOUDZY_MAX_PIXELS)
    known = Photo.objects.having(owner, [storage.sha256_of(candidate.bytes_at)])
    if not known:
        return Taken(0, Became.NEW, linked=True)
    _, pk, is_trashed = known[0]
    return Taken(pk, Became.RESTORED if is_trashed else Became.THERE)


def _is_a_loss(candidate: Candidate, exc: APIException) -> bool:
    """Tell whether a person would miss the file: a text is no photo, a damaged photo is one."""
    return candidate.is_named_like_a_photo or not isinstance(exc, UnsupportedType | EmptyFile)


def put_into_albums(owner: User, albums: Mapping[str, Sequence[int]]) -> None:
    """Put photos, by the titles of their albums, behind what is there."""
    for grouping in (grouping for grouping in groupings() if grouping.kind == "albums"):
        for title, photo_ids in albums.items():
            for start in range(0, len(photo_ids), PUT_AT_ONCE):
                grouping.put(owner, title, photo_ids[start : start + PUT_AT_ONCE])


def _numbers_of(owner: User, hashes: Sequence[str]) -> list[int]:
    """Return the numbers of the owner's photos with these hashes, in their order; what is not there is left out."""
    numbers: dict[str, int] = {}
    for start in range(0, len(hashes), PUT_AT_ONCE):
        known = Photo.objects.having(owner, hashes[start : start + PUT_AT_ONCE])
        numbers |= {sha256: pk for sha256, pk, is_trashed in known if not is_trashed}
    return [numbers[sha256] for sha256 in hashes if sha256 in numbers]
