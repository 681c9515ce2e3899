"""What an installed model consists of: names, sizes and hashes, written when all of it is there."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from ai.jsontext import read_json

MANIFEST = "manifest.json"
CHECKED = ".checked.json"

# A name becomes a folder and part of the key on every vector.
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class ModelProblem(Exception):  # noqa: N818 - a state of a model, told to a person as it is
    """A model cannot be fetched, added or used; the message says why, without paths, and what to do about it."""


@dataclass(frozen=True)
class FileFacts:
    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """An installed model: `source` is `owner/repo@commit`, or empty for files a person added."""

    name: str
    layout: str
    source: str
    dimension: int
    files: tuple[FileFacts, ...]

    @property
    def revision(self) -> str:
        """Name the content: the same files give the same vectors, wherever they came from."""
        content = "".join(f"{file.sha256}  {file.path}\n" for file in sorted(self.files, key=lambda file: file.path))
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def facts_of(folder: Path, path: str) -> FileFacts:
    """Measure and hash one file of a model."""
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileFacts(path, file.tell(), digest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the model in `folder`; raise ModelProblem where there is no good one."""
    try:
        content = read_json((folder / MANIFEST).read_text(encoding="utf-8"))
        files = tuple(FileFacts(str(file["path"]), int(file["size"]), str(file["sha256"])) for file in content["files"])
        name, layout, source = (content[key] for key in ("name", "layout", "source"))
        if not files or not all(isinstance(text, str) for text in (name, layout, source)):
            raise ValueError("it names no files")
        return Manifest(name, layout, source, int(content["dimension"]), files)
    except FileNotFoundError as error:
        raise ModelProblem("it is not installed") from error
    except (OSError, ValueError, LookupError, TypeError, OverflowError) as error:
        raise ModelProblem("its manifest is damaged") from error


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise ModelProblem unless every file is as it was written; read only what changed since the last check.

    A byte that flips on the disk changes no time of a file: `check_bytes` finds it.
    """
    stamps = {file.path: _stamp(folder / file.path) for file in manifest.files}
    if _read_stamps(folder) != stamps:
        check_bytes(folder, manifest)


def check_bytes(folder: Path, manifest: Manifest) -> None:
    """Read and hash every file; raise ModelProblem unless they are all as they were written."""
    stamps = {file.path: _stamp(folder / file.path) for file in manifest.files}
    for file in manifest.files:
        stamp = stamps[file.path]
        if not stamp:
            raise ModelProblem(f"{file.path} is missing")
        if stamp[1] != file.size or facts_of(folder, file.path) != file:
            raise ModelProblem(f"{file.path} was altered or is cut short")
    _leave_stamps(folder, stamps)


def _stamp(path: Path) -> list[int]:
    """Tell one state of a file from another without reading it; empty for a file that is not there."""
    try:
        facts = path.stat()
    except OSError:
        return []
    return [facts.st_ino, facts.st_size, facts.st_mtime_ns]


def _read_stamps(folder: Path) -> object:
    try:
        return read_json((folder / CHECKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _leave_stamps(folder: Path, stamps: dict[str, list[int]]) -> None:
    """Spare the next process the reading; where the folder is read-only every process reads for itself."""
    try:
        (folder / CHECKED).write_text(json.dumps(stamps), encoding="utf-8")
    except OSError:
        return
