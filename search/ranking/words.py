"""The words of a query: what they are called in tags, and where they are written on a photo."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import category

import numpy as np

from photos.models import Photo, PhotoTag, RecognisedText
from photos.models.tag import PhotoTagQuerySet, normalise_tag
from photos.oneof import OneOf
from photos.vocabulary import words_meant
from search.fulltext import Term
from search.fulltext.base import MOST_LISTED
from search.fulltext.standing import says
from search.idlists import column_of

# What a match is told under, best first after tags, with where it may stand: as the text index has them.
_FIELDS = {
    "title": ("title",),
    "caption": ("caption",),
    "description": ("description",),
    "place": ("city", "region", "country"),
    "filename": ("original_name", "filename"),
    "camera": ("camera_make", "camera_model", "lens", "software"),
    "artist": ("artist", "copyright"),
}


def words_of(text: str) -> list[str]:
    """Split a text into the words to look for, each once, without the punctuation around and between them.

    Where there is nothing but punctuation, that is what is looked for.
    """
    words = text.lower().split()
    said = [word.strip(string.punctuation) for word in words if not _is_punctuation(word)]
    return list(dict.fromkeys(said or words))


def _is_punctuation(word: str) -> bool:
    return all(sign in string.punctuation or category(sign).startswith("P") for sign in word)


@dataclass(frozen=True)
class Sought:
    """The words of a text, and the tags that each of them, and the whole of it, names: also "dog" for "Hunde".

    `text` is the whole as a tag would be stored, `known` tells that it is one of the library's words.
    """

    words: tuple[str, ...]
    tags: tuple[frozenset[str], ...]
    whole: frozenset[str]
    text: str
    known: bool

    @property
    def all_tags(self) -> frozenset[str]:
        return self.whole.union(*self.tags)

    @property
    def terms(self) -> list[Term]:
        """The words as the text index looks for them: all of them are to be there."""
        return [Term(word, tags=tags) for word, tags in zip(self.words, self.tags, strict=True)]

    @property
    def as_one(self) -> list[Term]:
        """The whole as one name, where it is one that the words apart would not find."""
        return [Term(self.text, exact=True, tags=self.whole)] if self.known and len(self.words) > 1 else []


def sought(text: str) -> Sought:
    """Read a text by the words of the library."""
    words, whole = words_of(text), normalise_tag(text)
    meant = words_meant([*words, whole])
    tags = tuple(meant[word] | {word} for word in words)
    return Sought(tuple(words), tags, meant[whole] | {whole}, whole, known=bool(meant[whole]))


@dataclass(frozen=True)
class Said:
    """What tags and titles of photos say to a text: those a person took one of its tags from, and those named so."""

    taken_away: frozenset[int]
    named: Mapping[int, float]  # 2.0 with the whole of the text as a tag or title, 1.0 with a tag it is a name of


NOTHING_SAID = Said(frozenset(), {})


def said_of(photo_ids: Collection[int], query: Sought) -> Said:
    """Return what these photos say to a query, in two looks at the database."""
    rows = list(_tags(photo_ids, query.all_tags).values_list("photo_id", "tag__name", "rejected"))
    titled = Photo.objects.filter(pk__in=OneOf(photo_ids)).exclude(title="").order_by().values_list("pk", "title")
    tagged = [(pk, name) for pk, name, rejected in rows if name in query.whole and not rejected]
    pairs = [*tagged, *((pk, query.text) for pk, title in titled if normalise_tag(title) == query.text)]
    so_called = {pk for pk, name in pairs if name == query.text}
    return Said(
        taken_away=frozenset(pk for pk, _, rejected in rows if rejected),
        named={pk: 2.0 if pk in so_called else 1.0 for pk, _ in pairs},
    )


def taken_away(photo_ids: Iterable[int], query: Sought) -> set[int]:
    """Return which of these photos a person said not to show what the query, or a word of it, names."""
    return set(_tags(photo_ids, query.all_tags).filter(rejected=True).values_list("photo_id", flat=True))


def tagged_with(ids: np.ndarray, names: Collection[str]) -> np.ndarray:
    """Return which of these photos carry a tag of these names, ascending; where they are many, others that do too."""
    tags = PhotoTag.objects.filter(rejected=False, tag__name__in=names)
    few = tags.filter(photo_id__in=OneOf(ids.tolist())) if len(ids) <= MOST_LISTED else tags
    return np.unique(column_of(few, "photo_id"))


def read_in(photo_ids: Collection[int], terms: Sequence[Term]) -> set[int]:
    """Return in the pictures of which of these photos one of the terms was read."""
    texts = RecognisedText.objects.filter(photo_id__in=OneOf(photo_ids)).values_list("photo_id", "text")
    return {pk for pk, text in texts if any(says(text, term) for term in terms)}


def matches(photo: Photo, terms: Sequence[Term], exact: Collection[str]) -> tuple[str, ...]:
    """Return where one of the terms is written on the photo: "tag:dog", "title", "caption", best first.

    The `exact` tags come before those that only have a word of it. What is written in the picture itself `read_in`
    tells, for many photos at once.
    """
    names = [name for name in photo.tag_names if name in exact or _says_any([name], terms)]
    names.sort(key=lambda name: name not in exact)
    tags = [f"tag:{name}" for name in names]
    written = {name: " ".join(getattr(photo, source) for source in sources) for name, sources in _FIELDS.items()}
    return (*tags, *(name for name, text in written.items() if not text.isspace() and _says_any([text], terms)))


def _says_any(texts: Iterable[str], terms: Sequence[Term]) -> bool:
    return any(says(text, term) for text in texts for term in terms)


def _tags(photo_ids: Iterable[int], names: Collection[str]) -> PhotoTagQuerySet:
    return PhotoTag.objects.filter(photo_id__in=OneOf(photo_ids), tag__name__in=names)
