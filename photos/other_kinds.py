"""Names for what is no photo we read, so that a refusal can say what it was."""

from __future__ import annotations

_BY_BEGINNING: tuple[tuple[bytes, str], ...] = (
    # Pictures that we do not read
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL image"),
    (b"\xff\xd8\xff\xf7", "a JPEG-LS image"),
    (b"II\xbc", "a JPEG XR image"),
    (b"8BPS", "a Photoshop document (PSD)"),
    (b"gimp xcf ", "a GIMP drawing (XCF)"),
    (b"\x76\x2f\x31\x01", "an OpenEXR image"),
    (b"#?RADIANCE", "a Radiance HDR image"),
    (b"#?RGBE", "a Radiance HDR image"),
    (b"DDS ", "a DirectDraw texture (DDS)"),
    (b"qoif", "a QOI image"),
    (b"farbfeld", "a farbfeld image"),
    (b"AT&TFORM", "a DjVu document"),
    (b"icns", "an Apple icon"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\x00\x00\x02\x00", "a mouse pointer"),
    (b"SIMPLE  =", "a FITS image"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile (WMF)"),
    *((b"P%d%s" % (number, space), "a Netpbm image") for number in range(1, 8) for space in (b"\n", b" ")),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript (EPS) document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript (EPS) document"),
    # Raw files of cameras beyond those of photos.raw_types
    (b"FOVb", "a Sigma raw photo (X3F)"),
    (b"\x00MRM", "a Minolta raw photo (MRW)"),
    # Videos and sound
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (b"\x00\x00\x01\xba", "an MPEG video"),
    (b"\x00\x00\x01\xb3", "an MPEG video"),
    (b"FLV\x01", "a Flash video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media video"),
    (b"ID3", "a sound recording"),
    (b"OggS", "a sound recording"),
    (b"fLaC", "a sound recording"),
    # Archives and programs
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
)
# Brands of ISO base media files by how they begin (https://mp4ra.org/registered-types/brands); others are a video.
_BRANDS: tuple[tuple[bytes, str], ...] = (
    (b"qt  ", "a QuickTime video"),
    (b"3g", "a 3GPP video"),
    (b"M4A", "a sound recording"),
    (b"M4B", "a sound recording"),
    (b"mjp2", "a Motion JPEG 2000 video"),
    (b"mj2", "a Motion JPEG 2000 video"),
    (b"avc", "an AVC image in a HEIF file"),
    (b"jpeg", "a JPEG image in a HEIF file"),
    (b"j2k", "a JPEG 2000 image in a HEIF file"),
    (b"vvi", "a VVC image in a HEIF file"),
    *((brand, "an MP4 video") for brand in (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp4", b"M4V", b"MSNV")),
)
_PREFIXES_OF_XMP = ("<?xpacket", "<x:xmpmeta", "<rdf:rdf")


def name_of(head: bytes) -> str:
    """Name what a file is by its first bytes, to go on after "This is"; at the worst "a file of an unknown kind"."""
    if not head:
        return "an empty file"
    if head.startswith(b"RIFF"):
        return "an AVI video" if head[8:11] == b"AVI" else "a sound recording"
    for magic, kind in _BY_BEGINNING:
        if head.startswith(magic):
            return kind
    return "an MPEG video" if _is_transport_stream(head) else _name_of_text(head)


def name_of_brand(brand: bytes) -> str:
    """Name an ISO base media file that is no image we read by its major brand."""
    return next((name for start, name in _BRANDS if brand.startswith(start)), "a video")


def _is_transport_stream(head: bytes) -> bool:
    """Tell whether every 188th byte is the same (ISO/IEC 13818-1, 2.4.3), as cameras write it every 192nd from 4 on."""
    return any(
        len(head) > at + 2 * step and {head[at], head[at + step], head[at + 2 * step]} == {0x47}
        for at, step in ((0, 188), (4, 192))
    )


def _name_of_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", errors="ignore")
    elif b"\0" in head:
        return "a file of an unknown kind"
    else:
        # The last character may be cut in two by the end of the head.
        text = head.decode("utf-8-sig", errors="ignore")
        if len(text.encode()) < len(head) - 8:
            return "a file of an unknown kind"
    return _kind_of_text(text.lstrip().lower())


def _kind_of_text(text: str) -> str:
    if "<svg" in text:
        return "an SVG drawing"
    if text.startswith(_PREFIXES_OF_XMP) or ("<x:xmpmeta" in text and text.startswith("<?xml")):
        return "an XMP sidecar"
    if text.startswith(("<!doctype html", "<html", "<head", "<body", "<script")):
        return "an HTML page"
    if text.startswith("<?xml"):
        return "an Apple file of edits (AAE)" if "adjustmentformatidentifier" in text else "an XML document"
    return "a text file"
