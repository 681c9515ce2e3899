from __future__ import annotations

from ai.breaker import Breaker


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    breaker = Breaker(limit=3, pause=60)

    breaker.failed(0)
    breaker.failed(1)
    assert breaker.wait(1) == 0
    breaker.failed(2)

    assert breaker.wait(2) == 60
    assert breaker.wait(42) == 20


def test_a_success_between_them_starts_the_count_anew() -> None:
    breaker = Breaker(limit=2, pause=60)

    breaker.failed(0)
    breaker.succeeded()
    breaker.failed(1)

    assert breaker.wait(1) == 0


def test_after_the_pause_one_may_try_and_a_failure_opens_it_at_once() -> None:
    breaker = Breaker(limit=2, pause=60)
    breaker.failed(0)
    breaker.failed(0)

    assert breaker.wait(60) == 0
    breaker.failed(60)

    assert breaker.wait(60) == 60


def test_a_success_after_the_pause_closes_it() -> None:
    breaker = Breaker(limit=1, pause=60)
    breaker.failed(0)

    breaker.succeeded()

    assert breaker.wait(1) == 0
