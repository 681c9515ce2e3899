"""What is said of a photo as XMP (ISO 16684-1), in the fields that other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from xml.etree import ElementTree

from photos.exports.regions import write_faces
from photos.exports.xml import bag, named, writable
from photos.metadata.faces import Stored
from photos.models import Photo, PhotoFace

_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = '\n<?xpacket end="w"?>\n'
_XML = "{http://www.w3.org/XML/1998/namespace}lang"


def packet(photo: Photo, words: Sequence[str], faces: Sequence[PhotoFace] = (), stored: Stored | None = None) -> bytes:
    """Return a whole sidecar: title, description, keywords, rating, date, place and faces, as far as they are known.

    `stored` is how the pixels lie in the file, as the photo shows them where it is not told.
    """
    root = ElementTree.Element(named("x:xmpmeta"), {named("x:xmptk"): "Cloudzy"})
    rdf = ElementTree.SubElement(root, named("rdf:RDF"))
    about = ElementTree.SubElement(rdf, named("rdf:Description"), {named("rdf:about"): ""})
    for name, value in {**_rating(photo), **_date(photo), **_position(photo), **_place(photo)}.items():
        about.set(named(name), value)
    _text(about, "dc:title", photo.title)
    _text(about, "dc:description", photo.description)
    bag(about, "dc:subject", words)
    if faces:
        write_faces(about, [face.marked for face in faces], stored or Stored(photo.width, photo.height))
    ElementTree.indent(root, " ")
    return (_HEAD + ElementTree.tostring(root, "unicode") + _TAIL).encode()


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
    return {name: writable(value) for name, value in names.items() if value}


def _coordinate(degrees: float, sides: str) -> str:
    """Write degrees as XMP does: whole ones, and minutes with a fraction, of which 8 digits are a hundredth of a mm."""
    millionths = round(abs(degrees) * 60 * 10**8)
    whole, minutes = divmod(millionths, 60 * 10**8)
    return f"{whole},{minutes / 10**8:.8f}{sides[degrees < 0]}"


def _text(about: ElementTree.Element, name: str, text: str) -> None:
    if text:
        alternatives = ElementTree.SubElement(ElementTree.SubElement(about, named(name)), named("rdf:Alt"))
        ElementTree.SubElement(alternatives, named("rdf:li"), {_XML: "x-default"}).text = writable(text)
