"""Who may ask, before any view is chosen: proxies, the guard, and the person a request acts for."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django_htmx.http import HttpResponseClientRedirect

from accounts.local import local_owner
from accounts.refusals import refuse

GetResponse = Callable[[HttpRequest], HttpResponseBase]
Address = IPv4Address | IPv6Address

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OWN_FETCH_SITES = {"same-origin", "none"}


class TrustedProxies:
    """Believe what a proxy says of its client only where the proxy is one of CLOUDZY_TRUSTED_PROXIES (server mode)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        peer = _address(request.META.get("REMOTE_ADDR", ""))
        if not _is_trusted(peer):
            for name in _forwarding_headers(request):
                del request.META[name]
        elif client := _client_address(request.META.get("HTTP_X_FORWARDED_FOR", "")):
            request.META["REMOTE_ADDR"] = str(client)
        return self.get_response(request)


class ResourceIsolation:
    """Keep other sites from embedding what we answer: a photo in their page would carry their visitor's session."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class PrivateByDefault:
    """Keep what we answer out of caches that others share, and have browsers ask again; files say what suits them.

    Not `no-store`: with it a browser going back would load the gallery anew, at its top.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class RequestGuard:
    """Refuse what local mode must not serve, and in both modes changes that another site's page asks for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if not settings.SERVER_MODE:
            if not _is_loopback(request.META.get("REMOTE_ADDR", "")):
                return refuse(request, HTTPStatus.FORBIDDEN, "Local mode answers this machine only: use server mode.")
            if _forwarding_headers(request):
                return refuse(request, HTTPStatus.FORBIDDEN, "Behind a proxy use server mode (CLOUDZY_MODE=server).")
        try:
            own_origin = f"{request.scheme}://{request.get_host()}"
        except DisallowedHost:
            return refuse(request, HTTPStatus.BAD_REQUEST, "This site does not answer to the name in the Host header.")
        if request.method not in SAFE_METHODS and not _comes_from_us(request, own_origin):
            return refuse(request, HTTPStatus.FORBIDDEN, "Changes asked for by a page of another site are refused.")
        return None


class ActAsLocalOwner:
    """Give pages and admin the local owner as `request.user` (local mode); the row is read only when asked for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = SimpleLazyObject(local_owner)  # type: ignore[assignment]
        return self.get_response(request)


class SignInRequired(LoginRequiredMiddleware):
    """Deny by default (server mode); a fragment asked for by htmx sends the whole page to the sign-in form."""

    # The stubs allow a 302 only, and htmx takes its redirect from a header.
    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponse:  # type: ignore[override]
        if request.headers.get("HX-Request") and (page := _path_of(request.headers.get("HX-Current-URL", ""))):
            return HttpResponseClientRedirect(redirect_to_login(page, settings.LOGIN_URL).url)
        return super().handle_no_permission(request, view_func)


def _path_of(url: str) -> str:
    """Return the path of an address, "" for what is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _forwarding_headers(request: HttpRequest) -> list[str]:
    return [
        name
        for name in request.META
        if name.startswith("HTTP_X_FORWARDED") or name in {"HTTP_FORWARDED", "HTTP_X_REAL_IP"}
    ]


def _comes_from_us(request: HttpRequest, own_origin: str) -> bool:
    """Tell a page of ours, or a script that names no page, from a page of another site; sandboxed ones say `null`."""
    origin = request.headers.get("Origin")
    if origin in settings.CORS_ALLOWED_ORIGINS:
        return True
    if request.headers.get("Sec-Fetch-Site", "none") not in OWN_FETCH_SITES:
        return False
    return origin is None or origin.lower() in {own_origin.lower(), *settings.CSRF_TRUSTED_ORIGINS}


def _client_address(forwarded_for: str) -> Address | None:
    """Return the last address in the chain that no trusted proxy has: what stands left of it anyone can write."""
    addresses = [_address(part.strip()) for part in reversed(forwarded_for.split(","))]
    return next((address for address in addresses if not _is_trusted(address)), None)


def _is_trusted(address: Address | None) -> bool:
    return address is not None and any(address in network for network in settings.CLOUDZY_TRUSTED_PROXIES)


def _is_loopback(peer: str) -> bool:
    address = _address(peer)
    return address is not None and address.is_loopback


def _address(text: str) -> Address | None:
    """Parse an address, an IPv4 one also where IPv6 wraps it (::ffff:127.0.0.1); None for a socket's empty name."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
