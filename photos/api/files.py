"""/photo/{id}/files: what is kept of a photo beside what it shows, and which of it is shown."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos import downloads, pipeline, versions
from photos.api.kept import KeptFileSerializer
from photos.api.negotiation import AnyNegotiation
from photos.api.parameters import StrictJSONParser, query_of
from photos.api.requests import photo_of
from photos.image_types import IMAGE_TYPES
from photos.models import Photo, PhotoFile

MOST = 1000  # files of a photo
FILES = OpenApiExample(
    "files",
    [
        {
            "id": 7,
            "kind": "raw",
            "name": "IMG_1234.CR3",
            "format": "cr3",
            "width": 6000,
            "height": 4000,
            "bytes": 25010176,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        }
    ],
)
_MIMES = [*(kind.mime for kind in IMAGE_TYPES), "application/rdf+xml", "video/quicktime", "video/mp4"]
FILE_RESPONSES: dict[Any, Any] = {
    **{(status, mime): OpenApiTypes.BINARY for status in (200, 206) for mime in _MIMES},
    304: OpenApiResponse(description="You have these bytes."),
}


MOTION_RESPONSES: dict[Any, Any] = {
    (200, "video/mp4"): OpenApiTypes.BINARY,
    (206, "video/mp4"): OpenApiTypes.BINARY,
    304: OpenApiResponse(description="You have these bytes."),
}


class VersionShownSerializer(serializers.Serializer[Photo]):
    """The photo with the version that it shows from now on."""

    id = serializers.IntegerField()
    original_name = serializers.CharField(help_text="Of the file that is shown now.")
    format = serializers.CharField()
    status = serializers.ChoiceField(choices=Photo.Status.choices)
    files = serializers.SerializerMethodField()

    @extend_schema_field(KeptFileSerializer(many=True))
    def get_files(self, photo: Photo) -> Any:
        rows: Any = photo.files.order_by("pk")
        return KeptFileSerializer(rows, many=True).data


class KeptFilesView(APIView):
    """The files that are kept of a photo beside the one it shows: raw, edited and camera's own versions, sidecars."""

    @extend_schema(
        operation_id="photo_files", responses=OpenApiResponse(KeptFileSerializer(many=True), examples=[FILES])
    )
    def get(self, request: Request, pk: int) -> Response:
        query_of(request)
        rows: Any = photo_of(request, pk).files.order_by("pk")[:MOST]
        return Response(KeptFileSerializer(rows, many=True).data)


class KeptFileView(APIView):
    """One of the files kept of a photo, byte for byte; ranges and conditional requests are answered."""

    content_negotiation_class = AnyNegotiation

    @extend_schema(operation_id="photo_kept_file", responses=FILE_RESPONSES)
    def get(self, request: Request, pk: int, number: int) -> HttpResponseBase:
        query_of(request)
        return downloads.kept_file(request, _file_of(photo_of(request, pk), number))


class MotionView(APIView):
    """The video of a motion photo or Live Photo; ranges and conditional requests are answered."""

    content_negotiation_class = AnyNegotiation

    @extend_schema(operation_id="photo_motion", responses=MOTION_RESPONSES)
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        query_of(request)
        return downloads.motion(request, photo_of(request, pk))


class ShowVersionView(APIView):
    """Show this version of the photo from now on, until you choose another."""

    parser_classes = [StrictJSONParser]

    @extend_schema(operation_id="photo_show_version", request=None, responses=VersionShownSerializer)
    def post(self, request: Request, pk: int, number: int) -> Response:
        query_of(request)
        photo = photo_of(request, pk)
        versions.show(photo, _version_of(photo, number).pk)
        return Response(VersionShownSerializer(pipeline.analyse(photo, timezone.now())).data)


class SeparateVersionView(APIView):
    """Make this version a photo of its own; what you said of the photo stays with the photo."""

    parser_classes = [StrictJSONParser]

    @extend_schema(operation_id="photo_separate_version", request=None, responses={201: VersionShownSerializer})
    def post(self, request: Request, pk: int, number: int) -> Response:
        query_of(request)
        now = timezone.now()
        photo = photo_of(request, pk)
        own = pipeline.analyse(versions.separate(photo, _version_of(photo, number).pk, now), now)
        return Response(VersionShownSerializer(own).data, status=201, headers={"Location": f"/photo/{own.pk}"})


def _file_of(photo: Photo, number: int) -> PhotoFile:
    file = photo.files.filter(pk=number).first()
    if file is None:
        raise Http404("The photo has no such file.")
    return file


def _version_of(photo: Photo, number: int) -> PhotoFile:
    file = _file_of(photo, number)
    if file.kind not in PhotoFile.VERSIONS:
        raise Http404("This file is no version of the photo.")
    return file
