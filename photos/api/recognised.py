"""GET /photo/{id}/text: what is written in the picture, and where."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.api.parameters import query_of
from photos.api.requests import photo_of
from photos.models import RecognisedText, Stage

CORNERS = 4


class LineSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    confidence = serializers.FloatField(help_text="0 to 1.")
    box = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        min_length=CORNERS,
        max_length=CORNERS,
        help_text="Corners from the upper left on clockwise, x and y as fractions of width and height, upright.",
    )


class TextSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="The lines in reading order, one under the other.")
    lines = LineSerializer(many=True)
    model = serializers.CharField(help_text="What read it; empty where no text was found.")
    read_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(
        choices=Stage.Status.choices, allow_null=True, help_text="Of the reading; null where nobody has asked for it."
    )


NOTHING: dict[str, Any] = {"text": "", "lines": [], "model": "", "read_at": None}
EXAMPLE = OpenApiExample(
    "text",
    {
        "text": "Gate 14",
        "lines": [{"text": "Gate 14", "confidence": 0.98, "box": [[0.1, 0.2], [0.4, 0.2], [0.4, 0.3], [0.1, 0.3]]}],
        "model": "rapidocr PP-OCRv6 small",
        "read_at": "2023-10-23T12:00:04Z",
        "status": "done",
    },
)


class TextView(APIView):
    """The text in the picture, as far as it was read (CLOUDZY_OCR); none where there is none."""

    @extend_schema(operation_id="photo_text", responses=OpenApiResponse(TextSerializer, examples=[EXAMPLE]))
    def get(self, request: Request, pk: int) -> Response:
        query_of(request)
        photo = photo_of(request, pk)
        status = Stage.objects.filter(photo=photo, name=Stage.Name.TEXT).values_list("status", flat=True).first()
        found = RecognisedText.objects.filter(photo=photo).values("text", "lines", "model", "read_at").first()
        return Response(TextSerializer((found or NOTHING) | {"status": status}).data)
