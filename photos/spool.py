"""The bytes of a file on its way in, as a file of our own in the incoming folder."""

from __future__ import annotations

import os
import shutil
import uuid
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import TemporaryUploadedFile

from photos import storage
from photos.errors import EmptyFile, FileTooLarge


class FileInPlace(File):
    """A file on the disk of the photos that is never written again: its bytes are taken by a second name (hard link).

    Where the disk knows no such thing they are copied. Either way the file itself stays for its owner to delete.
    """

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path.open("rb"), name)
        self.path = path
        self.linked = False  # what has become of it


class SharedFile(FileInPlace):
    """A person's own file, which stays theirs as it is: who may read it is not for us to change."""


def spool(file: File) -> Path:
    """Bring the bytes to a file of our own in the incoming folder; raises EmptyFile, FileTooLarge and as storage."""
    limit = settings.CLOUDZY_MAX_UPLOAD_MB * 2**20
    if file.size == 0:
        raise EmptyFile
    if file.size is not None and file.size > limit:
        raise FileTooLarge(limit)
    incoming = storage.prepare() / uuid.uuid4().hex
    with storage.disk_errors_named(), ExitStack() as undo:
        undo.callback(storage.tidy, incoming)
        if isinstance(file, TemporaryUploadedFile):  # lies in the same folder already
            file.flush()
            Path(file.temporary_file_path()).rename(incoming)
        elif isinstance(file, FileInPlace):
            file.linked = _link(file.path.resolve(), incoming)
            if not isinstance(file, SharedFile):
                incoming.chmod(storage.MODE)
        else:
            _copy(file, incoming, limit)
        undo.pop_all()
    return incoming


def _link(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links; what ails the source is told by reading it
        shutil.copyfile(source, target)
        return False
    return True


def _copy(file: File, target: Path, limit: int) -> None:
    written = 0
    with target.open("xb") as out:
        for chunk in file.chunks():
            written += len(chunk)
            if written > limit:
                raise FileTooLarge(limit)
            out.write(chunk)
    if not written:
        raise EmptyFile
