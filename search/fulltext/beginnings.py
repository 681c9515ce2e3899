"""Photos on which a word begins so, for who only begins to type it."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from photos.models.queryset import PhotoQuerySet
from photos.oneof import OneOf
from search.fulltext.mirrors import PHOTO_TEXT

# So many photos of everybody's are asked for, the newest: it bounds the time.
_NEWEST = 5_000
_IN_PEOPLES_WORDS = '{{title caption}} : "{}" *'


def with_beginning(photos: PhotoQuerySet, beginning: str) -> PhotoQuerySet:
    """Return those of these photos with a word in title or caption that begins so, of the newest; or some more."""
    if connection.vendor != "sqlite":
        return photos.filter(Q(title__icontains=beginning) | Q(caption__icontains=beginning))
    name = PHOTO_TEXT.name
    expression = _IN_PEOPLES_WORDS.format(beginning.replace('"', '""'))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM {name} WHERE {name} MATCH %s ORDER BY rowid DESC LIMIT %s", [expression, _NEWEST]
        )
        return photos.filter(pk__in=OneOf([rowid for (rowid,) in cursor.fetchall()]))
