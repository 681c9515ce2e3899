"""Which photos of yours have these bytes? So that a client need not send what is there."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.api.fields import TextField
from photos.api.parameters import StrictJSONParser, StrictSerializer, body_of, query_of
from photos.api.requests import owner_of
from photos.models import Photo

AT_ONCE = 1000
SHA256 = re.compile(r"^[0-9a-fA-F]{64}$")
EXAMPLE = OpenApiExample("known", {"known": [{"sha256": "9f86d081" + 56 * "0", "id": 17, "trashed": False}]})


class HashField(TextField, serializers.RegexField):
    def __init__(self, **options: Any) -> None:
        super().__init__(SHA256, **options)


class HashesSerializer(StrictSerializer):
    sha256 = serializers.ListField(
        child=HashField(), min_length=1, max_length=AT_ONCE, help_text="SHA-256 of whole files, in hexadecimal."
    )


class KnownSerializer(serializers.Serializer[Photo]):
    sha256 = serializers.CharField()
    id = serializers.IntegerField()
    trashed = serializers.BooleanField(help_text="It lies in the trash: POST /photo/{id}/restore takes it out.")


class AllKnownSerializer(serializers.Serializer[Any]):
    known = KnownSerializer(many=True)


class HashesView(APIView):
    """Tell which of these files you have here already, the trash included; other people's are never told of."""

    parser_classes = [StrictJSONParser]

    @extend_schema(
        operation_id="hashes",
        request=HashesSerializer,
        responses=OpenApiResponse(AllKnownSerializer, "Those that are here.", examples=[EXAMPLE]),
    )
    def post(self, request: Request) -> Response:
        query_of(request)
        hashes = [text.lower() for text in body_of(request, HashesSerializer)["sha256"]]
        known = Photo.objects.having(owner_of(request), hashes)
        return Response({"known": [{"sha256": sha256, "id": pk, "trashed": gone} for sha256, pk, gone in known]})
