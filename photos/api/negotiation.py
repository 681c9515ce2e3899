"""Answers that are bytes of an image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from photos.image_types import IMAGE_TYPES

FILE_RESPONSES: dict[Any, Any] = {
    **{(200, kind.mime): OpenApiTypes.BINARY for kind in IMAGE_TYPES},
    **{(206, kind.mime): OpenApiTypes.BINARY for kind in IMAGE_TYPES},
    304: OpenApiResponse(description="You have these bytes."),
}
THUMBNAIL_RESPONSES: dict[Any, Any] = {
    (200, "image/webp"): OpenApiTypes.BINARY,
    304: OpenApiResponse(description="You have these bytes."),
}


class AnyNegotiation(DefaultContentNegotiation):
    """Take whatever a client accepts: an <img> asks for images, and only an error is ever rendered."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        choice = list(renderers)
        try:
            return super().select_renderer(request, choice, format_suffix)
        except NotAcceptable:
            return choice[0], choice[0].media_type or ""
