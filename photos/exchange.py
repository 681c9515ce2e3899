"""Words in files, in the form of those that come with Cloudzy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from sys import float_info
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from ai.jsontext import read_json
from photos.models import VocabularyWord
from photos.models.tag import normalise_tag
from photos.shipped import FORMAT, ShippedWord
from photos.teaching import files_of

_SHA256 = re.compile(r"[0-9a-f]{64}")


class NotAWordList(Exception):  # noqa: N818 - named as it is told
    """A file that is no list of words."""


def as_list(words: Iterable[VocabularyWord]) -> dict[str, Any]:
    """Return words in the form that take_in() reads."""
    return {"format": FORMAT, "words": [_entry(word) for word in words]}


def take_in(data: bytes | str) -> tuple[int, int]:
    """Add the words of a list, and change those there are to what it says of them; all of them or none.

    What the list does not say of a word stays as it is. Return how many were added and how many changed; raise
    NotAWordList, or ValidationError for words that cannot be.
    """
    entries = _entries(data)
    changed = 0
    with transaction.atomic():
        # First all the words and then what is said of them, because they may name each other.
        known = {word.word for word in VocabularyWord.objects.all()}
        new = [name for name in entries if name not in known]
        VocabularyWord.objects.bulk_create(VocabularyWord(word=name) for name in new)
        for row in VocabularyWord.objects.filter(word__in=entries):
            if different := {key: said for key, said in entries[row.word].items() if _is_other(row, key, said)}:
                _edit(row, different)
                changed += row.word in known
    return len(new), changed


def examples_in(data: bytes | str) -> dict[str, dict[str, list[str]]]:
    """Return by word what it was taught by (`teaching.files_of`); raise NotAWordList."""
    return {word: said["examples"] for word, said in _entries(data).items() if "examples" in said}


def _is_other(row: VocabularyWord, key: str, said: Any) -> bool:
    return key != "examples" and getattr(row, key) != said


def _entries(data: bytes | str) -> dict[str, dict[str, Any]]:
    """Return by word what is said of it."""
    try:
        described = read_json(data)
        if described["format"] != FORMAT:
            raise NotAWordList(f"This has format {described['format']!r}, not {FORMAT}.")
        entries = {normalise_tag(entry["word"]): dict(entry) for entry in described["words"]}
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise NotAWordList(f"This is no list of words: {type(exc).__name__}: {exc}") from exc
    if "" in entries:
        raise NotAWordList("A word needs at least one visible character.")
    for word, said in entries.items():
        del said["word"]
        if wrong := [key for key, value in said.items() if key not in _SHAPES or not _SHAPES[key](value)]:
            raise NotAWordList(f"What is said of {word!r} is not in the form of a word: {', '.join(wrong)}.")
    return entries


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_hashes(value: Any) -> bool:
    return _is_texts(value) and all(map(_SHA256.fullmatch, value))


_SHAPES: dict[str, Callable[[Any], bool]] = {
    "synonyms": _is_texts,
    "parents": _is_texts,
    "prompts": _is_texts,
    "translations": lambda value: isinstance(value, dict) and all(map(_is_texts, value.values())),
    "examples": lambda value: (
        isinstance(value, dict) and {"positive", "negative"}.issuperset(value) and all(map(_is_hashes, value.values()))
    ),
    "leaf": lambda value: isinstance(value, bool),
    "enabled": lambda value: isinstance(value, bool),
    "threshold": lambda value: value is None or (type(value) in {int, float} and abs(value) <= float_info.max),
}


def _edit(row: VocabularyWord, said: dict[str, Any]) -> None:
    try:
        row.edit(said)
    except ValidationError as exc:
        raise ValidationError([f"{row.word}: {message}" for message in exc.messages]) from exc


def _entry(word: VocabularyWord) -> dict[str, Any]:
    own = ShippedWord(**{name: getattr(word, name) for name in ShippedWord.names()}).columns
    if examples := files_of(word):
        own |= {"examples": examples}
    return own if word.enabled else own | {"enabled": False}
