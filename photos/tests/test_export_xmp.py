from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from photos.exports import xml, xmp
from photos.metadata.faces import Stored
from photos.metadata.facts import Face
from photos.metadata.from_xmp import facts_of_xmp
from photos.models import Photo, PhotoFace
from photos.tests.factories import at

MakePhoto = Callable[..., Photo]
_DESCRIPTION = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"


def about(data: bytes) -> ElementTree.Element:
    """Read a packet as an XML parser does; return what it says of its photo."""
    found = ElementTree.fromstring(data.decode()).find(f".//{_DESCRIPTION}")  # noqa: S314 - our own
    assert found is not None
    return found


def attributes(element: ElementTree.Element) -> dict[str, str]:
    prefixes = {uri: prefix for prefix, uri in xml.NAMESPACES.items()}
    named = {name[1:].partition("}")[::2]: value for name, value in element.attrib.items()}
    return {f"{prefixes[uri]}:{name}": value for (uri, name), value in named.items()}


def items(element: ElementTree.Element, name: str) -> list[str | None]:
    prefix, local = name.split(":")
    (found,) = element.findall(f"{{{xml.NAMESPACES[prefix]}}}{local}")
    return [item.text for item in found.iter() if item.tag.endswith("}li")]


def test_all_that_is_known_is_said_in_standard_fields(make_photo: MakePhoto) -> None:
    photo = make_photo(
        title="A <b>boat</b> & more",
        description="Two\nlines",
        rating=4,
        taken_at=at("2019-03-21 11:04"),
        taken_offset=-210,
        taken_at_source="exif",
        latitude=-33.8567844,
        longitude=151.2152967,
        altitude=-4.25,
    )

    said = about(xmp.packet(photo, ["boat", "harbour"]))

    assert attributes(said) == {
        "rdf:about": "",
        "xmp:Rating": "4",
        "exif:DateTimeOriginal": "2019-03-21T11:04:00-03:30",
        "photoshop:DateCreated": "2019-03-21T11:04:00-03:30",
        "xmp:CreateDate": "2019-03-21T11:04:00-03:30",
        "exif:GPSVersionID": "2.3.0.0",
        "exif:GPSLatitude": "33,51.40706400S",
        "exif:GPSLongitude": "151,12.91780200E",
        "exif:GPSAltitude": "17/4",
        "exif:GPSAltitudeRef": "1",
    }
    assert items(said, "dc:title") == ["A <b>boat</b> & more"]
    assert items(said, "dc:description") == ["Two\nlines"]
    assert items(said, "dc:subject") == ["boat", "harbour"]


def test_what_is_not_known_is_not_said(make_photo: MakePhoto) -> None:
    said = about(xmp.packet(make_photo(), []))

    assert attributes(said) == {"rdf:about": ""}
    assert list(said) == []


def test_a_clock_without_a_zone_is_written_without_one(make_photo: MakePhoto) -> None:
    photo = make_photo(taken_at=at("2019-03-21 11:04"), taken_offset=None, taken_at_source="exif")

    assert attributes(about(xmp.packet(photo, [])))["xmp:CreateDate"] == "2019-03-21T11:04:00"


def test_what_xml_cannot_write_is_left_out(make_photo: MakePhoto) -> None:
    said = about(xmp.packet(make_photo(title="a\x00b\ufffec\U0001f600"), []))

    assert items(said, "dc:title") == ["abc\U0001f600"]


def test_minutes_never_reach_sixty(make_photo: MakePhoto) -> None:
    photo = make_photo(latitude=9.99999999999, longitude=0.0)

    assert attributes(about(xmp.packet(photo, [])))["exif:GPSLatitude"] == "10,0.00000000N"


def test_what_is_written_is_read_by_our_own_reader(make_photo: MakePhoto) -> None:
    photo = make_photo(
        title="A boat",
        description="Two\nlines",
        rating=4,
        taken_at=at("2019-03-21 11:04"),
        taken_offset=120,
        taken_at_source="exif",
        latitude=-33.8567844,
        longitude=151.2152967,
        altitude=12.5,
        city="Sydney",
        region="New South Wales",
        country="Australia",
    )
    face = PhotoFace(name="Ann Lee", left=0.1, top=0.2, width=0.3, height=0.25)

    facts = facts_of_xmp(xmp.packet(photo, ["boat", "harbour"], [face]), Stored(8, 6))

    assert (facts.title, facts.description, facts.rating) == ("A boat", "Two\nlines", 4)
    assert facts.keywords == ("boat", "harbour")
    assert facts.dates.original is not None
    assert (facts.dates.original.wall.isoformat(), facts.dates.original.offset) == ("2019-03-21T11:04:00", 120)
    assert (facts.latitude, facts.longitude) == pytest.approx((-33.8567844, 151.2152967), abs=1e-6)
    assert (facts.altitude, facts.city, facts.region, facts.country) == (
        12.5,
        "Sydney",
        "New South Wales",
        "Australia",
    )
    assert facts.faces == (Face("Ann Lee", 0.1, 0.2, 0.3, 0.25),)
