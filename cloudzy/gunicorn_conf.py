"""gunicorn's configuration: all of it comes from the settings, nothing stands on its command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cloudzy.checks import check_settings
from cloudzy.environment import origin_of

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudzy.settings")


def _reasons_not_to_start() -> list[str]:
    try:
        return [f"{problem.msg} {problem.hint}" for problem in check_settings()]
    except ImproperlyConfigured as problem:
        return [str(problem)]


if reasons := _reasons_not_to_start():
    sys.exit("\n".join(["Cloudzy does not start:", *(f"- {reason}" for reason in reasons)]))

_host = f"[{settings.HOST.strip('[]')}]" if ":" in settings.HOST else settings.HOST

wsgi_app = "cloudzy.wsgi"
bind = f"{_host}:{settings.PORT}"
worker_class = "gthread"
workers = settings.WEB_CONCURRENCY
threads = 4
# Never before the fork: a database connection or an inference session must not be shared by processes.
preload_app = False
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  (heartbeats must not wait for a disk)
timeout = 120
graceful_timeout = 30
keepalive = 5
limit_request_line = 8190
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


def when_ready(_: Arbiter) -> None:
    address = origin_of(settings.CLOUDZY_URL) if settings.CLOUDZY_URL else f"http://{bind}"
    sys.stdout.write(f"Cloudzy is ready at {address}  (Ctrl-C stops it)\n")
    sys.stdout.flush()
