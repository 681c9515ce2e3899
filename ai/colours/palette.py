"""The dominant colours of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ai.colours import names
from ai.colours.cielab import chroma, difference, to_lab, to_rgb
from ai.colours.grid import cells_of

MOST = 8
SIDE = 80  # the picture is looked at in so many pixels across and down

_SEEDS = 12
_ROUNDS = 8
# Differences of CIEDE2000 below which two clusters are one colour; where both are called alike, a larger one.
_CLOSE = 11.0
_CLOSE_ALIKE = 18.0
# How much of a picture a colour must cover to be seen as one of its colours: a vivid one catches the eye.
_LEAST_GREY = 0.08
_LEAST_VIVID = 0.03
_VIVID = 40.0  # chroma
# Without colour: all but this share of the pixels have less chroma than JPEG leaves in grey pictures.
_NO_CHROMA = 7.0
_MAY_BE_NOISE = 0.005


@dataclass(frozen=True)
class Shade:
    """A colour, as one number 0xRRGGBB, and how much of the picture it covers, 0 to 1."""

    number: int
    share: float

    @property
    def hex(self) -> str:
        return names.hex_of(self.number)

    @property
    def name(self) -> str:
        return names.name_of(self.number)


@dataclass(frozen=True)
class Palette:
    """Up to MOST colours of a picture, the largest first."""

    shades: Sequence[Shade]
    monochrome: bool

    @property
    def names(self) -> set[str]:
        """What a person would call its colours, and the broader names of those."""
        named = names.with_broader(shade.name for shade in self.shades)
        return named | {names.MONOCHROME} if self.monochrome else named


@dataclass(frozen=True, eq=False)
class _Clusters:
    """Places in CIELAB, (n, 3), and the share of the picture around each, (n,)."""

    places: np.ndarray
    shares: np.ndarray


def palette_of(image: Image.Image) -> Palette:
    """Return the colours of an upright sRGB image; the same for the same pixels."""
    pixels = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)).reshape(-1, 3)
    histogram = _histogram(to_lab(pixels))
    colourful = histogram.shares[chroma(histogram.places) > _NO_CHROMA].sum()
    clusters = _merged(_clustered(histogram))
    weights = clusters.shares / _least(clusters.places)
    order = np.argsort(-weights, kind="stable").tolist()
    kept = [at for at in order if weights[at] >= 1][:MOST] or order[:1]
    shades = [_shade(clusters.places[at], clusters.shares[at]) for at in kept]
    return Palette(sorted(shades, key=lambda shade: (-shade.share, shade.number)), bool(colourful < _MAY_BE_NOISE))


def _shade(place: np.ndarray, share: float) -> Shade:
    red, green, blue = (int(level) for level in to_rgb(place))
    return Shade(red << 16 | green << 8 | blue, round(float(share), 3))


def _least(places: np.ndarray) -> np.ndarray:
    vividness = np.minimum(chroma(places) / _VIVID, 1)
    return _LEAST_GREY + (_LEAST_VIVID - _LEAST_GREY) * vividness


def _histogram(pixels: np.ndarray) -> _Clusters:
    """Gather pixels that lie in the same cell of the grid, each cell at their mean."""
    _, cell, counts = np.unique(cells_of(pixels), return_inverse=True, return_counts=True)
    return _Clusters(_means(pixels, cell, np.ones(len(pixels)), len(counts)), counts / len(pixels))


def _means(places: np.ndarray, group: np.ndarray, weights: np.ndarray, groups: int) -> np.ndarray:
    sums = [np.bincount(group, weights * axis, groups) for axis in places.T]
    return np.stack(sums, axis=-1) / np.bincount(group, weights, groups)[:, np.newaxis]


def _clustered(histogram: _Clusters) -> _Clusters:
    """Cluster by k-means (S. P. Lloyd, Least Squares Quantization in PCM, 1982), from seeds that lie far apart."""
    places, shares = histogram.places, histogram.shares
    centres = _seeds(histogram)
    for _ in range(_ROUNDS):
        _, group = np.unique(_nearest(places, centres), return_inverse=True)  # none of them empty
        moved = _means(places, group, shares, group.max() + 1)
        if moved.shape == centres.shape and np.allclose(moved, centres, atol=0.1):
            break
        centres = moved
    group = _nearest(places, centres)
    return _Clusters(centres, np.bincount(group, shares, len(centres)))


def _seeds(histogram: _Clusters) -> np.ndarray:
    """Begin with the commonest colour and add, again and again, what is common and unlike all before."""
    chosen = [int(histogram.shares.argmax())]
    away = _squared_distances(histogram.places, histogram.places[chosen])[:, 0]
    while len(chosen) < min(_SEEDS, len(away)):
        chosen.append(int((histogram.shares * away).argmax()))
        away = np.minimum(away, _squared_distances(histogram.places, histogram.places[chosen[-1:]])[:, 0])
    return histogram.places[chosen]


def _nearest(places: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return _squared_distances(places, centres).argmin(axis=1)


def _squared_distances(places: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return (places**2).sum(axis=1)[:, np.newaxis] - 2 * places @ centres.T + (centres**2).sum(axis=1)


def _merged(clusters: _Clusters) -> _Clusters:
    """Unite the two that look most alike until all that are left look different."""
    places, shares, called = clusters.places, clusters.shares, np.array(names.nearest(clusters.places))
    while len(places) > 1:
        apart = difference(places[:, np.newaxis], places)
        apart -= (_CLOSE_ALIKE - _CLOSE) * (called[:, np.newaxis] == called)
        np.fill_diagonal(apart, np.inf)
        one, other = divmod(int(apart.argmin()), len(places))
        if apart[one, other] >= _CLOSE:
            break
        places[one] = np.average(places[[one, other]], axis=0, weights=shares[[one, other]])
        shares[one] += shares[other]
        called[one] = names.nearest(places[[one]])[0]
        places, shares, called = (np.delete(rows, other, axis=0) for rows in (places, shares, called))
    return _Clusters(places, shares)
