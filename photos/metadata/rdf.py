"""XMP packets (ISO 16684-1), which are RDF written in XML. They come from strangers.

Entities, document types and more than a bounded number of elements are refused, so that nothing a packet says makes it
larger than it is, and no file or host is ever asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

MOST_BYTES = 4 << 20
_MOST_ELEMENTS, _DEEPEST = 50_000, 64

_PREFIXES = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://www.digikam.org/ns/1.0/": "digiKam",
    "http://ns.microsoft.com/photo/1.0/": "MicrosoftPhoto",
    "http://ns.microsoft.com/photo/1.0": "MicrosoftPhoto",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
    "http://ns.adobe.com/xmp/sType/Area#": "stArea",
    "http://ns.adobe.com/xap/1.0/sType/Dimensions#": "stDim",
    "http://ns.microsoft.com/photo/1.2/": "MP",
    "http://ns.microsoft.com/photo/1.2/t/RegionInfo#": "MPRI",
    "http://ns.microsoft.com/photo/1.2/t/Region#": "MPReg",
}
_ARRAYS = {"rdf:Bag", "rdf:Seq", "rdf:Alt"}
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BadPacket(ValueError):  # noqa: N818 - a problem of who wrote the file
    """What is no XMP, or XML that nobody should read."""


@dataclass
class Element:
    """An element by the prefix we know its namespace under: `dc:title`; of an unknown one the name is empty."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.written).strip()

    def texts(self) -> list[str]:
        """Return the items of an array, or the one value; of alternatives in several languages the default first."""
        if (array := self._array()) is None:
            return [text] if (text := self.text or self.attributes.get("rdf:value", "")) else []
        items = [item for item in array.children if item.name == "rdf:li"]
        if array.name == "rdf:Alt":
            items.sort(key=lambda item: item.attributes.get("xml:lang", "x-default") != "x-default")
        return [item.text for item in items if item.text]

    def structures(self) -> list[Structure]:
        """Return the items of an array of structures, or the one structure."""
        array = self._array()
        return [Structure.of(item) for item in (array.children if array else [self])]

    def _array(self) -> Element | None:
        return next((child for child in self.children if child.name in _ARRAYS), None)


@dataclass(frozen=True)
class Structure:
    """Properties by name, each written as an attribute or as an element."""

    attributes: dict[str, str]
    elements: dict[str, Element]

    @classmethod
    def of(cls, *elements: Element) -> Structure:
        """Read the properties of these elements; one that holds a Description has them on that."""
        attributes: dict[str, str] = {}
        properties: dict[str, Element] = {}
        for element in elements:
            inner = [child for child in element.children if child.name == "rdf:Description"]
            for bearer in (*inner, element):
                attributes |= bearer.attributes
                properties |= {child.name: child for child in bearer.children if child.name}
        return cls(attributes, properties)

    def text(self, *names: str) -> str:
        """Return the first text that one of these properties has."""
        return next((texts[0] for name in names if (texts := self.texts(name))), "")

    def texts(self, name: str) -> Sequence[str]:
        if name in self.elements:
            return self.elements[name].texts()
        return [text] if (text := self.attributes.get(name, "").strip()) else []

    def structure(self, name: str) -> Structure:
        found = self.structures(name)
        return found[0] if found else Structure({}, {})

    def structures(self, name: str) -> Sequence[Structure]:
        return self.elements[name].structures() if name in self.elements else []


def read_packet(packet: bytes | str, extension: bytes = b"") -> Structure:
    """Return the properties of the resource a packet describes; raises BadPacket.

    What its extension adds are properties it has not itself; an extension that is damaged adds none.
    """
    own = _descriptions(packet)
    with suppress(BadPacket):
        return Structure.of(*_descriptions(extension), *own)
    return Structure.of(*own)


def _descriptions(packet: bytes | str) -> Sequence[Element]:
    text = packet if isinstance(packet, str) else _decoded(packet)
    if len(text) > MOST_BYTES:
        raise BadPacket("too large")
    root = _Reader().read(_NOT_XML.sub("", _DECLARATION.sub("", text)).strip())
    rdf = root if root.name == "rdf:RDF" else next((child for child in root.children if child.name == "rdf:RDF"), None)
    if rdf is None:
        raise BadPacket("no RDF")
    return [child for child in rdf.children if child.name == "rdf:Description"]


def _decoded(packet: bytes) -> str:
    """Decode UTF-8, UTF-16 or UTF-32, told by the mark before it or by the zeros in it; what is damaged is replaced."""
    packet = packet[:MOST_BYTES]
    head = packet[:4]
    if head in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        encoding = "utf-32"
    elif head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif head[:1] == b"<" and head[1:2] == b"\0":
        encoding = "utf-16-le"
    elif head[:2] == b"\0<":
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    return packet.decode(encoding, errors="replace").strip("\0\ufeff \n\r\t")


class _Reader:
    """Makes a tree of the events of expat."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def read(self, text: str) -> Element:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._written
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError as exc:
            # Rubbish behind the end, such as the padding of a block, harms nothing.
            if self.root is None or self.open:
                raise BadPacket(str(exc)) from exc
        if self.root is None:
            raise BadPacket("empty")
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > _MOST_ELEMENTS or len(self.open) >= _DEEPEST:
            raise BadPacket("too many elements")
        known = {short: value for key, value in attributes.items() if (short := _short(key))}
        element = Element(_short(name), known)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _: str) -> None:
        self.open.pop()

    def _written(self, text: str) -> None:
        self.open[-1].written.append(text)


@lru_cache(1_000)
def _short(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}:{local}" if prefix else ""


def _refuse(*_: object) -> None:
    raise BadPacket("a document type")
