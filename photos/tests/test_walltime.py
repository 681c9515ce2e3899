from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from photos import walltime

EASTERN = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    "moment", [datetime(2024, 2, 29, 23, 59), datetime(2024, 2, 29, 23, 59, tzinfo=EASTERN), datetime(1900, 1, 1)]
)
def test_a_wall_clock_comes_back_as_it_went_in(moment: datetime) -> None:
    stored = walltime.as_stored(moment)

    assert stored.tzinfo == UTC
    assert (stored.hour, stored.day) == (moment.hour, moment.day)
    assert walltime.as_shown(stored, walltime.offset_of(moment)) == moment


def test_an_unknown_offset_is_none_and_that_of_greenwich_is_zero() -> None:
    assert walltime.offset_of(datetime(2024, 1, 1)) is None
    assert walltime.offset_of(datetime(2024, 1, 1, tzinfo=UTC)) == 0
    assert walltime.offset_of(datetime(2024, 1, 1, tzinfo=EASTERN)) == -300
