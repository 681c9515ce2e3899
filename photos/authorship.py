"""Whose words a photo carries: a person's stay for ever, the file's stay, a machine's come and go.

`Photo.authors` names the captioner that wrote a field, unless a person has written over it since (`Photo.edited`). A
field that is in neither was written by the file or, the caption, by the template that follows tags and date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ai.tokens import readings, tokens
from photos.models import Photo


def put_words(photo: Photo, said: Mapping[str, str], author: str) -> set[str]:
    """Set what a captioner says of `caption` and `description`; return the names of the changed fields.

    Left alone is what a person or the file said, and left out what names something a person said is not there.
    """
    rejected = _rejected(photo)
    kept = {
        field: text
        for field, text in said.items()
        if text and _may_write(photo, field) and not names_any(text, rejected)
    }
    return _set(photo, kept, photo.authors | dict.fromkeys(kept, author))


def retract(photo: Photo) -> set[str]:
    """Take back what captioners said of something a person has rejected since; return the changed fields' names."""
    rejected = _rejected(photo) if photo.authors else []
    untrue = [field for field in photo.authors if names_any(getattr(photo, field), rejected)]
    authors = {field: author for field, author in photo.authors.items() if field not in untrue}
    return _set(photo, {field: "" for field in untrue if field not in photo.edited}, authors)


def withdraw(photo: Photo) -> set[str]:
    """Take back all that captioners said; return the changed fields' names."""
    return _set(photo, {field: "" for field in photo.authors if field not in photo.edited}, {})


def described_by_file(photo: Photo, description: str) -> dict[str, Any]:
    """Return by field what the file's description changes: it replaces a captioner's, but silence does not."""
    if not description and "description" in photo.authors:
        return {}
    authors = {field: author for field, author in photo.authors.items() if field != "description"}
    return {"description": description, "authors": authors}


def names_any(text: str, words: Iterable[str]) -> bool:
    """Tell whether a text names one of the words, in singular or plural."""
    said = [set(readings(token)) for token in tokens(text)]
    return any(_names(said, tokens(word)) for word in words)


def _names(said: list[set[str]], word: list[str]) -> bool:
    starts = range(len(said) - len(word) + 1)
    return bool(word) and any(
        all(said[start + at] & set(readings(token)) for at, token in enumerate(word)) for start in starts
    )


def _may_write(photo: Photo, field: str) -> bool:
    if field in photo.edited:
        return False
    # A description that no captioner wrote is the file's; a caption that none wrote is the template's.
    return field == "caption" or field in photo.authors or not getattr(photo, field)


def _rejected(photo: Photo) -> list[str]:
    return list(photo.photo_tags.filter(rejected=True).values_list("tag__name", flat=True))


def _set(photo: Photo, texts: Mapping[str, str], authors: dict[str, str]) -> set[str]:
    changed = {"authors"} if authors != photo.authors else set()
    photo.authors = authors
    for field, text in texts.items():
        setattr(photo, field, text)
    return changed | set(texts)
