"""What is near a point on the earth, as a condition that the database decides."""

from __future__ import annotations

import math

from django.db.models import F, FloatField, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cos, Power, Sin
from django.db.models.lookups import LessThanOrEqual

from search.language.values import Area

_EARTH_RADIUS = 6_371_008.8  # metres, the mean of IUGG
_ROUNDING = 1e-9  # degrees: a tenth of a millimetre

_HAS_POSITION = Q(latitude__isnull=False, longitude__isnull=False)


def near(area: Area) -> Q:
    """Match photos whose great-circle distance from the point is at most the radius.

    The haversine of the angle (R. W. Sinnott, Virtues of the Haversine, Sky & Telescope 68, 1984) grows with it up to
    half round the earth, so the two are compared as haversines. A box around the circle spares most rows the sines.
    """
    angle = min(area.metres / _EARTH_RADIUS, math.pi)
    return _HAS_POSITION & _box(area, angle) & Q(LessThanOrEqual(_haversine(area), math.sin(angle / 2) ** 2))


def _haversine(area: Area) -> Combinable:
    """hav(d) = hav(lat2 - lat1) + cos(lat1) cos(lat2) hav(lon2 - lon1), with hav(x) = sin(x / 2) ** 2."""
    across = Value(math.cos(math.radians(area.latitude))) * Cos(F("latitude") * _constant(math.radians(1)))
    return _half_sine("latitude", area.latitude) + across * _half_sine("longitude", area.longitude)


def _half_sine(column: str, degrees: float) -> Combinable:
    return Power(Sin((F(column) - _constant(degrees)) * _constant(math.radians(0.5))), _constant(2))


def _constant(number: float) -> Value:
    return Value(number, output_field=FloatField())


def _box(area: Area, angle: float) -> Q:
    """Bound the circle by latitude and longitude (J. P. Matuschek, Finding Points Within a Distance, 2010, 3.1-3.3)."""
    reach = math.degrees(angle) + _ROUNDING
    south, north = area.latitude - reach, area.latitude + reach
    box = Q(latitude__gte=south, latitude__lte=north)
    if south <= -90 or north >= 90:  # a pole lies within, and with it every longitude
        return box
    aside = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(area.latitude)))) + _ROUNDING
    west, east = area.longitude - aside, area.longitude + aside
    if west < -180:
        return box & (Q(longitude__gte=west + 360) | Q(longitude__lte=east))
    if east > 180:
        return box & (Q(longitude__gte=west) | Q(longitude__lte=east - 360))
    return box & Q(longitude__gte=west, longitude__lte=east)
