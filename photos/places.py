"""What the place of a photo is called, by a table that comes with the project: no network, nobody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from photos.gazetteer.table import Cities
from photos.zones import zone_name

_EARTH_RADIUS = 6_371.0088  # kilometres, the mean of IUGG
_IN_TOWN = 40.0  # kilometres from the middle of the city that a place on land is named after
_OFF_SHORE = 20.0  # the same at sea
_ASKED = 3  # cities that must agree on the region of what lies further out


@dataclass(frozen=True)
class Place:
    city: str = ""
    region: str = ""
    country: str = ""


NOWHERE = Place()


def place_at(latitude: float, longitude: float) -> Place:
    """Name a position, degrees north and east: city, region and country, as far as they can be told; none at sea.

    Only cities in the time zone of the position count, whose border is one of countries: so nobody is put across it.
    Of those around, the one whose size reaches furthest names the place: a quarter is called by its city. Far from any
    city the zone tells the country, and the region is what the nearest cities agree on.
    """
    zone, cities = zone_name(latitude, longitude), _cities()
    among = _cities_of(zone)
    kilometres = cities.angles(latitude, longitude, among) * _EARTH_RADIUS
    around = kilometres <= (_IN_TOWN if zone else _OFF_SHORE)
    if around.any():
        region, country, city = _names(cities, among[around][np.argmin((kilometres / cities.radii[among])[around])])
        return Place(city, region, country)
    if not zone:
        return NOWHERE
    nearest = among[np.argsort(kilometres)[:_ASKED]]
    regions = {_names(cities, which)[0] for which in nearest} if len(nearest) == _ASKED else set()
    return Place(region=regions.pop() if len(regions) == 1 else "", country=_country_of(zone))


def _names(cities: Cities, which: np.intp) -> tuple[str, str, str]:
    region, country, _ = cities.places[which]
    return cities.regions[region], cities.countries[country], cities.names[which]


@cache
def _cities() -> Cities:
    return Cities.read()


@cache
def _cities_of(zone: str) -> np.ndarray:
    """Return the places in the table of the cities in a zone; at sea all of them count."""
    cities = _cities()
    if not zone:
        return np.arange(len(cities.names))
    return np.flatnonzero(cities.places[:, 2] == cities.zones.index(zone)) if zone in cities.zones else np.arange(0)


def _country_of(zone: str) -> str:
    cities = _cities()
    return cities.zone_countries[cities.zones.index(zone)] if zone in cities.zones else ""
