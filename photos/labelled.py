"""Pictures in a folder of which somebody has written down what they show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ai.jsontext import read_json
from photos import storage
from photos.models.tag import normalise_tag

CAPTIONS = "captions.json"


class NoLabelledSet(Exception):  # noqa: N818 - it reads as what it is where it is raised
    """A folder that holds no labelled pictures; the message says what was looked for."""


@dataclass(frozen=True)
class LabelledPicture:
    """One picture, however many files have its bytes: the words that were said of it and the sentences.

    `name` is the path inside the folder.
    """

    path: Path
    name: str
    labels: frozenset[str]
    captions: tuple[str, ...]


@dataclass(frozen=True)
class Skipped:
    file: str
    reason: str


@dataclass(frozen=True)
class LabelledSet:
    """`pictures` are in the order of their hashes, which has nothing to do with what they show.

    So any first part of them is a fair sample, and the same one every time.
    """

    pictures: tuple[LabelledPicture, ...]
    skipped: tuple[Skipped, ...]


def read_labelled(folder: Path) -> LabelledSet:
    """Read `captions.json` in the folder where there is one, else its subfolders, each named by what its files show.

    Raise NoLabelledSet where neither is there, where it names no file, or where captions.json is not what it must be:
    a list of {"file": ..., "captions": [...], "tags": [...]}.
    """
    if not folder.is_dir():
        raise NoLabelledSet(f"{folder} is not a folder.")
    described = folder / CAPTIONS
    entries = list(_from_captions(described) if described.is_file() else _from_subfolders(folder))
    if not entries:
        raise NoLabelledSet(
            f"There is nothing to evaluate in {folder}: it needs a folder for each word with pictures of it "
            f"({folder.name}/dog/1.jpg), or a {CAPTIONS}."
        )
    return _merged(folder, entries)


@dataclass(frozen=True)
class _Entry:
    file: Path
    labels: frozenset[str]
    captions: tuple[str, ...] = ()


def _from_subfolders(folder: Path) -> Iterator[_Entry]:
    for inner in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        label = _label(inner.name)
        for file in sorted(path for path in inner.iterdir() if path.is_file() and not path.name.startswith(".")):
            yield _Entry(file, frozenset({label}))


def _from_captions(described: Path) -> Iterator[_Entry]:
    try:
        entries = read_json(described.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise NoLabelledSet(f"{described} is not JSON: {problem}") from problem
    if not isinstance(entries, list):
        raise NoLabelledSet(f"{described} is not a list.")
    for number, entry in enumerate(entries, start=1):
        if not (isinstance(entry, dict) and isinstance(entry.get("file"), str)):
            raise NoLabelledSet(f'{described}: entry {number} has no "file".')
        file = described.parent / entry["file"]
        if not file.resolve().is_relative_to(described.parent.resolve()):
            raise NoLabelledSet(f"{described}: entry {number} is not a file of this folder: {entry['file']}")
        captions, tags = (_texts(described, number, entry, key) for key in ("captions", "tags"))
        yield _Entry(file, frozenset(filter(None, map(_label, tags))), tuple(filter(None, map(str.strip, captions))))


def _texts(described: Path, number: int, entry: dict[str, Any], key: str) -> list[str]:
    texts = entry.get(key, [])
    if not (isinstance(texts, list) and all(isinstance(text, str) for text in texts)):
        raise NoLabelledSet(f'{described}: "{key}" of entry {number} ({entry["file"]}) is not a list of texts.')
    return texts


def _label(name: str) -> str:
    return normalise_tag(name.replace("_", " "))


def _merged(folder: Path, entries: Iterable[_Entry]) -> LabelledSet:
    """Make one picture of files with the same bytes."""
    pictures: dict[str, LabelledPicture] = {}
    skipped = []
    for entry in entries:
        name = entry.file.relative_to(folder).as_posix()
        try:
            sha256 = storage.sha256_of(entry.file)
        except OSError as problem:
            skipped.append(Skipped(name, problem.strerror or str(problem)))
            continue
        known = pictures.get(sha256) or LabelledPicture(entry.file, name, frozenset(), ())
        captions = tuple(dict.fromkeys((*known.captions, *entry.captions)))
        pictures[sha256] = replace(known, labels=known.labels | entry.labels, captions=captions)
    return LabelledSet(tuple(pictures[sha256] for sha256 in sorted(pictures)), tuple(skipped))
