from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from ai.colours.palette import Palette, Shade
from photos.models import Photo, PhotoColour, PhotoFile
from photos.tests.factories import at, make_version
from search.filters import allowed
from search.language import QueryError, parse

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db

FALCON = {
    "title": "falcon",
    "camera_make": "Canon",
    "camera_model": "Canon EOS R5",
    "lens": "RF500mm F4 L IS USM",
    "aperture": 7.1,
    "iso": 1000,
    "focal_length": 500.0,
    "taken_at": at("2022-03-31 11:31"),
    "rating": 5,
    "favorite": True,
    "caption": "A bird of prey.",
    "format": "jpeg",
    "width": 800,
    "height": 533,
}
RIVER = {
    "title": "river",
    "camera_make": "Apple",
    "camera_model": "iPhone 7",
    "aperture": 1.7999999,
    "iso": 20,
    "focal_length": 3.99,
    "taken_at": at("2019-12-31 23:59"),
    "taken_offset": -360,
    "latitude": 41.2203,
    "longitude": -96.0716,
    "format": "heic",
    "width": 3024,
    "height": 4032,
    "panorama": True,
}
BLANK = {
    "title": "blank",
    "taken_at": at("2024-07-01 00:00"),
    "format": "png",
    "width": 800,
    "height": 800,
    "animated": True,
    "status": Photo.Status.FAILED,
}


@pytest.fixture
def library(make_photo: MakePhoto) -> None:
    falcon = make_photo(**FALCON, tags=["bird", "hot dog"])
    river = make_photo(**RIVER, tags=["café"])
    PhotoColour.objects.put(falcon, Palette([Shade(0xD8C3A0, 0.8), Shade(0x1C2F5C, 0.2)], monochrome=False))
    PhotoColour.objects.put(river, Palette([Shade(0x7C7C7C, 1.0)], monochrome=True))
    make_version(make_photo(**BLANK), PhotoFile.Kind.RAW)


def found(text: str, owner: User) -> set[str]:
    return set(allowed(parse(text), owner).values_list("title", flat=True))


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("tag:bird", {"falcon"}),
        ('tag:"HOT dog"', {"falcon"}),
        ("tag:dog", set()),
        ("keyword:Cafe", {"river"}),
        ("-tag:bird", {"river", "blank"}),
        ('camera:"canon eos"', {"falcon"}),
        ('camera:"apple iphone"', {"river"}),
        ("camera:r5", {"falcon"}),
        ('camera:"canon iphone"', set()),
        ("-camera:canon", {"river", "blank"}),
        ("lens:500MM", {"falcon"}),
        ('lens:"usm f4"', {"falcon"}),
        ("iso:>=800", {"falcon"}),
        ("iso:20..1000", {"falcon", "river"}),
        ("iso:<20", set()),
        ("f:<2.8", {"river"}),
        ("f:1.8", {"river"}),
        ("aperture:>1.8", {"falcon"}),
        ("focal:3.99", {"river"}),
        ("focal:>=200mm", {"falcon"}),
        ("rating:>=4", {"falcon"}),
        ("-rating:>=1", {"river", "blank"}),
        ("taken:2019", {"river"}),
        ("taken:2019-12-31", {"river"}),
        ("taken:2020..2022", {"falcon"}),
        ("date:2022-04..", {"blank"}),
        ("before:2020", {"river"}),
        ("before:2024-07-01", {"falcon", "river"}),
        ("after:2019", {"falcon", "blank"}),
        ("after:2024-06-30", {"blank"}),
        ("after:2024-07-01", set()),
        ("near:41.22,-96.07,1km", {"river"}),
        ("near:41.22,-96.07,10m", set()),
        ("-near:41.22,-96.07", {"falcon", "blank"}),
        ("has:gps", {"river"}),
        ("has:caption", {"falcon"}),
        ("is:favourite", {"falcon"}),
        ("is:untagged", {"blank"}),
        ("-is:untagged", {"falcon", "river"}),
        ("is:failed", {"blank"}),
        ("is:animated", {"blank"}),
        ("is:panorama", {"river"}),
        ("-is:panorama -is:animated", {"falcon"}),
        ("type:heif", {"river"}),
        ("-type:jpg", {"river", "blank"}),
        ("type:raw", {"blank"}),
        ("orientation:portrait", {"river"}),
        ("orientation:landscape", {"falcon"}),
        ("orientation:square", {"blank"}),
        ("color:beige", {"falcon"}),
        ("colour:navy", {"falcon"}),
        ("color:Dark-Blue", {"falcon"}),
        ("color:blue", {"falcon"}),
        ("color:blau", {"falcon"}),
        ("color:teal", set()),
        ("-color:beige", {"river", "blank"}),
        ("color:bw", {"river"}),
        ("color:grey", {"river"}),
        ("color:#808080", {"river"}),
        ("color:#1a3060", {"falcon"}),
        ("-color:#1a3060", {"river", "blank"}),
        ("color:#fff", set()),
        ("color:navy OR color:grey", {"falcon", "river"}),
        ("-(color:navy OR color:grey)", {"blank"}),
        ("(tag:bird OR taken:2019) -iso:<100", {"falcon"}),
        ("-(tag:bird OR taken:2019)", {"blank"}),
    ],
)
def test_every_fact_is_found(text: str, titles: set[str], owner: User) -> None:
    assert found(text, owner) == titles


@pytest.mark.parametrize("sign", ["%", "_", "*", "'", "\\", "?"])
def test_signs_in_names_stand_for_themselves(sign: str, make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="with", camera_model=f"x{sign}y", lens=f"x{sign}y", tags=[f"x{sign}y"])
    make_photo(title="without", camera_model="xzy", lens="xzy", tags=["xzy"])

    for field in ("camera", "lens", "tag"):
        assert found(f"{field}:x{sign}y", owner) == {"with"}


def test_a_name_of_endless_words_is_refused() -> None:
    with pytest.raises(QueryError, match="at most 12 words"):
        parse(f'camera:"{"a " * 13}"')
