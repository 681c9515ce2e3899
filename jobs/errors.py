from __future__ import annotations


class JobLost(Exception):  # noqa: N818 - a state of a job, named as it is told
    """A job whose process died or came to its time limit; the message says which."""


class JobCancelled(Exception):  # noqa: N818 - a state of a job, named as it is told
    """Somebody has called off the job that is at work; raised where it tells how far it is."""
