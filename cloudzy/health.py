"""GET /health: can this service do its work, and what is wrong with it?"""

from __future__ import annotations

import shutil
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authentication import BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ai.encoders.placeholder import NOTICE
from ai.ocr.base import ReaderUnavailable
from ai.ocr.loading import get_reader, is_switched_on
from cloudzy.migrated import file_is_gone, migration_problem
from cloudzy.models import BackupNote
from jobs.models import Pause
from photos import captioning, storage
from photos.api.parameters import query_of
from photos.encoding import disagreement, encoder_in_use, encoder_problem
from photos.imports import watch_status
from photos.models import ModelMigration
from search.upkeep.health import report

LOW_DISK_BYTES = 500 * 2**20


class SearchEngineSerializer(serializers.Serializer[Any]):
    total_embeddings = serializers.IntegerField(help_text="Vectors a search can find now.")
    dimension = serializers.IntegerField()
    index_type = serializers.CharField()


class MigrationSerializer(serializers.Serializer[Any]):
    """The way of the library to another model, while there is one."""

    model = serializers.CharField()
    state = serializers.ChoiceField(choices=["embedding", "ready"])
    share_done = serializers.FloatField(min_value=0, max_value=1)


class BackupsSerializer(serializers.Serializer[Any]):
    """When the library was last backed up well, and when a backup was last restored well on trial."""

    made_at = serializers.DateTimeField(allow_null=True)
    tested_at = serializers.DateTimeField(allow_null=True)


class HealthSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["healthy", "unhealthy"])
    service = serializers.CharField()
    search_engine = SearchEngineSerializer()
    problems = serializers.ListField(child=serializers.CharField(), required=False)
    migration = MigrationSerializer(required=False, allow_null=True)
    backups = BackupsSerializer(required=False)


HEALTHY = OpenApiExample(
    "healthy",
    {
        "status": "healthy",
        "service": "Cloudzy AI",
        "search_engine": {"total_embeddings": 2, "dimension": 512, "index_type": "flat"},
        "problems": [],
        "migration": None,
        "backups": {"made_at": "2026-11-26T03:00:00Z", "tested_at": None},
    },
)


class HealthView(APIView):
    """The state of the service, for whoever watches it; in server mode only staff sees what is wrong."""

    # Nothing here may need the database before the check of the database itself.
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="health",
        auth=[],
        responses={
            200: OpenApiResponse(HealthSerializer, "It works; `problems` may still name something.", [HEALTHY]),
            503: OpenApiResponse(HealthSerializer, "Database, migrations or photo storage are not usable."),
        },
    )
    def get(self, request: Request) -> Response:
        query_of(request)
        problem = database_problem()
        if problem:
            return _answer(request, _NO_ENGINE, problem, [])
        index = report()
        engine = {
            "total_embeddings": index.total_embeddings,
            "dimension": index.dimension,
            "index_type": index.index_type,
        }
        awaited = [*_model_problems(), *captioning.problems(), *_reader_problems()]
        awaited += [*_pauses(), *watch_status.problems(timezone.now())]
        problems = [*index.problems, *awaited, *_stand_in(), *_low_disk()]
        return _answer(request, engine, storage_problem(), problems)


_NO_ENGINE = {"total_embeddings": 0, "dimension": 0, "index_type": "unknown"}


def _answer(request: Request, engine: dict[str, Any], fatal: str, problems: list[str]) -> Response:
    facts: dict[str, Any] = {
        "status": "unhealthy" if fatal else "healthy",
        "service": "Cloudzy AI",
        "search_engine": engine,
    }
    if not settings.SERVER_MODE or (not fatal and _is_staff(request)):
        facts["problems"] = list(dict.fromkeys([fatal, *problems] if fatal else problems))
        facts |= {} if fatal else {"migration": _migration(), "backups": _backups()}
    return Response(facts, status=503 if fatal else 200)


def _is_staff(request: Request) -> bool:
    # Asked here and not of the view: authentication of its own would need the database first.
    try:
        by_basic = BasicAuthentication().authenticate(request)
    except AuthenticationFailed:
        return False
    user = by_basic[0] if by_basic else get_user(request._request)
    return bool(user.is_authenticated and user.is_staff)


def database_problem() -> str:
    """Return why the database cannot serve, or ""."""
    if file_is_gone():
        return "The file of the database is gone."
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return migration_problem()
    except (DatabaseError, InterfaceError):
        return "The database does not answer."


def storage_problem() -> str:
    """Return why photos cannot be stored, or ""."""
    if not storage.is_mounted():
        return "The folder of the photos is not there; perhaps its disk is not mounted."
    return ""


def _model_problems() -> list[str]:
    """Tell why the library cannot be read, where the settings differ from it, and what a migration waits for."""
    waiting = ModelMigration.objects.running().exclude(problem="").values_list("problem", flat=True)
    waits = [f"The migration to another model waits: {why}" for why in waiting]
    return [*filter(None, [encoder_problem(), disagreement()]), *waits]


def _migration() -> dict[str, Any] | None:
    running = ModelMigration.objects.running().defer("comparison").first()
    if running is None:
        return None
    return {"model": running.encoder, "state": running.state, "share_done": running.percent / 100}


def _backups() -> dict[str, Any]:
    times = {name: BackupNote.objects.last_good_at(kind) for name, kind in _NOTED.items()}
    return dict(BackupsSerializer(times).data)


_NOTED = {"made_at": BackupNote.Kind.BACKUP, "tested_at": BackupNote.Kind.TEST}


def _reader_problems() -> list[str]:
    try:
        if is_switched_on():
            get_reader()
    except ReaderUnavailable as exc:
        return [str(exc)]
    return []


def _pauses() -> list[str]:
    return [
        f"Background work is paused by {pause.by} since {pause.at:%Y-%m-%d %H:%M} UTC: {pause.what or 'all of it'}."
        for pause in Pause.objects.order_by("pk")[:20]
    ]


def _stand_in() -> list[str]:
    return [NOTICE] if encoder_in_use() == "placeholder" else []


def _low_disk() -> list[str]:
    root = storage.media_root()
    free = shutil.disk_usage(root).free if root.exists() else None
    if free is None or free > LOW_DISK_BYTES:
        return []
    return [f"Only {free // 2**20} MB are free for photos."]
