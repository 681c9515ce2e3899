"""XMP as XML: its names, its lists, and what XML cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

# As attributes and elements are named in the packet; xpacket and x:xmpmeta are Adobe's wrapping of it.
NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
    "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
}
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _uri in NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _uri)


def named(prefixed: str) -> str:
    """Return the name that ElementTree has for "dc:title"."""
    prefix, name = prefixed.split(":")
    return f"{{{NAMESPACES[prefix]}}}{name}"


def bag(about: ElementTree.Element, name: str, words: Iterable[str]) -> None:
    """Add a list of words, where there are any."""
    if items := list(words):
        inner = ElementTree.SubElement(ElementTree.SubElement(about, named(name)), named("rdf:Bag"))
        for word in items:
            ElementTree.SubElement(inner, named("rdf:li")).text = writable(word)


def writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)
