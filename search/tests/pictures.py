from __future__ import annotations

from PIL import Image


def striped(*colours: str) -> Image.Image:
    """Return a picture of upright stripes, each of one colour."""
    picture = Image.new("RGB", (16 * len(colours), 16))
    for place, colour in enumerate(colours):
        picture.paste(Image.new("RGB", (16, 16), colour), (16 * place, 0))
    return picture
