"""gunicorn's configuration: all of it comes from the settings, nothing stands on its command line."""

from __future__ import annotations

import logging
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from gunicorn.http import message  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from cloudzy.checks import check_restore, check_settings
from cloudzy.environment import origin_of

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudzy.settings")

SILENCE = 30  # seconds a client may neither send what it began to send nor take what it asked for


class Worker(ThreadWorker):
    """A gthread worker that leaves Ctrl-C, which reaches the whole process group, to the master.

    The master tells its workers to end; told twice, one that is just ending waits for a lock its own thread holds.
    """

    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _reasons_not_to_start() -> list[str]:
    try:
        problems = [*check_settings(), *check_restore()]
        return [f"{problem.msg} {problem.hint}" for problem in problems if problem.is_serious()]
    except ImproperlyConfigured as problem:
        return [str(problem)]


if reasons := _reasons_not_to_start():
    sys.exit("\n".join(["Cloudzy does not start:", *(f"- {reason}" for reason in reasons)]))

_host = f"[{settings.HOST.strip('[]')}]" if ":" in settings.HOST else settings.HOST

wsgi_app = "cloudzy.wsgi"
bind = f"{_host}:{settings.PORT}"
worker_class = Worker
workers = settings.WEB_CONCURRENCY
# Many more than processors, for a client that stalls holds one until SILENCE has passed. What they decode at the same
# time is bounded by photos.memory.
threads = 16
# Imported once and not by each process: they start sooner, and hold what was imported in common. So nothing may be
# opened as it is imported: a database connection or an inference session must not be shared by processes.
preload_app = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  (heartbeats must not wait for a disk)
timeout = 120
# Also how long a worker is waited for that was told to end before it had begun, which it does not hear.
graceful_timeout = 10
keepalive = 5
# gunicorn cuts the setting off at 8190 and answers in HTML; a query that is too long is told so by us, as a problem.
limit_request_line = message.MAX_REQUEST_LINE = 128 * 1024
limit_request_fields = 100
limit_request_field_size = 8190
# Django alone decides what a forwarded header means (TrustedProxies); gunicorn would trust 127.0.0.1 unasked.
forwarded_allow_ips = ",".join(str(network) for network in settings.CLOUDZY_TRUSTED_PROXIES)
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out a client that fell silent: anybody can be one, and fill the log."""
    return not (record.exc_info and record.exc_info[0] is BlockingIOError)


logging.getLogger("gunicorn.error").addFilter(_is_news)


def when_ready(server: Arbiter) -> None:
    for listener in server.LISTENERS:
        _bound_silence(listener.sock)
    address = origin_of(settings.CLOUDZY_URL) if settings.CLOUDZY_URL else f"http://{bind}"
    sys.stdout.write(f"Cloudzy is ready at {address}  (Ctrl-C stops it)\n")
    sys.stdout.flush()


def _bound_silence(listener: socket.socket) -> None:
    """Have the kernel end reads and writes of a silent client, for gunicorn's own have no end.

    Connections inherit both times from the socket they were accepted on.
    """
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        listener.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", SILENCE, 0))
