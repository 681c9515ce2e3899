"""The names people give colours: where each lies in CIELAB, what is broader, and what else it is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ai.colours.cielab import difference, to_lab

MONOCHROME = "bw"  # a picture without any colour; no shade has this name

_HEX = "0123456789abcdef"


@dataclass(frozen=True)
class Name:
    """A colour is what the nearest of all shades is called; `broader` is found along with it (navy is a blue)."""

    name: str
    shades: str
    broader: str = ""
    aliases: str = ""  # in the languages of the vocabulary, underscores for spaces


# Chosen by eye, from the eleven basic terms of Berlin and Kay, the CSS names, and what photos are made of.
_NAMES = (
    Name("black", "000000 1a1a1a", aliases="schwarz noir negro nero preto zwart"),
    Name("white", "ffffff f2f2f2", aliases="weiß weiss blanc blanco bianco branco wit"),
    Name(
        "gray", "808080 484848 666666 a0a0a0 c4c4c4", aliases="grey silver grau silber gris grigio cinzento cinza grijs"
    ),
    Name(
        "red", "e01b1b ff0000 d01c1f b22222 e34234 a01020", aliases="scarlet crimson rot rouge rojo rosso vermelho rood"
    ),
    Name("maroon", "7b1e2e 800000 5c0a1e", "red", "burgundy wine dark_red weinrot bordeaux granate"),
    Name("orange", "ff8c1a ffa500 ff7f00 e8681a f28c28 cc5500", aliases="naranja arancione laranja oranje"),
    Name(
        "brown",
        "8b4513 6b4423 4a2c17 a0673b 7a5c45 4f3b2c",
        aliases="chocolate braun brun marron marrone castanho bruin",
    ),
    Name("beige", "e8dcc0 f5f5dc d8c3a0 c4a882", aliases="cream ivory sand tan crème crema creme"),
    Name("yellow", "ffe135 ffff00 f7e26b fff48f", aliases="gelb jaune amarillo giallo amarelo geel"),
    Name("gold", "d4a017 c9a227 e0b030 b8860b", "yellow", "golden mustard ochre doré dorado oro dourado goud"),
    Name("olive", "6b6b2a 808000 9a9a45 4b4b1c", "green", "khaki oliv oliva"),
    Name(
        "green", "2e9b45 008000 00ff00 00a550 2e8b57 4caf50 1f4d24 7ba66a bfe5bf", aliases="grün gruen vert verde groen"
    ),
    Name("lime", "a4de3c bfff00 9acd32", "green", "light_green yellow_green hellgrün limette"),
    Name("teal", "008080 006d6f 2a8a86 0f4c50", aliases="petrol"),
    Name("cyan", "40e0d0 00ffff 00ced1 8fe9e6", aliases="turquoise aqua türkis turquesa turchese"),
    Name("skyblue", "87ceeb a9d4f0 6fb3e8", "blue", "sky_blue light_blue azure hellblau celeste azzurro"),
    Name("blue", "2463c8 0000ff 1e90ff 4169e1 2b6cb0 4682b4 14409a", aliases="blau bleu azul blu blauw"),
    Name("navy", "1c2f5c 000080 14213d 0b1f4b", "blue", "dark_blue navy_blue dunkelblau marine"),
    Name(
        "purple",
        "7d2f9e 800080 6a0dad 9b59b6 4b0f6b 8000ff a04c8c",
        aliases="violet lila violett morado viola roxo paars",
    ),
    Name("lavender", "c3b1e1 e6e6fa c8a2c8 b9a3e3 d5c4f0", "purple", "lilac mauve flieder lavendel"),
    Name("magenta", "d61a8c ff00ff c2188f", "pink", "fuchsia hot_pink"),
    Name("pink", "ff8fab ffc0cb ff69b4 f4a6b7 e78fa3 c8647d", aliases="rose rosa roze"),
)
NAMES = tuple(name.name for name in sorted(_NAMES, key=lambda name: bool(name.broader)))  # basic ones first

_BROADER = {name.name: name.broader for name in _NAMES if name.broader}
CALLED = {
    called.replace("_", " "): name.name for name in _NAMES for called in (name.name, *name.aliases.split())
} | dict.fromkeys(("bw", "b&w", "mono", "monochrome", "black and white", "schwarzweiß", "schwarzweiss"), MONOCHROME)
_SHADES = [(int(shade, 16), name.name) for name in _NAMES for shade in name.shades.split()]


def rgb_of(numbers: Iterable[int]) -> np.ndarray:
    """Take colours written as one number each, 0xRRGGBB, apart into (n, 3) levels."""
    together = np.fromiter(numbers, dtype=np.int64)
    return np.stack([together >> 16 & 255, together >> 8 & 255, together & 255], axis=-1)


_PLACES = to_lab(rgb_of(number for number, _ in _SHADES))


def hex_of(number: int) -> str:
    return f"#{number:06x}"


def number_of(text: str) -> int | None:
    """Read `#1e90ff`, `#09f` or `1e90ff`; None for anything else."""
    digits = text.removeprefix("#").lower()
    if len(digits) == 3 and text.startswith("#"):
        digits = "".join(digit * 2 for digit in digits)
    return int(digits, 16) if len(digits) == 6 and set(digits) <= set(_HEX) else None


def with_broader(names: Iterable[str]) -> set[str]:
    """Return these names and those they are kinds of."""
    narrow = set(names)
    return narrow | {_BROADER[name] for name in narrow & set(_BROADER)}


def typical(name: str) -> int | None:
    """Return the shade that stands for a name; None for black-and-white."""
    return next((number for number, called in _SHADES if called == name), None)


def nearest(lab: np.ndarray) -> list[str]:
    """Return what colours of CIELAB, (n, 3), are called."""
    nearest_shades = difference(lab[:, np.newaxis], _PLACES).argmin(axis=1)
    return [_SHADES[shade][1] for shade in nearest_shades]


@lru_cache(maxsize=2**14)
def name_of(number: int) -> str:
    """Return what a colour is called."""
    return nearest(to_lab(rgb_of([number])))[0]
