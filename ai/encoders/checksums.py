"""The SHA-256 of each file of a model, as its publisher wrote them down with `sha256sum`."""

from __future__ import annotations

import hashlib
from pathlib import Path

SUMS = "SHA256SUMS"


def published_sums(folder: Path, encoder: str, revision: str) -> dict[str, str]:
    """Return the sums by name of file: none where there is no list, or one of another encoder or revision.

    The first line of the list, a comment, names both: whoever replaces the files by another revision's needs no new
    list at once. Raise ValueError or OSError for a list that cannot be read.
    """
    path = folder / SUMS
    if not path.is_file():
        return {}
    heading, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    if heading != f"# {encoder} {revision}":
        return {}
    pairs = [line.split(maxsplit=1) for line in lines]
    return {name.removeprefix("*"): digest for digest, name in pairs}


def verify(path: Path, sha256: str | None) -> None:
    """Raise ValueError for a file that is not the published one; without a sum any file will do."""
    if sha256 is None:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path.name} is not the file {SUMS} was written for: put that back, or, if the change is meant, "
            f"give it a revision of its own in vocabulary.json or write {SUMS} anew"
        )
