"""Random changes of a library, by whatever way the database can be written to."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction

from photos.models import Photo, PhotoTag, RecognisedText, Tag
from photos.tests.factories import at
from search.tests.libraries import DAYS, LENSES, MAKES, MODELS, copy_of


class _TakenBack(Exception):  # noqa: N818 - nothing went wrong
    pass


def change(chance: random.Random) -> None:
    """Do one thing, and sometimes take it back."""
    act = chance.choice(_ACTS)
    if chance.random() < 0.2:
        try:
            with transaction.atomic():
                act(chance)
                raise _TakenBack
        except _TakenBack:
            return
    act(chance)


def _some(chance: random.Random) -> list[int]:
    ids = list(Photo.objects.order_by("pk").values_list("pk", flat=True))
    return chance.sample(ids, min(len(ids), chance.choice([1, 1, 2, 5])))


def _saved(chance: random.Random) -> None:
    for photo in Photo.objects.filter(pk__in=_some(chance)):
        photo.rating, photo.favorite = chance.choice([None, 0, 3, 5]), chance.random() < 0.5
        photo.camera_make, photo.camera_model = chance.choice(MAKES), chance.choice(MODELS)
        photo.save()


def _updated(chance: random.Random) -> None:
    fields: dict[str, Any] = chance.choice(
        [
            {"iso": chance.choice([None, 100, 800])},
            {"lens": chance.choice(LENSES)},
            {"archived": chance.random() < 0.5},
            {"trashed_at": chance.choice([None, at("2024-01-01 00:00")])},
            {"taken_at": at(f"{chance.choice(DAYS)} 12:00")},
            {"latitude": chance.choice([None, 48.86]), "longitude": 2.3},
            {"caption": chance.choice(["", "A dog."])},
            {"status": chance.choice(Photo.Status.values)},
            {"width": 3, "height": chance.choice([2, 3, 4])},
            {"owner": chance.choice(Photo.objects.values_list("owner", flat=True).distinct())},
        ]
    )
    Photo.objects.filter(pk__in=_some(chance)).update(**fields)


def _in_sql(chance: random.Random) -> None:
    sql = chance.choice(
        [
            "UPDATE photo SET aperture = 2.8, focal_length = 50 WHERE id % 7 = 3",
            "UPDATE photo SET format = 'heic' WHERE id % 11 = 5",
            "DELETE FROM photo_tag WHERE id % 9 = 4",
            "UPDATE photo_tag SET rejected = NOT rejected WHERE id % 8 = 1",
            "INSERT OR IGNORE INTO photo_tag (photo_id, tag_id, source, model, score, rejected) "
            "SELECT id, (SELECT max(id) FROM tag), 'human', '', 1, 0 FROM photo WHERE id % 5 = 2",
            "UPDATE tag SET name = name || 'x' WHERE id = (SELECT min(id) FROM tag)",
            "DELETE FROM album_place WHERE id % 3 = 1",
            "UPDATE OR IGNORE album_place SET album_id = (SELECT max(id) FROM album) WHERE id % 5 = 2",
            "UPDATE album SET title = title || 'x' WHERE id = (SELECT min(id) FROM album)",
            "DELETE FROM recognised_text WHERE photo_id % 4 = 1",
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _come_and_gone(chance: random.Random) -> None:
    photos = list(Photo.objects.filter(pk__in=_some(chance)))
    if chance.random() < 0.4:
        Photo.objects.filter(pk__in=[photo.pk for photo in photos]).delete()
    else:
        Photo.objects.bulk_create(copy_of(photo, f"copy {chance.random()}") for photo in photos)


def _read(chance: random.Random) -> None:
    for pk in _some(chance):
        RecognisedText.objects.update_or_create(
            photo_id=pk, defaults={"text": "EXIT", "lines": [], "model": "made", "read_at": at("2024-01-01 00:00")}
        )


def _tagged(chance: random.Random) -> None:
    for photo in Photo.objects.filter(pk__in=_some(chance)):
        names = chance.sample(list(Tag.objects.values_list("name", flat=True)), 2)
        PhotoTag.objects.say(photo, names) if chance.random() < 0.5 else photo.set_tags(names)


_ACTS: Sequence[Callable[[random.Random], None]] = (_saved, _updated, _updated, _in_sql, _come_and_gone, _read, _tagged)
