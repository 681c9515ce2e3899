from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.errors import BadValue
from search.language.values import Area, Dates, Numbers, read_area, read_dates, read_numbers, read_period

DAYS = st.dates(date(1000, 1, 1), date(9998, 12, 31))


@pytest.mark.parametrize(
    ("text", "numbers", "canonical"),
    [
        ("800", Numbers(800, 800), "800"),
        ("=2.80", Numbers(2.8, 2.8), "2.8"),
        (">=800", Numbers(low=800), ">=800"),
        (">800", Numbers(low=800, low_open=True), ">800"),
        ("<=4", Numbers(high=4), "<=4"),
        ("<0", Numbers(high=0, high_open=True), "<0"),
        ("100..400", Numbers(100, 400), "100..400"),
        ("100..", Numbers(low=100), ">=100"),
        ("..400", Numbers(high=400), "<=400"),
        ("5..5", Numbers(5, 5), "5"),
    ],
)
def test_numbers_are_compared_or_spanned(text: str, numbers: Numbers, canonical: str) -> None:
    assert read_numbers(text) == numbers
    assert str(numbers) == canonical
    assert read_numbers(canonical) == numbers


@pytest.mark.parametrize(
    "text", ["", "..", "x", "1e9", "-5", "4..1", "1...2", ">", "1.", "0x10", "٣", "9" * 10, ">=<3"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        read_numbers(text)


@pytest.mark.parametrize(("read", "text"), [(read_numbers, "800-1600"), (read_dates, "2019-2021")])
def test_who_writes_a_dash_between_two_is_told_of_the_points(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(BadValue, match=r"\.\."):
        read(text)


@pytest.mark.parametrize(
    ("text", "since", "until", "canonical"),
    [
        ("2024", date(2024, 1, 1), date(2025, 1, 1), "2024"),
        ("2024-07", date(2024, 7, 1), date(2024, 8, 1), "2024-07"),
        ("2024-12", date(2024, 12, 1), date(2025, 1, 1), "2024-12"),
        ("2024-2-29", date(2024, 2, 29), date(2024, 3, 1), "2024-02-29"),
        ("2019..2021", date(2019, 1, 1), date(2022, 1, 1), "2019..2021"),
        ("2019-05..2020", date(2019, 5, 1), date(2021, 1, 1), "2019-05..2020-12"),
        ("2019..2020-02-03", date(2019, 1, 1), date(2020, 2, 4), "2019-01-01..2020-02-03"),
        ("2019..", date(2019, 1, 1), None, "2019.."),
        ("..2019-06", None, date(2019, 7, 1), "..2019-06"),
    ],
)
def test_dates_are_whole_years_months_and_days(
    text: str, since: date | None, until: date | None, canonical: str
) -> None:
    dates = read_dates(text)

    assert dates == Dates(since, until)
    assert str(dates) == canonical
    assert read_dates(canonical) == dates


@given(DAYS, DAYS)
def test_every_span_of_days_is_written_as_it_is_read(one: date, other: date) -> None:
    dates = read_dates(f"{min(one, other)}..{max(one, other)}")

    assert read_dates(str(dates)) == dates


@pytest.mark.parametrize(
    "text", ["", "..", "24", "0999", "9999", "2024-13", "2023-02-29", "2021..2019", "2024-07-15T10:00", "1' OR 1=1"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        read_dates(text)


def test_a_period_is_no_span() -> None:
    assert read_period("2024-07") == Dates(date(2024, 7, 1), date(2024, 8, 1))
    with pytest.raises(BadValue):
        read_period("2024..2025")


@pytest.mark.parametrize(
    ("text", "area", "canonical"),
    [
        ("48.85,2.35,5km", Area(48.85, 2.35, 5000), "48.85,2.35,5km"),
        ("48.85, 2.35, 300 m", Area(48.85, 2.35, 300), "48.85,2.35,300m"),
        ("-0,+180,1mi", Area(0, 180, 1609.344), "0,180,1.609344km"),
        ("1.00000049,-2,7", Area(1, -2, 7000), "1,-2,7km"),
        ("0.00001,0", Area(0.00001, 0, 1000), "0.00001,0,1km"),
    ],
)
def test_an_area_is_a_point_and_a_radius(text: str, area: Area, canonical: str) -> None:
    assert read_area(text) == area
    assert str(area) == canonical


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0.001, 20_000_000))
def test_every_area_is_written_as_it_is_read(latitude: float, longitude: float, metres: float) -> None:
    area = read_area(f"{latitude:.9f},{longitude:.9f},{metres:.3f}m")

    assert read_area(str(area)) == area


@pytest.mark.parametrize(
    "text",
    ["", "48.85", "91,0,1km", "0,181,1km", "0,0,0", "0,0,21000km", "0,0,-1km", "a,b", "0,0,1ft", "nan,0"],
)
def test_what_is_no_area_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        read_area(text)
