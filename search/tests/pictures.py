from __future__ import annotations

from io import BytesIO

from PIL import Image


def striped(*colours: str) -> Image.Image:
    """Return a picture of upright stripes, each of one colour."""
    picture = Image.new("RGB", (16 * len(colours), 16))
    for place, colour in enumerate(colours):
        picture.paste(Image.new("RGB", (16, 16), colour), (16 * place, 0))
    return picture


def stripes(*colours: str) -> bytes:
    """Return a PNG of 400 x 300 pixels of such stripes."""
    buffer = BytesIO()
    striped(*colours).resize((400, 300), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()
