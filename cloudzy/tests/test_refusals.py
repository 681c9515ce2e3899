from __future__ import annotations

from accounts.refusals import TITLES
from cloudzy.problems import PROBLEMS


def test_the_guard_uses_the_titles_of_the_catalogue() -> None:
    catalogue = {status: PROBLEMS[status.name.lower()].title for status in TITLES}

    assert catalogue == TITLES
