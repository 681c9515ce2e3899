from __future__ import annotations

import random
from pathlib import Path
from time import process_time

import pytest

from photos.metadata.faces import Stored
from photos.metadata.facts import Facts
from photos.metadata.from_xmp import facts_of_xmp
from photos.metadata.rdf import MOST_BYTES, BadPacket, read_packet
from photos.tests.xmp import bag, packet

TITLED = packet(bag("dc:title", "Пляж", kind="Alt"), xmp__Rating="4")


@pytest.mark.parametrize(
    "encoded",
    [
        TITLED,
        b"\xef\xbb\xbf" + TITLED,
        b"  \n" + TITLED,
        TITLED + b"\0" * 2000,
        b'<?xml version="1.0" encoding="UTF-8"?>' + TITLED,
        b'<?xml version="1.0" encoding="UTF-16"?>\n' + TITLED,
        TITLED.decode().encode("utf-16"),
        TITLED.decode().encode("utf-16-le"),
        TITLED.decode().encode("utf-16-be"),
        b"\xfe\xff" + TITLED.decode().encode("utf-16-be"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + TITLED.decode()).encode("utf-16"),
        TITLED.decode().encode("utf-32"),
        TITLED.decode(),
    ],
)
def test_a_packet_is_read_in_whatever_encoding_it_comes(encoded: bytes | str) -> None:
    xmp = read_packet(encoded)

    assert (xmp.text("dc:title"), xmp.text("xmp:Rating")) == ("Пляж", "4")


def test_properties_are_read_as_attributes_elements_arrays_and_structures() -> None:
    inner = (
        "<photoshop:City>Lisbon</photoshop:City>"
        '<exif:Flash rdf:parseType="Resource"><exif:Fired>True</exif:Fired></exif:Flash>'
        "<tiff:Make><rdf:Description><rdf:value>Canon</rdf:value></rdf:Description></tiff:Make>"
        + bag("dc:creator", "Anna", "Ben", kind="Seq")
        + '<dc:title><rdf:Alt><rdf:li xml:lang="fr">Plage</rdf:li><rdf:li xml:lang="x-default">Beach</rdf:li></rdf:Alt>'
        "</dc:title><strange:thing>1</strange:thing>"
    )

    xmp = read_packet(packet(inner, photoshop__State=" Lisboa "))

    assert (xmp.text("photoshop:City"), xmp.text("photoshop:State")) == ("Lisbon", "Lisboa")
    assert list(xmp.texts("dc:creator")) == ["Anna", "Ben"]
    assert xmp.text("dc:title") == "Beach"
    assert xmp.structure("exif:Flash").text("exif:Fired") == "True"
    assert xmp.text("dc:nothing") == ""


def test_several_descriptions_of_a_resource_are_one() -> None:
    first = packet(xmp__Rating="3").decode()
    second = '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="x"/></rdf:RDF>'

    xmp = read_packet(first.replace("</rdf:RDF>", second))

    assert (xmp.text("xmp:Rating"), xmp.text("dc:source")) == ("3", "x")


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "http://example.com/">]>',
    ],
)
def test_what_declares_entities_or_a_type_is_refused(declared: str) -> None:
    with pytest.raises(BadPacket, match="document type"):
        read_packet(declared + packet().decode())


def laughs(entities: str) -> str:
    """Make a packet whose title is what an entity stands for."""
    return f"<!DOCTYPE x [{entities}]>" + packet("<dc:title>&lol9;</dc:title>").decode()


BILLION = '<!ENTITY lol0 "lol">' + "".join(f'<!ENTITY lol{n + 1} "{f"&lol{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("declared", ["", '<?xml version="1.0" encoding="UTF-16" standalone="yes"?>'])
def test_a_billion_laughs_are_refused_before_the_first(declared: str, encoding: str) -> None:
    began = process_time()

    with pytest.raises(BadPacket, match="document type"):
        read_packet((declared + laughs(BILLION)).encode(encoding))

    assert process_time() - began < 0.5


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY lol9 SYSTEM "file://{secret}">',
        '<!ENTITY lol9 PUBLIC "x" "{secret}">',
        '<!ENTITY % all SYSTEM "file://{secret}"> %all;',
        '<!ENTITY lol9 "' + "x" * 50_000 + '">',
        '<!ATTLIST dc:title strange:thing CDATA "x">',
        "",
    ],
)
def test_nothing_that_a_document_type_names_is_read_or_becomes_part_of_what_is_read(
    tmp_path: Path, entities: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")

    assert facts_of_xmp(laughs(entities.replace("{secret}", str(secret))), Stored(4, 3)) == Facts()


@pytest.mark.parametrize(
    "packet_",
    [
        b"",
        b"\0\0\0\0",
        b"no xml",
        b"<a/>",
        b"<a>&undeclared;</a>",
        TITLED[:-60],
        b"<a>" * 100_000,
        b"<a>" + b"<b/>" * 60_000 + b"</a>",
        "<a>" + "x" * (MOST_BYTES + 1) + "</a>",
    ],
)
def test_what_is_no_packet_or_too_much_of_one_is_refused(packet_: bytes | str) -> None:
    with pytest.raises(BadPacket):
        read_packet(packet_)


def test_no_flipped_byte_of_a_packet_raises_anything_else() -> None:
    chance = random.Random(5)
    for _ in range(1500):
        data = bytearray(TITLED)
        for _ in range(chance.choice([1, 3, 20])):
            data[chance.randrange(len(data))] = chance.choice([0, 60, 38, 255, chance.randrange(256)])
        try:
            read_packet(bytes(data))
        except BadPacket:
            continue
