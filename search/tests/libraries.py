"""Libraries of random photos, and what a query means for one of them, said once more without SQL."""

from __future__ import annotations

import math
import random
import unicodedata
from datetime import date, datetime, timedelta

import numpy as np

from accounts.models import User
from ai.colours.cielab import difference, to_lab
from ai.colours.grid import NEAR, STEP
from ai.colours.palette import Palette, Shade
from albums.models import Album
from photos.models import Photo, PhotoColour, PhotoTag, RecognisedText, Tag
from photos.tests.factories import at
from search.language import And, Field, Node, Not, Or, Query, walk
from search.language.values import Area, Dates, Numbers

TAGS = ["food", "work", "hot dog", "café", "cafe", "ночь", "ßtraße"]
ALBUMS = ["Best", "Sommer 2024", "Été"]
MAKES = ["", "Canon", "NIKON CORPORATION", "Apple", "Señor"]
MODELS = ["", "Canon EOS R5", "NIKON D750", "iPhone 7", "Über 1"]
LENSES = ["", "EF 50mm f/1.8", "Macro 100", "Mácro 60"]
COLOURS = [0x008080, 0x1E90FF, 0x2288FF, 0x000080, 0xD01C1F, 0x7B1E2E, 0x808080, 0xFFFFFF]
PLACES = [(48.8584, 2.2945), (48.8606, 2.3376), (-17.0, 179.9), (-17.1, -179.9), (89.99, 10.0), (0.0, 0.0)]
DAYS = [date(2018, 12, 31), date(2019, 1, 1), date(2019, 7, 31), date(2020, 2, 29), date(2024, 1, 1)]


def random_library(seed: int, owner: User, stranger: User, count: int = 60) -> list[Photo]:
    """Insert photos of both, some in the archive and in the trash, with every field empty now and then."""
    chance = random.Random(seed)
    photos = Photo.objects.bulk_create(_photo(chance, number, owner, stranger) for number in range(count))
    tags = [Tag.objects.create(name=name) for name in TAGS]
    PhotoTag.objects.bulk_create(
        PhotoTag(photo=photo, tag=tag, rejected=chance.random() < 0.3)
        for photo in photos
        for tag in chance.sample(tags, chance.choice([0, 0, 1, 2, 3]))
    )
    RecognisedText.objects.bulk_create(
        RecognisedText(photo=photo, text="EXIT", lines=[], model="made", read_at=at("2024-01-01 00:00"))
        for photo in photos
        if chance.random() < 0.3
    )
    for photo in photos:
        shades = [Shade(chance.choice(COLOURS), 0.25) for _ in range(chance.choice([0, 1, 3]))]
        PhotoColour.objects.put(photo, Palette(shades, monochrome=chance.random() < 0.2))
    _put_into_albums(chance, photos)
    related = ("photo_tags__tag", "colours", "colour_names", "album_places__album")
    return list(Photo.objects.prefetch_related(*related).select_related("recognised"))


def _put_into_albums(chance: random.Random, photos: list[Photo]) -> None:
    """Make albums of the same titles for everybody, each with some photos of its owner's."""
    for owner in sorted({photo.owner_id for photo in photos}):
        for title in ALBUMS:
            theirs = [photo.pk for photo in photos if photo.owner_id == owner and chance.random() < 0.3]
            Album.objects.create(owner_id=owner, title=title).add(theirs)


def _photo(chance: random.Random, number: int, owner: User, stranger: User) -> Photo:
    latitude, longitude = chance.choice([*PLACES, (None, None), (48.0, None)])
    noon = datetime.combine(chance.choice(DAYS), at("2000-01-01 00:00").timetz())
    return Photo(
        owner=chance.choice([owner, owner, owner, stranger]),
        filename=f"{number}.jpg",
        original_name=f"{number}.jpg",
        image=f"originals/{number}.jpg",
        sha256=str(number),
        bytes=1,
        format=chance.choice(["jpeg", "heic", "tiff"]),
        width=chance.choice([3, 4]),
        height=chance.choice([3, 4]),
        taken_at=noon + timedelta(seconds=chance.choice([0, 43_200, 86_399])),
        camera_make=chance.choice(MAKES),
        camera_model=chance.choice(MODELS),
        lens=chance.choice(LENSES),
        aperture=chance.choice([None, 1.7799998, 2.8, 8.0]),
        iso=chance.choice([None, 100, 400, 800, 3200]),
        focal_length=chance.choice([None, 3.99, 50.0, 200.0]),
        latitude=latitude,
        longitude=longitude,
        caption=chance.choice(["", "A dog."]),
        rating=chance.choice([None, 0, 3, 5]),
        favorite=chance.random() < 0.5,
        archived=chance.random() < 0.2,
        status=chance.choice(Photo.Status.values),
        trashed_at=at("2024-01-01 00:00") if chance.random() < 0.1 else None,
    )


