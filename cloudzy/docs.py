"""The description of the API and the two pages that show it, complete without the internet.

Their scripts need what no other page of ours is allowed, so each policy is widened here and only here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from photos.api.parameters import QuerySerializer, query_of

REDOC = "drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
REDOC_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"

# Both write <style> elements as they run; Redoc's search works in a thread made from a blob.
_INLINE_STYLES = {"style-src": ["'self'", "'unsafe-inline'"]}
_REDOC_POLICY = {**_INLINE_STYLES, "worker-src": ["blob:"]}


class SwaggerQuery(QuerySerializer):
    script = serializers.CharField(required=False, allow_blank=True)  # asks for the page's script instead


class SchemaView(SpectacularJSONAPIView):
    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        query_of(request)
        response: Response = super().get(request, *args, **kwargs)
        return response


class SwaggerView(SpectacularSwaggerSplitView):
    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        query_of(request, SwaggerQuery)
        response: Response = super().get(request, *args, **kwargs)
        return response


class RedocView(SpectacularRedocView):
    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        query_of(request)
        response: Response = super().get(request, *args, **kwargs)
        return response

    @staticmethod
    def _redoc_standalone() -> str:
        return reverse("redoc_script")


schema = SchemaView.as_view()
swagger = csp_update(_INLINE_STYLES)(SwaggerView.as_view(url_name="api:openapi"))
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
