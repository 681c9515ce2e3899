"""Photos on their way out over HTTP, with all that is known of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from photos.api.fields import WholeNumberField
from photos.api.negotiation import AnyNegotiation
from photos.api.parameters import StrictJSONParser, StrictSerializer, body_of, query_of
from photos.api.requests import owner_of
from photos.exports.contents import Layout
from photos.exports.downloading import as_zip, size_of
from photos.paging import MAX_ID

MOST = 10_000
_ZIP: dict[Any, Any] = {(200, "application/zip"): OpenApiTypes.BINARY}


class ExportWishSerializer(StrictSerializer):
    photos = serializers.ListField(
        child=WholeNumberField(min_value=1, max_value=MAX_ID),
        min_length=1,
        max_length=MOST,
        required=False,
        help_text="Which; without it, all but the trash.",
    )
    layout = serializers.ChoiceField(
        choices=[*Layout], default=Layout.DATE, help_text="Folders by month, or by album where a photo is in one."
    )


class ExportsView(APIView):
    """Download photos as a ZIP that `import_photos` takes back whole."""

    parser_classes = [StrictJSONParser]
    content_negotiation_class = AnyNegotiation

    @extend_schema(
        operation_id="export",
        description=(
            "Originals byte for byte, an XMP file beside each, files kept beside them, and a record of all that is "
            "known. It is made while it is sent, so its length is not announced; one without its end is cut short."
        ),
        request=ExportWishSerializer,
        responses=_ZIP,
        examples=[OpenApiExample("two photos by album", {"photos": [12, 15], "layout": "albums"}, request_only=True)],
    )
    def post(self, request: Request) -> HttpResponseBase:
        query_of(request)
        wish = body_of(request, ExportWishSerializer)
        numbers = wish.get("photos")
        if numbers is not None and size_of(owner_of(request), numbers).photos < len(set(numbers)):
            raise Http404("There is no such photo.")
        return as_zip(owner_of(request), numbers, Layout(wish["layout"]), timezone.now())
