from __future__ import annotations

import uuid

from django_tasks.base import TaskResult


def claims_of(result: TaskResult) -> list[uuid.UUID]:
    """Return one mark for each attempt at the job so far, the present one last.

    What an attempt takes hold of, it signs with its mark. The next attempt knows from the marks before its own what a
    process that is gone has left behind, and need not wait until that would be certain by the clock.
    """
    job = uuid.UUID(str(result.id))
    return [uuid.uuid5(job, str(attempt)) for attempt in range(1, result.attempts + 1)]
