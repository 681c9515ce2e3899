"""The operators for what the database knows of a photo. Importing this module registers them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from photos.image_types import IMAGE_TYPES, RAW_FORMATS
from photos.models import Photo, PhotoFace, PhotoFile, PhotoTag
from photos.models.tag import normalise_tag
from search.facts.sources import ALBUMS, TAGS, Source, of_photo
from search.language.choices import ChoiceFact, Option
from search.language.coloured import ColourFact
from search.language.fields import register
from search.language.kinds import AreaFact, DateFact, NumberFact, Operator, PhotoOperator, TextFact
from search.language.named import (
    camera,
    few_words,
    in_album,
    known_albums,
    known_cameras,
    known_lenses,
    known_tags,
    lens,
    tagged,
)
from search.language.positions import near
from search.language.values import Dates, midnight
from search.language.whereabouts import at_place, known_people, known_places, with_person

_SLACK = 0.001  # f/1.78 is 1.7799998 in the files of some cameras
_WHEN = (of_photo("taken_at"),)
_WHERE = (of_photo("latitude", "longitude"),)
_FAILED = of_photo("status", read_as=f"{{row}}.status = '{Photo.Status.FAILED}'")
_TYPE_ALIASES = {"jpeg": ("jpg",), "tiff": ("tif",), "heic": ("heif",)}


def taken(days: Dates) -> Q:
    """Match photos taken on these days by the clock on the wall where they were taken."""
    since = Q(taken_at__gte=midnight(days.since)) if days.since else Q()
    return since & (Q(taken_at__lt=midnight(days.until)) if days.until else Q())


def before(period: Dates) -> Q:
    return taken(Dates(until=period.since))


def after(period: Dates) -> Q:
    return taken(Dates(since=period.until))


def untagged() -> Q:
    return ~Q(Exists(PhotoTag.objects.filter(photo=OuterRef("pk"), rejected=False)))


def with_people() -> Q:
    return Q(Exists(PhotoFace.objects.filter(photo=OuterRef("pk"))))


def _of_type(name: str) -> Option:
    return Option(name, lambda: Q(format=name), aliases=_TYPE_ALIASES.get(name, ()))


def _is_raw() -> Q:
    """Match photos that are or have a raw file."""
    beside = PhotoFile.objects.filter(photo=OuterRef("pk"), kind=PhotoFile.Kind.RAW)
    return Q(format__in=RAW_FORMATS) | Q(Exists(beside))


def _options(*options: Option) -> dict[str, Option]:
    return {option.name: option for option in options}


_OPERATORS: tuple[Operator[Any], ...] = (
    TextFact(
        name="tag",
        help="Photos with this tag.",
        examples=("tag:food", 'tag:"hot dog"', "-tag:work"),
        aliases=("tags", "keyword"),
        normal=normalise_tag,
        condition=tagged,
        reads=TAGS,
        known=known_tags,
    ),
    TextFact(
        name="album",
        help="Photos in this album.",
        examples=('album:"summer 2024"', "-album:best"),
        condition=in_album,
        known=known_albums,
        reads=ALBUMS,
    ),
    TextFact(
        name="camera",
        help="Taken with a camera whose make or model has these words.",
        examples=('camera:"canon eos"', "camera:iphone"),
        normal=few_words,
        condition=camera,
        reads=(of_photo("camera_make", "camera_model"),),
        known=known_cameras,
    ),
    TextFact(
        name="lens",
        help="Taken through a lens whose name has these words.",
        examples=("lens:macro", 'lens:"ef 50mm"'),
        normal=few_words,
        condition=lens,
        reads=(of_photo("lens"),),
        known=known_lenses,
    ),
    TextFact(
        name="place",
        help="Taken where the names of city, region and country have these words.",
        examples=("place:lisbon", 'place:"new york"', "-place:france"),
        aliases=("city", "country"),
        normal=few_words,
        condition=at_place,
        reads=(of_photo("city", "region", "country"),),
        known=known_places,
    ),
    TextFact(
        name="person",
        help="Somebody is marked on it whose name has these words.",
        examples=("person:anna", 'person:"marie curie"'),
        aliases=("people", "who"),
        normal=few_words,
        condition=with_person,
        reads=(Source("photo_face", ("name",)),),
        known=known_people,
    ),
    NumberFact(name="iso", help="Sensitivity.", examples=("iso:>=800", "iso:100..400"), column="iso"),
    NumberFact(
        name="f",
        help="The f-number of the aperture.",
        examples=("f:<2.8", "f:8", "f:f/2.8"),
        aliases=("aperture",),
        column="aperture",
        sign="f/",
        slack=_SLACK,
    ),
    NumberFact(
        name="focal",
        help="Focal length in millimetres, as the lens says it.",
        examples=("focal:50", "focal:>=200mm", "focal:24..70"),
        column="focal_length",
        unit="mm",
        slack=_SLACK,
    ),
    NumberFact(
        name="rating", help="Stars, 1 to 5.", examples=("rating:>=4", "rating:5", "-rating:>=1"), column="rating"
    ),
    DateFact(
        name="taken",
        help="When it was taken, by the clock of the place.",
        examples=("taken:2024", "taken:2024-07", "taken:2019..2021", "taken:2019-12-24.."),
        aliases=("date",),
        spans=True,
        condition=taken,
        reads=_WHEN,
    ),
    DateFact(name="before", help="Taken before this began.", examples=("before:2020",), condition=before, reads=_WHEN),
    DateFact(
        name="after", help="Taken after this ended.", examples=("after:2020-06-15",), condition=after, reads=_WHEN
    ),
    AreaFact(
        name="near",
        help="Taken within this distance of a point; 1 km where none is given.",
        examples=("near:48.85,2.35,5km", "near:48.8584,2.2945,300m"),
        condition=near,
        reads=_WHERE,
    ),
    ChoiceFact(
        name="has",
        help="What there is of a photo.",
        examples=("has:gps", "has:people", "-has:caption"),
        options=_options(
            Option("gps", lambda: Q(latitude__isnull=False, longitude__isnull=False), ("location",), _WHERE),
            Option("caption", lambda: ~Q(caption=""), reads=(of_photo("caption", read_as="{row}.caption = ''"),)),
            Option("text", lambda: Q(recognised__isnull=False), reads=(Source("recognised_text"),)),
            Option("people", with_people, ("faces",), (Source("photo_face"),)),
        ),
    ),
    ChoiceFact(
        name="is",
        help="What a photo is, or was done with it. A query that names is:archived looks into the archive too.",
        examples=("is:favorite", "is:archived", "is:untagged", "is:failed"),
        options=_options(
            Option("favorite", lambda: Q(favorite=True), ("favourite", "fav"), (of_photo("favorite"),)),
            Option("archived", lambda: Q(archived=True), reads=(of_photo("archived"),)),
            Option("untagged", untagged, reads=TAGS),
            Option("failed", lambda: Q(status=Photo.Status.FAILED), reads=(_FAILED,)),
            Option("animated", lambda: Q(animated=True), reads=(of_photo("animated"),)),
            Option("motion", lambda: Q(has_motion=True), aliases=("live",), reads=(of_photo("has_motion"),)),
            Option("panorama", lambda: Q(panorama=True), reads=(of_photo("panorama"),)),
        ),
    ),
    ChoiceFact(
        name="type",
        help="The kind of image file.",
        examples=("type:heic", "-type:jpeg"),
        aliases=("format",),
        options=_options(
            *(_of_type(kind.name) for kind in IMAGE_TYPES),
            Option("raw", _is_raw, reads=(of_photo("format"), Source("photo_file", ("kind",)))),
        ),
        reads=(of_photo("format"),),
    ),
    ChoiceFact(
        name="orientation",
        help="How the upright photo stands.",
        examples=("orientation:portrait", "orientation:landscape", "orientation:square"),
        options=_options(
            Option("portrait", lambda: Q(height__gt=F("width"))),
            Option("landscape", lambda: Q(width__gt=F("height"))),
            Option("square", lambda: Q(width=F("height"))),
        ),
        reads=(of_photo("width", "height"),),
    ),
    ColourFact(
        name="color",
        help="What colours a photo has: a name, bw for those without any, or what comes near a hex value.",
        examples=("color:teal", "color:#1e90ff", "color:bw", "-color:red"),
        aliases=("colour",),
        reads=(Source("photo_colour", ("cell",)), Source("photo_colour_name", ("name",))),
    ),
    PhotoOperator(
        name="similar",
        help='Like the photo of this number, several, or a part of one; also in sums: similar:12 + 2:"at night".',
        examples=("similar:12", "similar:12,15", "similar:12@0.1,0.2,0.5,0.5"),
        aliases=("like",),
    ),
)

for _operator in _OPERATORS:
    register(_operator)
