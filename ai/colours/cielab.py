"""Colours as people see them apart: between sRGB and CIELAB, and how far two colours are from each other.

CIELAB has lightness L* (0 to 100), a* (green to red) and b* (blue to yellow), here for the white D65 of 2 degrees.
"""

from __future__ import annotations

import numpy as np

# IEC 61966-2-1: linear sRGB to XYZ of D65.
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_FROM_XYZ = np.linalg.inv(_TO_XYZ)
_WHITE = _TO_XYZ.sum(axis=1)  # of sRGB (1, 1, 1), so that greys have no colour at all
# CIE 15:2004, 8.2.1.1
_EPSILON = (6 / 29) ** 3
_KAPPA = (29 / 3) ** 3

_LEVELS = np.arange(256) / 255
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)


def to_lab(rgb: np.ndarray) -> np.ndarray:
    """Convert sRGB of 8 bits, (..., 3) integers, to CIELAB, (..., 3) floats."""
    xyz = _LINEAR[rgb] @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > _EPSILON, np.cbrt(xyz), (_KAPPA * xyz + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def to_rgb(lab: np.ndarray) -> np.ndarray:
    """Convert CIELAB, (..., 3), to sRGB of 8 bits; beyond what screens show, each channel ends at its limit."""
    lightness, a, b = np.moveaxis(np.asarray(lab, dtype=np.float64), -1, 0)
    y = (lightness + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    xyz = np.where(f**3 > _EPSILON, f**3, (116 * f - 16) / _KAPPA)
    linear = np.clip(xyz * _WHITE @ _FROM_XYZ.T, 0, 1)
    levels = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(levels * 255).astype(np.uint8)


def chroma(lab: np.ndarray) -> np.ndarray:
    """Return how far colours, (..., 3), are from grey."""
    return np.hypot(lab[..., 1], lab[..., 2])


def difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return CIEDE2000 between colours of CIELAB, (..., 3) each, broadcast against each other.

    G. Sharma, W. Wu, E. N. Dalal, The CIEDE2000 Color-Difference Formula, Color Research and Application 30, 2005;
    the numbers in the comments are of its equations. About 1 is what people just tell apart.
    """
    lightness1, a1, b1 = np.moveaxis(np.asarray(first, dtype=np.float64), -1, 0)
    lightness2, a2, b2 = np.moveaxis(np.asarray(second, dtype=np.float64), -1, 0)
    mean_chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2  # 3
    stretch = 1.5 - 0.5 * _saturating(mean_chroma)  # 1 + G of 4
    a1, a2 = a1 * stretch, a2 * stretch  # 5
    chroma1, chroma2 = np.hypot(a1, b1), np.hypot(a2, b2)  # 6
    hue1, hue2 = np.arctan2(b1, a1) % (2 * np.pi), np.arctan2(b2, a2) % (2 * np.pi)  # 7
    has_hue = (chroma1 * chroma2) != 0
    apart = np.where(has_hue, hue2 - hue1, 0.0)
    wraps = np.abs(apart) > np.pi
    apart = np.where(wraps, apart - np.copysign(2 * np.pi, apart), apart)  # 10
    mean_hue = (hue1 + hue2) / np.where(has_hue, 2, 1)  # 14
    mean_hue = np.where(wraps, mean_hue + np.where(hue1 + hue2 < 2 * np.pi, np.pi, -np.pi), mean_hue)
    mean_lightness, mean_chroma = (lightness1 + lightness2) / 2, (chroma1 + chroma2) / 2  # 12, 13
    weight = (  # 15
        1
        - 0.17 * np.cos(mean_hue - np.radians(30))
        + 0.24 * np.cos(2 * mean_hue)
        + 0.32 * np.cos(3 * mean_hue + np.radians(6))
        - 0.20 * np.cos(4 * mean_hue - np.radians(63))
    )
    turn = np.radians(60) * np.exp(-(((np.degrees(mean_hue) - 275) / 25) ** 2))  # 2 * 16
    middle = (mean_lightness - 50) ** 2
    in_lightness = (lightness2 - lightness1) / (1 + 0.015 * middle / np.sqrt(20 + middle))  # 8, 18
    in_chroma = (chroma2 - chroma1) / (1 + 0.045 * mean_chroma)  # 9, 19
    in_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(apart / 2) / (1 + 0.015 * mean_chroma * weight)  # 11, 20
    rotation = -2 * _saturating(mean_chroma) * np.sin(turn)  # 17, 21
    squared = in_lightness**2 + in_chroma**2 + in_hue**2 + rotation * in_chroma * in_hue  # 22
    return np.sqrt(np.maximum(squared, 0))


def _saturating(of_chroma: np.ndarray) -> np.ndarray:
    seventh = of_chroma**7
    return np.sqrt(seventh / (seventh + 25.0**7))
