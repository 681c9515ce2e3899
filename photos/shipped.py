"""The words that come with Cloudzy, and how they come into the vocabulary of a library."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from ai.jsontext import read_json
from photos.models import Photo, VocabularyState, VocabularyWord

logger = logging.getLogger(__name__)

FORMAT = 1
FOLDER = Path(__file__).parent / "vocabularies"

# From which probability on a word is a tag that an encoder was taught and that has no entry of its own here. The
# threshold measured for that encoder is the encoder's affair.
USUAL_THRESHOLD = 0.3


@dataclass(frozen=True)
class ShippedWord:
    """The fields of a VocabularyWord, as a data file has them."""

    word: str
    synonyms: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    leaf: bool = True
    translations: dict[str, list[str]] = field(default_factory=dict)
    threshold: float | None = None

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> ShippedWord:
        return cls(**{name: entry[name] for name in _FIELDS if name in entry})

    @staticmethod
    def names() -> tuple[str, ...]:
        return _FIELDS

    @property
    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _FIELDS}


_FIELDS = tuple(each.name for each in fields(ShippedWord))


@dataclass(frozen=True)
class Shipped:
    """`templates` become prompts with the word in place of {}; `backgrounds` describe pictures that show no word."""

    words: Mapping[str, ShippedWord]
    templates: tuple[str, ...]
    backgrounds: tuple[str, ...]


def shipped() -> Shipped:
    """Return what comes with Cloudzy and with the encoder of the settings; read once for each encoder."""
    return _shipped(Path(settings.CLOUDZY_ENCODER_DIR) / "vocabulary.json")


def fill() -> int:
    """Bring what is shipped into the vocabulary and return how many words that adds or changes.

    What a curator set of a word stays, and so does a word that a curator made before it was shipped. Before the tables
    are what the models say, in the midst of migrations, nothing is done.
    """
    if not _is_migrated():
        return 0
    rows = {row.word: row for row in VocabularyWord.objects.all()}
    words = shipped().words
    new = [VocabularyWord(**word.columns, shipped=True) for name, word in words.items() if name not in rows]
    changed = [row for name, row in rows.items() if row.shipped and name in words and _update(row, words[name])]
    if new or changed:
        with transaction.atomic():
            VocabularyWord.objects.bulk_create(new)
            VocabularyWord.objects.bulk_update(changed, VocabularyWord.EDITABLE)
            if not Photo.objects.exists():  # nothing is tagged under other words
                VocabularyState.applied_now(VocabularyState.now().current)
    return len(new) + len(changed)


def _is_migrated() -> bool:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        return all(
            model._meta.db_table in tables
            and {column.name for column in connection.introspection.get_table_description(cursor, model._meta.db_table)}
            >= {each.column for each in model._meta.local_concrete_fields}
            for model in (Photo, VocabularyWord, VocabularyState)
        )


def _update(row: VocabularyWord, word: ShippedWord) -> bool:
    """Set on the row what is shipped and not a curator's; tell whether that changes it."""
    differing = {
        name: value
        for name, value in word.columns.items()
        if name not in row.edited and name != "word" and getattr(row, name) != value
    }
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


@cache
def _shipped(taught: Path) -> Shipped:
    everyday = read_json((FOLDER / "everyday.json").read_text(encoding="utf-8"))
    if everyday["format"] != FORMAT:
        raise ValueError(f"everyday.json has format {everyday['format']!r}, not {FORMAT}")
    words = {word.word: word for word in map(ShippedWord.read, everyday["words"])}
    return Shipped(_merged(words, _taught_words(taught)), (*everyday["templates"],), (*everyday["backgrounds"],))


def _taught_words(path: Path) -> list[ShippedWord]:
    """Return the words of an encoder's own list; none where it cannot be read, which the encoder itself will tell."""
    try:
        entries = read_json(path.read_text(encoding="utf-8"))["words"]
        return [
            ShippedWord(entry["word"], entry["synonyms"], entry["parents"], threshold=USUAL_THRESHOLD)
            for entry in entries
        ]
    except (OSError, ValueError, LookupError, TypeError) as exc:
        logger.info("The words of the encoder cannot be read: %s", exc)
        return []


def _merged(everyday: Mapping[str, ShippedWord], taught: Iterable[ShippedWord]) -> dict[str, ShippedWord]:
    """Return both lists as one. Of a word in both, everyday's entry counts, but the synonyms of either find it.

    No name becomes a synonym here that is a word of its own, or another word's synonym in everyday's list.
    """
    words = {word.word: word for word in taught} | dict(everyday)
    called = {name: word.word for word in everyday.values() for name in word.synonyms}
    for word in taught:
        allowed = [name for name in word.synonyms if name not in words and called.get(name, word.word) == word.word]
        entry = words[word.word]
        words[word.word] = replace(entry, synonyms=list(dict.fromkeys([*_own(entry, word), *allowed])))
    return words


def _own(entry: ShippedWord, taught: ShippedWord) -> list[str]:
    return [] if entry is taught else entry.synonyms
