"""Which photos are panoramas: those that say so, and those much wider than any camera's picture."""

from __future__ import annotations

from PIL import ExifTags, Image

from photos.exif import EXIF_ERRORS

WIDE = 2.5  # times as wide as high; cinema is 2.4
_LOWEST = 300  # pixels high; less is a banner or a strip of icons
_GPANO = b"http://ns.google.com/photos/1.0/panorama/"
_APPLE_PANORAMA = 6  # of the EXIF tag CustomRendered, as iPhones write it


def is_panorama(image: Image.Image, width: int, height: int) -> bool:
    """Tell whether an image of this upright size is a panorama by its XMP (GPano), its EXIF block or its shape."""
    return (height >= _LOWEST and width >= WIDE * height) or _says_so(image)


def _says_so(image: Image.Image) -> bool:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if _GPANO in (packet if isinstance(packet, bytes) else str(packet).encode(errors="replace")):
        return True
    if b"Apple" not in (block := image.info.get("exif") or b""):
        return False
    try:
        exif = Image.Exif()
        exif.load(block)
        return exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.CustomRendered) == _APPLE_PANORAMA
    except EXIF_ERRORS:
        return False
