"""Correcting the clock of many photos over HTTP."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos import date_shifting
from photos.api.fields import WholeNumberField
from photos.api.parameters import StrictJSONParser, StrictSerializer, body_of, query_of
from photos.api.requests import owner_of, photos_of
from photos.date_shifting import LONGEST, MOST_SHIFTED
from photos.models import DateShift
from photos.paging import MAX_ID

_EXAMPLE = OpenApiExample(
    "an hour earlier",
    {
        "id": 1,
        "seconds": -3600,
        "photos": [12, 15],
        "made_at": "2023-10-23T12:00:00Z",
        "undone_at": None,
    },
    response_only=True,
)


class WantedShiftSerializer(StrictSerializer):
    photos = serializers.ListField(
        child=WholeNumberField(min_value=1, max_value=MAX_ID), min_length=1, max_length=MOST_SHIFTED
    )
    seconds = WholeNumberField(
        min_value=-int(LONGEST.total_seconds()),
        max_value=int(LONGEST.total_seconds()),
        help_text="How much later they are to be; earlier below nought.",
    )

    def validate_seconds(self, seconds: int) -> int:
        if not seconds:
            raise serializers.ValidationError("That moves nothing.")
        return seconds


class DateShiftSerializer(serializers.Serializer[DateShift]):
    """A shift that was made; after an undo `photos` are those that it had moved."""

    id = serializers.IntegerField()
    seconds = serializers.IntegerField()
    photos = serializers.SerializerMethodField()
    made_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)

    def get_photos(self, shift: DateShift) -> list[int]:
        return list(shift.dates.order_by("photo_id").values_list("photo_id", flat=True))


class DateShiftsView(APIView):
    """Move the dates of many photos by the same; they are set by you from then on."""

    parser_classes = [StrictJSONParser]

    @extend_schema(
        operation_id="date_shift",
        request=WantedShiftSerializer,
        responses={201: OpenApiResponse(DateShiftSerializer, "Moved, all of them.", examples=[_EXAMPLE])},
    )
    def post(self, request: Request) -> Response:
        query_of(request)
        wanted = body_of(request, WantedShiftSerializer)
        numbers = [photo.pk for photo in photos_of(request, wanted["photos"])]
        by = timedelta(seconds=wanted["seconds"])
        shift = date_shifting.shift_dates(owner_of(request), numbers, by, timezone.now())
        return Response(DateShiftSerializer(shift).data, status=201)


class DateShiftView(APIView):
    """One shift of dates; they are kept for 30 days."""

    @extend_schema(operation_id="date_shift_seen", responses=OpenApiResponse(DateShiftSerializer, examples=[_EXAMPLE]))
    def get(self, request: Request, pk: int) -> Response:
        query_of(request)
        return Response(DateShiftSerializer(_shift_of(request, pk)).data)


class UndoDateShiftView(APIView):
    """Give the photos of a shift the dates back that they had, but for those whose date was set anew since."""

    parser_classes = [StrictJSONParser]

    @extend_schema(
        operation_id="date_shift_undo",
        request=None,
        responses=OpenApiResponse(DateShiftSerializer, examples=[_EXAMPLE]),
    )
    def post(self, request: Request, pk: int) -> Response:
        query_of(request)
        shift = _shift_of(request, pk)
        date_shifting.undo(shift, timezone.now())
        shift.refresh_from_db()
        return Response(DateShiftSerializer(shift).data)


def _shift_of(request: Request, pk: int) -> DateShift:
    shift = DateShift.objects.filter(owner=owner_of(request), pk=pk).first()
    if shift is None:
        raise Http404("There is no such shift of dates.")
    return shift
