from __future__ import annotations

import pytest

from photos.gazetteer.table import PATH
from photos.places import NOWHERE, Place, place_at
from photos.zones import here, zone_name


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (48.8584, 2.2945, Place("Paris", "Île-de-France", "France")),
        (41.2203, -96.071625, Place("Omaha", "Nebraska", "United States")),
        (-33.8568, 151.2153, Place("Sydney", "New South Wales", "Australia")),
        (51.5136, -0.1365, Place("London", "England", "United Kingdom")),
        (62.01, -6.77, Place("Tórshavn", "Streymoy", "Faroe Islands")),
        # On either side of a river and a border.
        (48.573, 7.815, Place("Kehl", "Baden-Wurttemberg", "Germany")),
        (48.58, 7.75, Place("Strasbourg", "Grand Est", "France")),
        # A harbour, on the water.
        (43.28, 5.30, Place("Marseille", "Provence-Alpes-Côte d'Azur", "France")),
        # East of the line at which the day changes, and west of it, where the nearest city lies beyond.
        (64.73, 177.5, Place("Anadyr", "Chukotka", "Russia")),
        (66.0, -175.0, Place("", "", "Russia")),
        (-16.8, 179.99, Place("", "", "Fiji")),
        (-16.8, -179.99, Place("", "", "Fiji")),
    ],
)
def test_a_place_is_called_by_its_city(latitude: float, longitude: float, place: Place) -> None:
    found = place_at(latitude, longitude)

    assert (found.city, found.country) == (place.city, place.country)
    assert found.region == place.region or not place.region


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (37.74, -119.57, Place("", "California", "United States")),
        (25.0, 5.0, Place("", "", "Algeria")),
        (75.0, -40.0, Place("", "", "Greenland")),
        (-27.11, -109.35, Place("", "", "Chile")),
        (-90.0, 0.0, Place("", "", "Antarctica")),
        (-90.0, 135.0, Place("", "", "Antarctica")),
    ],
)
def test_far_from_any_city_only_what_is_certain_is_told(latitude: float, longitude: float, place: Place) -> None:
    assert place_at(latitude, longitude) == place


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (0.0, 0.0),
        (30.0, -40.0),
        (-40.0, -120.0),
        (90.0, 0.0),
        (90.0, 180.0),
        (0.0, 180.0),
        (0.0, -180.0),
        (20.5, -157.5),
    ],
)
def test_nothing_is_called_anything_in_the_middle_of_the_sea(latitude: float, longitude: float) -> None:
    assert place_at(latitude, longitude) == NOWHERE
    assert here(latitude, longitude) is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (41.2203, -96.071625, "America/Chicago"),
        (37.7749, -122.4194, "America/Los_Angeles"),
        (48.8584, 2.2945, "Europe/Paris"),
        (-17.8, 179.99, "Pacific/Fiji"),
        (-90.0, 0.0, "Antarctica/McMurdo"),
        (30.0, -40.0, ""),
    ],
)
def test_the_zone_of_a_place_is_known(latitude: float, longitude: float, zone: str) -> None:
    assert zone_name(latitude, longitude) == zone


def test_the_table_is_small() -> None:
    assert PATH.stat().st_size < 3_000_000
