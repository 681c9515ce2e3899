from __future__ import annotations

from pathlib import Path

import pytest
from PIL.ExifTags import Base

from photos import images
from photos.tests import pictures

LIMIT = 100_000_000
GPANO = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
BY_APPLE = pictures.exif({Base.Make: "Apple"}, {Base.CustomRendered: 6})


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (pictures.jpeg((1000, 400)), True),
        (pictures.jpeg((1000, 420)), False),
        (pictures.jpeg((400, 1000)), False),
        (pictures.jpeg((728, 90)), False),
        (pictures.jpeg((400, 1000), exif=pictures.oriented(6)), True),
        (pictures.jpeg((80, 40), xmp=GPANO), True),
        (pictures.encoded(pictures.plain((80, 40)), "WEBP", xmp=GPANO), True),
        (pictures.jpeg((80, 40), exif=BY_APPLE), True),
        (pictures.jpeg((80, 40), exif=pictures.exif({Base.Make: "Apple"})), False),
        (pictures.jpeg((80, 40), exif=BY_APPLE[:50]), False),
    ],
)
def test_a_panorama_is_known_by_its_shape_or_by_what_it_says(tmp_path: Path, data: bytes, is_one: bool) -> None:
    assert images.inspect(pictures.on_disk(tmp_path, data), LIMIT).panorama is is_one
