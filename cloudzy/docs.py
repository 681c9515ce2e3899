"""The two pages that show the API, complete without the internet.

Their scripts need what no other page of ours is allowed, so each policy is widened here and only here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

REDOC = "drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
REDOC_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"

# Both write <style> elements as they run; Redoc's search works in a thread made from a blob.
_INLINE_STYLES = {"style-src": ["'self'", "'unsafe-inline'"]}
_REDOC_POLICY = {**_INLINE_STYLES, "worker-src": ["blob:"]}


class RedocView(SpectacularRedocView):
    @staticmethod
    def _redoc_standalone() -> str:
        return reverse("redoc_script")


swagger = csp_update(_INLINE_STYLES)(SpectacularSwaggerSplitView.as_view(url_name="api:openapi"))
redoc = csp_update(_REDOC_POLICY)(RedocView.as_view(url_name="api:openapi"))


@login_not_required
@cache_control(max_age=3600)
def redoc_script(_: HttpRequest) -> HttpResponse:
    """Answer Redoc as the sidecar has it, except that it takes its logo from this site."""
    return HttpResponse(_own_redoc(), content_type="text/javascript; charset=utf-8")


@cache
def _own_redoc() -> bytes:
    script = Path(str(finders.find(REDOC))).read_bytes()
    return script.replace(REDOC_LOGO.encode(), static("favicon.svg").encode())
