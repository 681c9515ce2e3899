"""Drawings that an encoder of photographs half recognises, each different from the others and the same every time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from PIL import Image, ImageDraw

SIDE = 160

Draw = Callable[[ImageDraw.ImageDraw, random.Random], None]


def _sky(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    blue = chance.randrange(170, 240)
    for y in range(SIDE):
        draw.line((0, y, SIDE, y), fill=(90 + y // 2, 140 + y // 2, blue))


def _sea(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    _sky(draw, chance)
    horizon = chance.randrange(50, 90)
    for y in range(horizon, SIDE):
        draw.line((0, y, SIDE, y), fill=(10, 70 + chance.randrange(40), 130 + chance.randrange(40)))


def _lake(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    _sea(draw, chance)
    shore = chance.randrange(40, 55)
    draw.polygon([(0, 75), (0, shore), (70, shore + 12), (120, shore), (SIDE, 60), (SIDE, 80)], fill=(40, 75, 35))


def _mountain(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    _sky(draw, chance)
    for _ in range(4):
        top, left = chance.randrange(25, 70), chance.randrange(-40, 100)
        draw.polygon([(left, SIDE), (left + 60, top), (left + 130, SIDE)], fill=(70, 70, chance.randrange(75, 100)))
        draw.polygon([(left + 47, top + 25), (left + 60, top), (left + 76, top + 25)], fill="white")


def _forest(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((0, 0, SIDE, SIDE), fill=(40, 80, 30))
    for _ in range(300):
        x, y, size = chance.randrange(SIDE), chance.randrange(SIDE), chance.randrange(4, 16)
        draw.ellipse((x, y, x + size, y + size), fill=(chance.randrange(20, 70), chance.randrange(60, 130), 30))
    for x in range(5, SIDE, 22):
        shade = chance.randrange(25, 50)
        draw.rectangle((x + chance.randrange(8), 0, x + 8, SIDE), fill=(shade + 15, shade, 20))


def _building(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    _sky(draw, chance)
    for left in range(0, SIDE, 40):
        top, grey = chance.randrange(10, 70), chance.randrange(110, 180)
        draw.rectangle((left, top, left + 36, SIDE), fill=(grey, grey - 5, grey - 15))
        for y in range(top + 5, SIDE, 12):
            for x in range(left + 4, left + 34, 10):
                draw.rectangle((x, y, x + 5, y + 7), fill=(40, 50, 70))


def _sunflower(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((0, 0, SIDE, SIDE), fill=(60, chance.randrange(110, 150), 50))
    x, y, size = chance.randrange(60, 100), chance.randrange(60, 100), chance.randrange(45, 60)
    for angle in range(0, 360, 12):
        draw.pieslice((x - size, y - size, x + size, y + size), angle, angle + 9, fill=(250, 200, 20))
    draw.ellipse((x - size / 2, y - size / 2, x + size / 2, y + size / 2), fill=(90, 55, 20))


def _orange(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((0, 0, SIDE, SIDE), fill=(235, 230, 220))
    for _ in range(chance.randrange(1, 5)):
        x, y, size = chance.randrange(100), chance.randrange(100), chance.randrange(40, 70)
        draw.ellipse((x, y, x + size, y + size), fill=(240, 140, 20))
        draw.ellipse((x + 12, y + 8, x + 22, y + 16), fill=(255, 190, 100))


def _web(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((0, 0, SIDE, SIDE), fill=(30, chance.randrange(35, 60), 30))
    x, y = chance.randrange(60, 100), chance.randrange(60, 100)
    for size in range(8, 120, 9):
        draw.ellipse((x - size, y - size, x + size, y + size), outline=(200, 200, 200))
    for _ in range(14):
        draw.line((x, y, chance.randrange(-80, 240), chance.choice((-20, SIDE + 20))), fill=(210, 210, 210))


DRAWINGS: Mapping[str, Draw] = MappingProxyType(
    {
        "sky": _sky,
        "sea": _sea,
        "lake": _lake,
        "mountain": _mountain,
        "forest": _forest,
        "building": _building,
        "sunflower": _sunflower,
        "orange fruit": _orange,
        "spider web": _web,
    }
)
CAPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sky": ("xyzzy",),
        "sea": ("the sea under a blue sky", "waves to the horizon"),
        "lake": ("a lake with a green shore",),
        "mountain": ("snow on the mountains", "a mountain landscape"),
        "forest": ("trees in a forest",),
        "building": ("buildings in the city", "windows of tall buildings"),
        "sunflower": ("a sunflower", "one yellow flower in the grass"),
        "orange fruit": ("oranges on a table",),
        "spider web": ("a spider web",),
    }
)


def draw_set(folder: Path, each: int, seed: int = 1) -> None:
    """Fill `folder` with a folder of `each` PNG files for every drawing."""
    for word, draw in DRAWINGS.items():
        inner = folder / word.replace(" ", "_")
        inner.mkdir(parents=True)
        for number in range(each):
            picture(draw, f"{word} {number} {seed}").save(inner / f"{number}.png")


def describe(folder: Path) -> None:
    """Write the captions.json of a drawn set, with captions and tags."""
    entries = [
        {"file": f"{file.parent.name}/{file.name}", "captions": CAPTIONS[word], "tags": [word]}
        for word in DRAWINGS
        for file in sorted((folder / word.replace(" ", "_")).iterdir())
    ]
    (folder / "captions.json").write_text(json.dumps(entries), encoding="utf-8")


def picture(draw: Draw, seed: str) -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE))
    draw(ImageDraw.Draw(image), random.Random(seed))
    return image
