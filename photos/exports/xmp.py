"""What is said of a photo as XMP (ISO 16684-1), in the fields that other programs read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from xml.etree import ElementTree

from photos.models import Photo, PhotoFace

# As attributes and elements are named in the packet; xpacket and x:xmpmeta are Adobe's wrapping of it.
NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
}
_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = '\n<?xpacket end="w"?>\n'
_RESOURCE = {"{http://www.w3.org/1999/02/22-rdf-syntax-ns#}parseType": "Resource"}
_XML = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _uri in NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _uri)


def packet(photo: Photo, words: Sequence[str], faces: Sequence[PhotoFace] = ()) -> bytes:
    """Return a whole sidecar: title, description, keywords, rating, date, place and faces, as far as they are known."""
    root = ElementTree.Element(_name("x:xmpmeta"), {_name("x:xmptk"): "Cloudzy"})
    rdf = ElementTree.SubElement(root, _name("rdf:RDF"))
    about = ElementTree.SubElement(rdf, _name("rdf:Description"), {_name("rdf:about"): ""})
    for name, value in {**_rating(photo), **_date(photo), **_position(photo), **_place(photo)}.items():
        about.set(_name(name), value)
    _text(about, "dc:title", photo.title)
    _text(about, "dc:description", photo.description)
    _bag(about, "dc:subject", words)
    if faces:
        _faces(about, faces)
    ElementTree.indent(root, " ")
    return (_HEAD + ElementTree.tostring(root, "unicode") + _TAIL).encode()


def _name(prefixed: str) -> str:
    prefix, name = prefixed.split(":")
    return f"{{{NAMESPACES[prefix]}}}{name}"


def _rating(photo: Photo) -> dict[str, str]:
    rating = {} if photo.rating is None else {"xmp:Rating": f"{photo.rating}"}
    return rating | ({"digiKam:PickLabel": "3"} if photo.favorite else {})  # 3: accepted


def _date(photo: Photo) -> dict[str, str]:
    """Write the wall clock, with its offset where it is known; when a file was written is no date of a photo."""
    if photo.taken_at_source in (Photo.DateSource.UPLOAD, Photo.DateSource.FILE):
        return {}
    moment: datetime = photo.taken_locally
    written = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return dict.fromkeys(("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"), written)


def _position(photo: Photo) -> dict[str, str]:
    if photo.latitude is None or photo.longitude is None:
        return {}
    said = {
        "exif:GPSVersionID": "2.3.0.0",
        "exif:GPSLatitude": _coordinate(photo.latitude, "NS"),
        "exif:GPSLongitude": _coordinate(photo.longitude, "EW"),
    }
    if photo.altitude is not None:
        altitude = Fraction(abs(photo.altitude)).limit_denominator(1000)
        said["exif:GPSAltitude"] = f"{altitude.numerator}/{altitude.denominator}"
        said["exif:GPSAltitudeRef"] = "1" if photo.altitude < 0 else "0"
    return said


def _place(photo: Photo) -> dict[str, str]:
    names = {"photoshop:City": photo.city, "photoshop:State": photo.region, "photoshop:Country": photo.country}
    return {name: _writable(value) for name, value in names.items() if value}


def _coordinate(degrees: float, sides: str) -> str:
    """Write degrees as XMP does: whole ones, and minutes with a fraction, of which 8 digits are a hundredth of a mm."""
    millionths = round(abs(degrees) * 60 * 10**8)
    whole, minutes = divmod(millionths, 60 * 10**8)
    return f"{whole},{minutes / 10**8:.8f}{sides[degrees < 0]}"


def _text(about: ElementTree.Element, name: str, text: str) -> None:
    if text:
        alternatives = ElementTree.SubElement(ElementTree.SubElement(about, _name(name)), _name("rdf:Alt"))
        ElementTree.SubElement(alternatives, _name("rdf:li"), {_XML: "x-default"}).text = _writable(text)


def _bag(about: ElementTree.Element, name: str, words: Iterable[str]) -> None:
    if items := list(words):
        bag = ElementTree.SubElement(ElementTree.SubElement(about, _name(name)), _name("rdf:Bag"))
        for word in items:
            ElementTree.SubElement(bag, _name("rdf:li")).text = _writable(word)


def _faces(about: ElementTree.Element, faces: Iterable[PhotoFace]) -> None:
    """Write faces by Microsoft's schema for people tagging, which holds for the picture as it is shown."""
    info = ElementTree.SubElement(about, _name("MP:RegionInfo"), _RESOURCE)
    bag = ElementTree.SubElement(ElementTree.SubElement(info, _name("MPRI:Regions")), _name("rdf:Bag"))
    for face in faces:
        sides = ", ".join(f"{side:.6f}" for side in (face.left, face.top, face.width, face.height))
        region = {_name("MPReg:Rectangle"): sides} | (
            {_name("MPReg:PersonDisplayName"): face.name} if face.name else {}
        )
        ElementTree.SubElement(bag, _name("rdf:li")).append(ElementTree.Element(_name("rdf:Description"), region))


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)
