from __future__ import annotations

import pytest

from accounts.models import User
from photos.tests.factories import make_photo
from search.filters import allowed
from search.language import parse

pytestmark = pytest.mark.django_db

# A degree of latitude is 111.2 km, and so is one of longitude at the equator.
PARIS, LONDON, FIJI_WEST, FIJI_EAST = (48.8566, 2.3522), (51.5074, -0.1278), (-17.0, 179.95), (-17.0, -179.95)


def found(text: str, owner: User) -> list[str]:
    return sorted(allowed(parse(text), owner).values_list("title", flat=True))


def put(title: str, place: tuple[float, float]) -> None:
    make_photo(title=title, latitude=place[0], longitude=place[1])


@pytest.mark.parametrize(("radius", "number"), [("343km", 1), ("344km", 2), ("213mi", 1), ("214mi", 2)])
def test_from_paris_to_london_it_is_343_and_a_half_kilometres(radius: str, number: int, owner: User) -> None:
    put("paris", PARIS)
    put("london", LONDON)

    assert len(found(f"near:48.8566,2.3522,{radius}", owner)) == number


def test_a_corner_of_the_box_lies_outside_the_circle(owner: User) -> None:
    put("straight north", (0.9, 0.0))
    put("in the corner", (0.9, 0.9))

    assert found("near:0,0,111km", owner) == ["straight north"]


@pytest.mark.parametrize("centre", ["-17,180", "-17,-180", "-17,179.99", "-17,-179.99"])
def test_the_date_line_is_no_border(centre: str, owner: User) -> None:
    put("west of it", FIJI_WEST)
    put("east of it", FIJI_EAST)
    put("far away", (-17.0, 0.0))

    assert found(f"near:{centre},20km", owner) == ["east of it", "west of it"]


def test_at_a_pole_every_longitude_is_near(owner: User) -> None:
    for longitude in (-135.0, 0.0, 120.0):
        put(f"at {longitude:.0f}", (89.99, longitude))

    assert len(found("near:90,0,2km", owner)) == 3
    assert len(found("near:89.99,0,3km", owner)) == 3
    assert found("near:89.99,0,500m", owner) == ["at 0"]


def test_a_metre_is_told_from_two(owner: User) -> None:
    put("here", (48.0, 2.0))
    put("a metre and a half north", (48.0000135, 2.0))

    assert found("near:48,2,1m", owner) == ["here"]
    assert len(found("near:48,2,2m", owner)) == 2


def test_half_round_the_earth_is_everywhere_that_is_known(owner: User) -> None:
    put("antipode", (-48.0, -178.0))
    make_photo(title="nowhere", latitude=48.0)

    assert found("near:48,2,20038km", owner) == ["antipode"]
    assert found("-near:48,2,20038km", owner) == ["nowhere"]
