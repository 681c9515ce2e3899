"""Captions made of what the tags and the date of a photo say, with no look at it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ai.captions import write_caption
from ai.encoders.base import EncoderUnavailable
from ai.encoders.placeholder import PlaceholderEncoder, told_the_name
from ai.vocabulary import TagScore, Vocabulary
from photos.encoding import newest_encoder
from photos.models import Photo, PhotoTag

# Dates of the file and not of the photo, as far as anybody knows.
_OF_NO_PHOTO = {Photo.DateSource.FILE, Photo.DateSource.UPLOAD}


def describe(photo: Photo) -> str:
    """Return a caption that says what the photo's tags and date say, as they are in the database now."""
    rows = [row for row in photo.shown_tags if not row.is_said]
    tags = [TagScore(row.tag.name, row.score) for row in rows]
    others = {row.tag.name for row in rows if row.source != PhotoTag.Source.MACHINE}
    try:
        encoder = told_the_name(newest_encoder(), photo.original_name)
    except EncoderUnavailable:
        return template_caption(photo, tags, others, None)
    if isinstance(encoder, PlaceholderEncoder):
        return encoder.caption([tag.word for tag in tags])
    return template_caption(photo, tags, others, encoder.vocabulary)


def template_caption(
    photo: Photo, tags: Sequence[TagScore], others: Collection[str], vocabulary: Vocabulary | None
) -> str:
    """Return what the template says of the photo's date and these tags, surest first; `others` no encoder said."""
    known_date = None if photo.taken_at_source in _OF_NO_PHOTO else photo.taken_at
    if vocabulary is None:
        return write_caption(tags, known_date, None, {}, set(others))
    strange = {*others, *(tag.word for tag in tags if tag.word in vocabulary.learned)} - vocabulary.common
    return write_caption(tags, known_date, None, vocabulary.broader, strange)
