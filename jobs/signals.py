from __future__ import annotations

from django.dispatch import Signal

# Jobs were called off, or asked to stop: sent in the transaction that says so, with `task_path`, `subjects` and `now`.
# A job that was asked to stop is told of once more when it has.
jobs_cancelled = Signal()

# Jobs that had failed or were cancelled wait again: sent in the same way.
jobs_retried = Signal()
