from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

UNREADABLE = "unreadable; charset=?"


def made_readable(application: Application) -> Application:
    """Wrap Django's application, which parses the Content-Type before its first middleware and fails without an answer.

    By the charset it decodes the query string too, also by Python's stranger ones (hex, idna). What is not UTF-8 comes
    to it as UNREADABLE, and ReadableBody refuses that.
    """

    def wrapped(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not _is_readable(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = UNREADABLE
        return application(environ, start_response)

    return wrapped


def _is_readable(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
        return codecs.lookup(parameters.get("charset", "utf-8")).name == "utf-8"
    except (LookupError, ValueError):  # unknown, or no name at all
        return False
