"""XMP packets for tests."""

from __future__ import annotations

_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
    "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
    "strange": "http://example.com/",
}


def packet(inner: str = "", **attributes: str) -> bytes:
    """Make a packet of elements, and of properties as attributes, whose names have `__` for the colon."""
    spaces = " ".join(f'xmlns:{name}="{uri}"' for name, uri in _NAMESPACES.items())
    written = " ".join(f'{name.replace("__", ":")}="{value}"' for name, value in attributes.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {spaces} {written}>{inner}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def bag(name: str, *items: str, kind: str = "Bag") -> str:
    listed = "".join(f"<rdf:li>{item}</rdf:li>" for item in items)
    return f"<{name}><rdf:{kind}>{listed}</rdf:{kind}></{name}>"


def regions(
    *faces: tuple[str, float, float, float, float], size: tuple[int, int] = (400, 300), kind: str = "Face"
) -> str:
    """Write faces as the Metadata Working Group does: name, middle across and down, width, height."""
    listed = "".join(
        f'<rdf:li><rdf:Description mwg-rs:Name="{name}" mwg-rs:Type="{kind}">'
        f'<mwg-rs:Area stArea:x="{x}" stArea:y="{y}" stArea:w="{w}" stArea:h="{h}" stArea:unit="normalized"/>'
        "</rdf:Description></rdf:li>"
        for name, x, y, w, h in faces
    )
    return (
        f'<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="{size[0]}" stDim:h="{size[1]}" '
        f'stDim:unit="pixel"/><mwg-rs:RegionList><rdf:Bag>{listed}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    )


def microsoft(*faces: tuple[str, str]) -> str:
    """Write faces as Microsoft does: name and left, top, width, height."""
    listed = "".join(
        f'<rdf:li rdf:parseType="Resource"><MPReg:PersonDisplayName>{name}</MPReg:PersonDisplayName>'
        f"<MPReg:Rectangle>{rectangle}</MPReg:Rectangle></rdf:li>"
        for name, rectangle in faces
    )
    return (
        '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>'
        f"{listed}</rdf:Bag></MPRI:Regions></MP:RegionInfo>"
    )
