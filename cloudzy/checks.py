"""System checks: settings well formed one by one and unsafe together. gunicorn asks them before it binds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from ai.encoders.placeholder import NOTICE
from ai.ocr import rapid
from cloudzy.backups.unfinished import is_unfinished

LOOPBACK_ADDRESSES = {"localhost", "127.0.0.1", "::1", "[::1]"}


@register("cloudzy")
def check_settings(**_: Any) -> list[CheckMessage]:
    """Return every reason not to start, so that one look at the terminal is enough to cure them all."""
    return [
        *_secret(),
        *_stand_in(),
        *_captioner(),
        *_reader(),
        *(_server_mode() if settings.SERVER_MODE else _local_mode()),
    ]


@register("restore")
def check_restore(**_: Any) -> list[CheckMessage]:
    """Refuse a place that a restore has not ended in: whoever began a library there would stand in its way."""
    if not is_unfinished():
        return []
    hint = "Run the same manage.py restore again, which goes on where it was."
    return [Error("A restore into this place broke off: the library is not whole.", hint=hint, id="cloudzy.E011")]


def _secret() -> Iterator[Error]:
    try:
        secret = settings.SECRET_KEY
    except ImproperlyConfigured:
        yield Error("SECRET_KEY is missing.", hint="`make run` writes a random one into .env.", id="cloudzy.E001")
        return
    if settings.SERVER_MODE and (len(secret) < 50 or len(set(secret)) < 10 or secret.startswith("django-insecure-")):
        yield Error(
            "SECRET_KEY is weak: server mode wants at least 50 characters, 10 of them different.",
            hint="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="cloudzy.E002",
        )


def _stand_in() -> Iterator[CheckMessage]:
    if settings.CLOUDZY_ENCODER == "placeholder":
        yield Warning(NOTICE, hint="Remove CLOUDZY_ENCODER to use the encoder that looks.", id="cloudzy.W001")


def _captioner() -> Iterator[Error]:
    if settings.CLOUDZY_CAPTIONER == "openai" and not (settings.CLOUDZY_CAPTION_URL and settings.CLOUDZY_CAPTION_MODEL):
        yield Error(
            "CLOUDZY_CAPTIONER=openai does not say whom to ask.",
            hint="Set CLOUDZY_CAPTION_URL, such as http://127.0.0.1:11434, and CLOUDZY_CAPTION_MODEL.",
            id="cloudzy.E009",
        )


def _reader() -> Iterator[Error]:
    if settings.CLOUDZY_OCR == "rapidocr" and (problem := rapid.problem()):
        yield Error(f"CLOUDZY_OCR=rapidocr: {problem}", hint="Run `make ocr`.", id="cloudzy.E010")


def _local_mode() -> Iterator[Error]:
    if settings.HOST not in LOOPBACK_ADDRESSES:
        yield Error(
            f"HOST={settings.HOST!r} would open local mode, which asks nobody who they are, to other machines.",
            hint="Set CLOUDZY_MODE=server and CLOUDZY_URL=https://your.name, or leave HOST at 127.0.0.1.",
            id="cloudzy.E003",
        )


def _server_mode() -> Iterator[Error]:
    url = settings.CLOUDZY_URL
    if url is None:
        yield Error(
            "CLOUDZY_URL is missing: server mode answers to one address only.",
            hint="Set it to what people open, such as https://photos.example.org.",
            id="cloudzy.E004",
        )
    elif url.scheme == "http" and url.hostname not in LOOPBACK_ADDRESSES:
        yield Error(
            f"CLOUDZY_URL={url.geturl()!r} would send passwords in the clear.",
            hint="Use https:// with a proxy that ends TLS (CLOUDZY_TRUSTED_PROXIES); http:// is for localhost.",
            id="cloudzy.E005",
        )
    elif url.scheme == "https" and not settings.CLOUDZY_TRUSTED_PROXIES:
        yield Error(
            "CLOUDZY_URL is https, and no proxy is trusted to say so: every request would be sent to https for ever.",
            hint="Set CLOUDZY_TRUSTED_PROXIES to the address the proxy that ends TLS comes from, such as 127.0.0.1.",
            id="cloudzy.E008",
        )
    if settings.DEBUG:
        yield Error("DEBUG shows settings and code to visitors.", hint="Remove DEBUG.", id="cloudzy.E006")
    if any(host.startswith(("*", ".")) for host in settings.ALLOWED_HOSTS):
        yield Error(
            "ALLOWED_HOSTS has a wildcard: a forged Host header would be believed.",
            hint="Name the one host in CLOUDZY_URL.",
            id="cloudzy.E007",
        )
