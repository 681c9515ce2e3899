"""Archives of photos on their way in, and what was left in them."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.api.parameters import QuerySerializer, query_of
from photos.api.requests import owner_of
from photos.archives import importing
from photos.models import ArchiveImport, LeftEntry

NEWEST = 100
EXAMPLE = OpenApiExample(
    "import",
    {
        "id": 3,
        "name": "summer.zip",
        "state": "running",
        "total": 250,
        "done": 120,
        "added": 110,
        "there": 6,
        "restored": 0,
        "sidecars": 2,
        "left": 1,
        "failed": 1,
        "problem": "",
        "created_at": "2024-05-01T12:00:00Z",
        "ended_at": None,
    },
)


class ImportSerializer(serializers.Serializer[ArchiveImport]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["waiting", "running", "done", "stopped", "cancelled"])
    total = serializers.IntegerField(allow_null=True, help_text="Files in it; null until a worker has looked.")
    done = serializers.IntegerField(help_text="Files of which it is known what became of them.")
    added = serializers.IntegerField()
    there = serializers.IntegerField(help_text="You had these bytes.")
    restored = serializers.IntegerField(help_text="They were in your trash.")
    sidecars = serializers.IntegerField(help_text="XMP files and Google's notes, kept with their photos.")
    left = serializers.IntegerField(help_text="No photos, and not taken.")
    failed = serializers.IntegerField(help_text="Not taken, though somebody may miss them.")
    problem = serializers.CharField(help_text="Why it has stopped, or what it waits for.")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class LeftSerializer(serializers.Serializer[LeftEntry]):
    number = serializers.IntegerField(help_text="When it was looked at: sidecars come last.")
    path = serializers.CharField()
    why = serializers.CharField()
    failed = serializers.BooleanField()


class LeftQuery(QuerySerializer):
    after = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, default=0, help_text="The `number` to go on from."
    )
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)


class ImportListView(APIView):
    """Your newest hundred archives, sent to /uploads/ with `kind` archive."""

    @extend_schema(operation_id="imports", responses=OpenApiResponse(ImportSerializer(many=True), examples=[EXAMPLE]))
    def get(self, request: Request) -> Response:
        query_of(request)
        rows: Any = ArchiveImport.objects.filter(owner=owner_of(request)).order_by("-pk")[:NEWEST]
        return Response(ImportSerializer(rows, many=True).data)


@extend_schema_view(
    get=extend_schema(operation_id="import", responses=OpenApiResponse(ImportSerializer, examples=[EXAMPLE])),
    delete=extend_schema(
        operation_id="import_cancel",
        description="Take no more of it. What was taken stays.",
        responses={204: OpenApiResponse(description="It has ended.")},
    ),
)
class ImportView(APIView):
    """How far the import of an archive is."""

    def get(self, request: Request, pk: int) -> Response:
        query_of(request)
        return Response(ImportSerializer(_import_of(request, pk)).data)

    def delete(self, request: Request, pk: int) -> Response:
        query_of(request)
        importing.end(_import_of(request, pk), timezone.now(), cancelled=True)
        return Response(status=204)


class ImportLeftView(APIView):
    """What was left in an archive, file by file, and why."""

    @extend_schema(operation_id="import_left", parameters=[LeftQuery], responses=LeftSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        query = query_of(request, LeftQuery)
        rows: Any = _import_of(request, pk).left_entries.filter(number__gt=query["after"])[: query["limit"]]
        return Response(LeftSerializer(rows, many=True).data)


def _import_of(request: Request, pk: int) -> ArchiveImport:
    archive = ArchiveImport.objects.filter(owner=owner_of(request), pk=pk).first()
    if archive is None:
        raise Http404("There is no such import.")
    return archive
