"""Search for words where they are written: in tags, titles, captions, descriptions and file names."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add, or_

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable

from accounts.models import User
from photos.models import Photo, PhotoTag
from photos.models.queryset import PhotoQuerySet
from photos.models.tag import normalise_tag

# Field lookups by the name a match is told under, best first; a tag that equals the word comes before all of them.
_FIELDS = {
    "title": ("title",),
    "caption": ("caption",),
    "description": ("description",),
    "filename": ("original_name", "filename"),
}

# So many words decide the order; each nests the SQL one level deeper, and SQLite's parser has a bottom.
_RANKED = 8


def words_of(text: str) -> list[str]:
    """Split a query (`queries.clean`) into the words to look for, each once, without the punctuation around them."""
    words = text.lower().split()
    return list(dict.fromkeys(word.strip(string.punctuation) or word for word in words))


def photos_with(text: str, user: User) -> PhotoQuerySet:
    """Return the photos lists show in which every word of the text occurs somewhere, best match first.

    Best is a tag that is the whole text, then word by word: a tag that is the word, the title, a tag that contains
    it, caption, description, file name; equals by newest date. Rejected tags match nothing.
    """
    words = words_of(text)
    photos = Photo.objects.visible_to(user).listed()
    for word in words:
        photos = photos.filter(_anywhere(word))
    whole = Case(When(_tagged(name=normalise_tag(text)), then=0), default=1, output_field=IntegerField())
    rank: Combinable = reduce(add, map(_rank, words[:_RANKED]), Value(0))
    return photos.alias(whole=whole, rank=rank).order_by("whole", "rank", "-taken_at", "pk")


def taken_away(photo_ids: Iterable[int], text: str) -> set[int]:
    """Return which of these photos a person said not to show what the text, or a word of it, names."""
    names = {*words_of(text), normalise_tag(text)}
    rejected = PhotoTag.objects.filter(photo_id__in=list(photo_ids), rejected=True, tag__name__in=names)
    return set(rejected.values_list("photo_id", flat=True))


def matches(photo: Photo, text: str) -> tuple[str, ...]:
    """Return where words of the text are written on the photo: "tag:dog", "title", "caption", best first."""
    words = words_of(text)
    tags = [f"tag:{name}" for name in photo.tag_names if _contains_any([name], words)]
    exact = {f"tag:{name}" for name in (*words, normalise_tag(text))}
    tags.sort(key=lambda tag: tag not in exact)
    written = {name: [getattr(photo, source) for source in sources] for name, sources in _FIELDS.items()}
    return (*tags, *(name for name, texts in written.items() if _contains_any(texts, words)))


def _contains_any(texts: Iterable[str], words: Sequence[str]) -> bool:
    return any(word in text.lower() for text in texts for word in words)


def _anywhere(word: str) -> Q:
    return reduce(or_, (_in_field(name, word) for name in _FIELDS), _tagged(**_contains("name", word)))


def _rank(word: str) -> Case:
    title, *others = _FIELDS
    places = [_tagged(name=word), _in_field(title, word), _tagged(**_contains("name", word))]
    places += [_in_field(name, word) for name in others]
    ranked = [When(place, then=rank) for rank, place in enumerate(places)]
    return Case(*ranked, default=len(places), output_field=IntegerField())


def _in_field(name: str, word: str) -> Q:
    return reduce(or_, (Q(**_contains(source, word)) for source in _FIELDS[name]))


def _tagged(**tag: str) -> Q:
    """Match photos with an accepted tag of which these lookups are true."""
    wanted = {f"tag__{lookup}": value for lookup, value in tag.items()}
    return Q(pk__in=PhotoTag.objects.filter(rejected=False, **wanted).values("photo"))


def _contains(field: str, word: str) -> dict[str, str]:
    # LIKE of SQLite knows upper and lower case of ASCII only.
    if word.isascii():
        return {f"{field}__icontains": word}
    return {f"{field}__iregex": re.escape(word)}
