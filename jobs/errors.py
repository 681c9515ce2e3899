from __future__ import annotations

from traceback import format_exception

LONGEST_TRACEBACK = 10_000


class JobLost(Exception):  # noqa: N818 - a state of a job, named as it is told
    """A job whose process died or came to its time limit; the message says which."""


class JobCancelled(Exception):  # noqa: N818 - a state of a job, named as it is told
    """Somebody has called off the job that is at work; raised where it tells how far it is."""


def traceback_of(exc: BaseException) -> str:
    """Return where it was raised, for staff: the end of it where it is long, and only what every database can hold."""
    words = "".join(format_exception(exc))[-LONGEST_TRACEBACK:]
    return words.replace("\0", "").encode(errors="backslashreplace").decode()