def answers(query: Query, photos: list[Photo], user: User) -> set[int]:
    """Return the ids of the photos that a query of facts means."""
    with_archive = any(node == Field("is", "archived") for node in walk(query.root))
    return {
        photo.pk
        for photo in photos
        if photo.owner_id == user.pk and photo.trashed_at is None
        if (with_archive or not photo.archived) and holds(query.root, photo)
    }


def holds(node: Node, photo: Photo) -> bool:
    if isinstance(node, And):
        return all(holds(child, photo) for child in node.children)
    if isinstance(node, Or):
        return any(holds(child, photo) for child in node.children)
    if isinstance(node, Not):
        return not holds(node.child, photo)
    assert isinstance(node, Field)
    return _has(node.name, node.value, photo)


def _has(name: str, value: object, photo: Photo) -> bool:
    if isinstance(value, Numbers):
        return _in_numbers(
            {"f": photo.aperture, "focal": photo.focal_length}.get(name, getattr(photo, name, None)), value
        )
    if isinstance(value, Dates):
        return _in_days(name, value, photo.taken_at.date())
    if isinstance(value, Area):
        return _is_near(value, photo)
    assert isinstance(value, str)
    tags = [_bare(photo_tag.tag.name) for photo_tag in photo.photo_tags.all() if not photo_tag.rejected]
    words = _bare(value).split()
    match name:
        case "tag":
            return _bare(value) in tags
        case "album":
            return _bare(value) in [_bare(place.album.title) for place in photo.album_places.all()]
        case "camera":
            return all(word in _bare(photo.camera_make) or word in _bare(photo.camera_model) for word in words)
        case "lens":
            return all(word in _bare(photo.lens) for word in words)
        case "type":
            return photo.format == value
        case "color":
            return _has_colour(value, photo)
    return {
        "gps": photo.latitude is not None and photo.longitude is not None,
        "caption": photo.caption != "",
        "text": hasattr(photo, "recognised"),
        "favorite": photo.favorite,
        "archived": photo.archived,
        "untagged": not tags,
        "failed": photo.status == "failed",
        "animated": photo.animated,
        "motion": photo.has_motion,
        "panorama": photo.panorama,
        "portrait": photo.height > photo.width,
        "landscape": photo.height < photo.width,
        "square": photo.height == photo.width,
    }[value]


def _has_colour(wanted: str, photo: Photo) -> bool:
    """Go by what the middle of each colour's cell is, as the documentation says."""
    if not wanted.startswith("#"):
        return wanted in {row.name for row in photo.colour_names.all()}
    middles = [np.rint(to_lab(_levels(row.number)) / STEP) * STEP for row in photo.colours.all()]
    return any(difference(middle, to_lab(_levels(int(wanted[1:], 16)))) <= NEAR for middle in middles)


def _levels(number: int) -> np.ndarray:
    return np.array([number // 65536, number // 256 % 256, number % 256])


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _in_numbers(number: float | None, wanted: Numbers) -> bool:
    if number is None:
        return False
    shown = round(number, 3)  # as people see it
    above = wanted.low is None or (shown > wanted.low if wanted.low_open else shown >= wanted.low)
    below = wanted.high is None or (shown < wanted.high if wanted.high_open else shown <= wanted.high)
    return above and below


def _in_days(name: str, days: Dates, day: date) -> bool:
    if name == "before":
        return days.since is not None and day < days.since
    if name == "after":
        return days.until is not None and day >= days.until
    return (days.since is None or day >= days.since) and (days.until is None or day < days.until)


def _is_near(area: Area, photo: Photo) -> bool:
    """Measure the angle between two directions from the centre of the earth, another way than the database does."""
    if photo.latitude is None or photo.longitude is None:
        return False
    chord = math.dist(_direction(area.latitude, area.longitude), _direction(photo.latitude, photo.longitude))
    return 2 * math.asin(min(chord / 2, 1)) * 6_371_008.8 <= area.metres


def _direction(latitude: float, longitude: float) -> tuple[float, float, float]:
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def copy_of(photo: Photo, name: str) -> Photo:
    """Return another photo with the same facts, not saved yet."""
    fields = {field.attname: getattr(photo, field.attname) for field in Photo._meta.concrete_fields}
    return Photo(**fields | {"id": None, "filename": name, "original_name": name, "sha256": name[:64]})
