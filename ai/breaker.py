from __future__ import annotations


class Breaker:
    """Spares a service that keeps failing: after `limit` failures in a row nobody asks it for `pause` seconds.

    Then one call may try; if that fails too, the pause begins anew. Time is in seconds on any clock that only goes on.
    """

    def __init__(self, limit: int, pause: float) -> None:
        self._limit = limit
        self._pause = pause
        self._failures = 0
        self._open_until = 0.0

    def wait(self, now: float) -> float:
        """Return for how many seconds from `now` the service must be left alone, 0 where it may be asked."""
        return max(0.0, self._open_until - now) if self._failures >= self._limit else 0.0

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, now: float) -> None:
        self._failures += 1
        self._open_until = now + self._pause
