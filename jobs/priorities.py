"""Which job comes first.

A queue's rank is the priority of its jobs, and what a person waits for is that much more important than anything
nobody waits for. So that this starves nothing, a tenth of each worker's time belongs to what has waited longest.
"""

from __future__ import annotations

from datetime import timedelta

PERSON = 10  # more than there are queues

TURN_EVERY = timedelta(seconds=10)  # at least, between two jobs that are taken for having waited longest
_OTHERS = 9


def rest_after(took: timedelta) -> timedelta:
    """Return how long a worker goes by importance alone after such a job: nine times as long as it took."""
    return max(TURN_EVERY, _OTHERS * took)
