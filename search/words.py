"""Search for words where they are written: in tags, titles, captions, descriptions, file names and pictures."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, and_, or_

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable

from accounts.models import User
from photos.models import Photo, PhotoTag, RecognisedText
from photos.models.queryset import PhotoQuerySet
from photos.models.tag import normalise_tag
from photos.vocabulary import words_meant

# Field lookups by the name a match is told under, best first; a tag that equals the word comes before all of them.
_FIELDS = {
    "title": ("title",),
    "caption": ("caption",),
    "description": ("description",),
    "filename": ("original_name", "filename"),
}

_READ = "recognised__text"  # what stands in the picture itself

# So many words decide the order; each nests the SQL one level deeper, and SQLite's parser has a bottom.
_RANKED = 8


def words_of(text: str) -> list[str]:
    """Split a query (`queries.clean`) into the words to look for, each once, without the punctuation around them."""
    words = text.lower().split()
    return list(dict.fromkeys(word.strip(string.punctuation) or word for word in words))


@dataclass(frozen=True)
class Sought:
    """The words of a query, and the tags that each of them, and the whole of it, names: also "dog" for "Hunde".

    `text` is the whole as a tag would be stored.
    """

    words: tuple[str, ...]
    tags: tuple[frozenset[str], ...]
    whole: frozenset[str]
    text: str

    @property
    def all_tags(self) -> frozenset[str]:
        return self.whole.union(*self.tags)


def sought(text: str) -> Sought:
    """Read a query (`queries.clean`) by the words of the library."""
    words, whole = words_of(text), normalise_tag(text)
    meant = words_meant([*words, whole])
    return Sought(tuple(words), tuple(meant[word] | {word} for word in words), meant[whole] | {whole}, whole)


def photos_with(query: Sought, user: User) -> PhotoQuerySet:
    """Return the photos lists show in which every word of the query occurs somewhere, best match first.

    Best is a tag that is the whole query, or that it is another name of, then word by word: a tag that is the word, one
    that it is another name of, the title, a tag that contains it, caption, description, file name, the text in the
    picture; equals by newest date. Rejected tags match nothing.
    """
    whole = _tagged(name__in=query.whole)
    places = list(zip(query.words, query.tags, strict=True))
    everywhere = reduce(and_, (_anywhere(word, tags) for word, tags in places))
    photos = Photo.objects.visible_to(user).listed().filter(everywhere | whole)
    first = Case(When(_tagged(name=query.text), then=0), When(whole, then=1), default=2, output_field=IntegerField())
    rank: Combinable = reduce(add, (_rank(word, tags) for word, tags in places[:_RANKED]), Value(0))
    return photos.alias(whole=first, rank=rank).order_by("whole", "rank", "-taken_at", "pk")


def taken_away(photo_ids: Iterable[int], query: Sought) -> set[int]:
    """Return which of these photos a person said not to show what the query, or a word of it, names."""
    rejected = PhotoTag.objects.filter(photo_id__in=list(photo_ids), rejected=True, tag__name__in=query.all_tags)
    return set(rejected.values_list("photo_id", flat=True))


def read_in(photo_ids: Iterable[int], query: Sought) -> set[int]:
    """Return in the pictures of which of these photos a word of the query was read."""
    anywhere = reduce(or_, (Q(**_contains("text", word)) for word in query.words))
    return set(RecognisedText.objects.filter(anywhere, photo_id__in=list(photo_ids)).values_list("pk", flat=True))


def matches(photo: Photo, query: Sought) -> tuple[str, ...]:
    """Return where words of the query are written on the photo: "tag:dog", "title", "caption", best first.

    What is written in the picture itself `read_in` tells, for many photos at once.
    """
    words, exact = query.words, query.all_tags
    names = [name for name in photo.tag_names if name in exact or _contains_any([name], words)]
    names.sort(key=lambda name: name not in exact)
    tags = [f"tag:{name}" for name in names]
    written = {name: [getattr(photo, source) for source in sources] for name, sources in _FIELDS.items()}
    return (*tags, *(name for name, texts in written.items() if _contains_any(texts, words)))


def _contains_any(texts: Iterable[str], words: Sequence[str]) -> bool:
    return any(word in text.lower() for text in texts for word in words)


def _anywhere(word: str, tags: frozenset[str]) -> Q:
    tagged = _tagged(name__in=tags) | _tagged(**_contains("name", word))
    written = reduce(or_, (_in_field(name, word) for name in _FIELDS), tagged)
    return written | Q(**_contains(_READ, word))  # the longest text, and so the last to be looked at


def _rank(word: str, tags: frozenset[str]) -> Case:
    title, *others = _FIELDS
    places = [_tagged(name=word), _tagged(name__in=tags), _in_field(title, word), _tagged(**_contains("name", word))]
    places += [_in_field(name, word) for name in others]
    # Where a word is in none of these places, it is in the picture, which therefore is not searched once more.
    ranked = [When(place, then=rank) for rank, place in enumerate(places)]
    return Case(*ranked, default=len(places), output_field=IntegerField())


def _in_field(name: str, word: str) -> Q:
    return reduce(or_, (Q(**_contains(source, word)) for source in _FIELDS[name]))


def _tagged(**tag: object) -> Q:
    """Match photos with an accepted tag of which these lookups are true."""
    wanted = {f"tag__{lookup}": value for lookup, value in tag.items()}
    return Q(pk__in=PhotoTag.objects.filter(rejected=False, **wanted).values("photo"))


def _contains(field: str, word: str) -> dict[str, str]:
    # LIKE of SQLite knows upper and lower case of ASCII only.
    if word.isascii():
        return {f"{field}__icontains": word}
    return {f"{field}__iregex": re.escape(word)}
