"""Pictures with writing on them."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

Size = tuple[int, int]


def written(lines: Sequence[str], size: Size = (640, 240), letters: int = 36) -> Image.Image:
    """Write lines in black on white, the first a tenth down, each twice the height of its letters below the other."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=letters)
    for row, line in enumerate(lines):
        draw.text((size[0] // 20, size[1] // 10 + row * letters * 2), line, font=font, fill="black")
    return image


def bands(*colours: str, size: Size = (64, 60)) -> Image.Image:
    """Paint bands of colour over the whole width, which the fake reader takes for lines."""
    image = Image.new("RGB", size)
    height = size[1] // len(colours)
    for row, colour in enumerate(colours):
        image.paste(Image.new("RGB", (size[0], height), colour), (0, row * height))
    return image
