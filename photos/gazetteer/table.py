"""The table of cities as a file, and in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

PATH = Path(__file__).parent / "cities.npz"
_SCALE = 10_000  # of degrees: 11 metres
_TEXTS = ("names", "regions", "countries", "zones", "zone_countries")


@dataclass(frozen=True)
class City:
    name: str
    region: str
    country: str
    zone: str  # in whose polygon it lies, empty at sea
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True, eq=False)
class Cities:
    """All cities of the table, each by its place in it."""

    points: np.ndarray  # on the unit sphere, (n, 3) float32
    radii: np.ndarray  # how far each reaches, kilometres, (n,) float32
    places: np.ndarray  # of region, country and zone of each, (n, 3) uint16
    names: tuple[str, ...]
    regions: tuple[str, ...]
    countries: tuple[str, ...]
    zones: tuple[str, ...]
    zone_countries: tuple[str, ...]  # of each zone, also of those without a city

    @classmethod
    def read(cls, path: Path = PATH) -> Self:
        with np.load(path, allow_pickle=False) as file:
            degrees = file["degrees"].astype(np.float64) / _SCALE
            texts = {name: tuple(file[name].tobytes().decode().split("\n")) for name in _TEXTS}
            points, radii = unit(degrees[:, 0], degrees[:, 1]), _radii(file["population"])
            return cls(points=points, radii=radii, places=file["places"], **texts)

    def angles(self, latitude: float, longitude: float, among: np.ndarray) -> np.ndarray:
        """Return how far some of the cities are from a point in degrees, in radians, shape (n,)."""
        here = unit(np.array([latitude]), np.array([longitude]))[0]
        # By the chord, not by the cosine: that has no digits left for what is near.
        chords = np.sqrt(np.square(self.points[among] - here).sum(axis=1))
        return 2 * np.arcsin(np.minimum(chords / 2, 1))


def unit(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Return points on the unit sphere, float32 of shape (n, 3), of degrees: no pole and no date line is special."""
    across, up = np.radians(longitude), np.radians(latitude)
    return np.stack([np.cos(up) * np.cos(across), np.cos(up) * np.sin(across), np.sin(up)], axis=1).astype(np.float32)


def write(cities: Sequence[City], zone_countries: Mapping[str, str], path: Path = PATH) -> None:
    """Write the table of these cities, and of the countries of all zones."""
    regions, countries = sorted({city.region for city in cities}), sorted({city.country for city in cities})
    zones = sorted({*zone_countries, *(city.zone for city in cities)})
    places = [(regions.index(city.region), countries.index(city.country), zones.index(city.zone)) for city in cities]
    its_countries = [zone_countries.get(zone, "") for zone in zones]
    texts = ([city.name for city in cities], regions, countries, zones, its_countries)
    columns: dict[str, np.ndarray] = {
        name: np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)
        for name, lines in zip(_TEXTS, texts, strict=True)
    }
    degrees = np.array([(city.latitude, city.longitude) for city in cities])
    columns["degrees"] = np.round(degrees * _SCALE).astype(np.int32)
    columns["population"] = np.array([city.population for city in cities], dtype=np.uint32)
    columns["places"] = np.array(places, dtype=np.uint16)
    np.savez_compressed(path, allow_pickle=False, **columns)


def _radii(population: np.ndarray) -> np.ndarray:
    """Guess how far cities reach, at 3,200 people on a square kilometre: no less than one, no more than 15."""
    return np.clip(np.sqrt(population.astype(np.float32)) / 100, 1, 15)
