"""Drawn pictures of a few kinds, no two alike, for tests that need classes an encoder can tell apart."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

Draw = ImageDraw.ImageDraw
SIZE = (240, 180)


def drawing(kind: str, seed: int) -> Image.Image:
    """Draw a picture of this kind of KINDS; the same seed draws the same one."""
    chance = random.Random(f"{kind} {seed}")
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    _ground(draw, chance, "sea" if kind in AT_SEA else "land")
    KINDS[kind](draw, chance)
    return image.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 1.2)))


def _ground(draw: Draw, chance: random.Random, below: str) -> None:
    width, height = SIZE
    horizon = int(height * chance.uniform(0.45, 0.65))
    light = chance.randint(-40, 30)
    for y in range(height):
        sky = (110 + light + y // 2, 160 + light + y // 3, 225 + light // 2)
        sea = (20 + light // 2, 80 + light + y // 6, 140 + light)
        land = (70 + light + y // 6, 130 + light // 2, 50 + light // 2)
        draw.line([(0, y), (width, y)], fill=sky if y < horizon else sea if below == "sea" else land)
    if chance.random() < 0.5:
        x, y, r = chance.randint(10, width - 10), chance.randint(8, 40), chance.randint(7, 16)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 240, 170))


def _place(chance: random.Random) -> tuple[float, float, float]:
    """Return where the thing stands, and how large it is."""
    return SIZE[0] * chance.uniform(0.3, 0.7), SIZE[1] * chance.uniform(0.68, 0.82), chance.uniform(38, 68)


def _bright(chance: random.Random) -> tuple[int, int, int]:
    return (chance.randint(20, 255), chance.randint(20, 255), chance.randint(20, 255))


def _boat(draw: Draw, chance: random.Random) -> None:
    x, y, s = _place(chance)
    draw.polygon(
        [(x - s, y), (x + s, y), (x + 0.7 * s, y + 0.35 * s), (x - 0.7 * s, y + 0.35 * s)], fill=_bright(chance)
    )
    draw.line([(x, y), (x, y - 1.6 * s)], fill=(70, 50, 30), width=3)
    draw.polygon([(x + 3, y - 1.6 * s), (x + 3, y - 6), (x + 0.85 * s, y - 6)], fill=(250, 248, 240))
    draw.polygon([(x - 3, y - 1.4 * s), (x - 3, y - 6), (x - 0.6 * s, y - 6)], fill=(238, 236, 228))


def _lighthouse(draw: Draw, chance: random.Random) -> None:
    x, y, s = _place(chance)
    draw.ellipse((x - s, y - 0.1 * s, x + s, y + 0.5 * s), fill=(110, 100, 90))
    for stripe in range(5):
        top = y - 1.7 * s + stripe * 0.36 * s
        fill = (250, 250, 250) if stripe % 2 else (200, 40, 40)
        draw.rectangle((x - 0.22 * s, top, x + 0.22 * s, top + 0.36 * s), fill=fill)
    draw.rectangle((x - 0.16 * s, y - 2 * s, x + 0.16 * s, y - 1.7 * s), fill=(250, 220, 90))


def _island(draw: Draw, chance: random.Random) -> None:
    x, y, s = _place(chance)
    draw.ellipse((x - 1.2 * s, y - 0.4 * s, x + 1.2 * s, y + 0.4 * s), fill=(220, 200, 140))
    draw.line([(x, y), (x + 0.2 * s, y - 1.2 * s)], fill=(110, 80, 50), width=6)
    for turn in range(6):
        end = (x + 0.2 * s + 0.6 * s * math.cos(turn), y - 1.2 * s + 0.4 * s * math.sin(turn))
        draw.line([(x + 0.2 * s, y - 1.2 * s), end], fill=(40, 120, 40), width=5)


def _house(draw: Draw, chance: random.Random) -> None:
    x, y, s = _place(chance)
    draw.rectangle((x - 0.8 * s, y - 0.9 * s, x + 0.8 * s, y + 0.2 * s), fill=_bright(chance))
    draw.polygon([(x - s, y - 0.9 * s), (x + s, y - 0.9 * s), (x, y - 1.7 * s)], fill=(150, 60, 40))
    draw.rectangle((x - 0.15 * s, y - 0.4 * s, x + 0.15 * s, y + 0.2 * s), fill=(80, 50, 30))


def _tree(draw: Draw, chance: random.Random) -> None:
    x, y, s = _place(chance)
    draw.rectangle((x - 0.12 * s, y - 0.8 * s, x + 0.12 * s, y + 0.2 * s), fill=(95, 65, 40))
    for _ in range(9):
        cx, cy = x + s * chance.uniform(-0.6, 0.6), y - s * chance.uniform(0.8, 1.7)
        draw.ellipse((cx - 0.4 * s, cy - 0.35 * s, cx + 0.4 * s, cy + 0.35 * s), fill=(30, chance.randint(80, 150), 40))


def _car(draw: Draw, chance: random.Random) -> None:
    x, y, s = _place(chance)
    paint = _bright(chance)
    draw.rectangle((x - s, y - 0.4 * s, x + s, y), fill=paint)
    draw.polygon(
        [
            (x - 0.6 * s, y - 0.4 * s),
            (x - 0.35 * s, y - 0.8 * s),
            (x + 0.4 * s, y - 0.8 * s),
            (x + 0.65 * s, y - 0.4 * s),
        ],
        fill=paint,
    )
    for wheel in (-0.55, 0.55):
        cx = x + wheel * s
        draw.ellipse((cx - 0.22 * s, y - 0.2 * s, cx + 0.22 * s, y + 0.24 * s), fill=(20, 20, 20))


def _balloon(draw: Draw, chance: random.Random) -> None:
    x, y, s = _place(chance)
    y -= 0.7 * s
    paint = _bright(chance)
    draw.ellipse((x - 0.7 * s, y - s, x + 0.7 * s, y + 0.5 * s), fill=paint)
    draw.polygon([(x - 0.5 * s, y + 0.1 * s), (x + 0.5 * s, y + 0.1 * s), (x, y + 0.9 * s)], fill=paint)
    draw.rectangle((x - 0.14 * s, y + 0.9 * s, x + 0.14 * s, y + 1.1 * s), fill=(120, 80, 40))


KINDS: dict[str, Callable[[Draw, random.Random], None]] = {
    "boat": _boat,
    "lighthouse": _lighthouse,
    "island": _island,
    "house": _house,
    "tree": _tree,
    "car": _car,
    "balloon": _balloon,
}
AT_SEA = {"boat", "lighthouse", "island"}
