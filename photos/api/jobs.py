"""Background work over HTTP: your own jobs, and for staff that manages jobs everybody's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from jobs.backend import title_of
from jobs.models import Run, RunQuerySet
from jobs.priorities import PERSON
from jobs.runs import STATES
from photos.api.parameters import QuerySerializer, StrictJSONParser, query_of
from photos.api.requests import owner_of, page_url
from photos.job_listing import page_of_jobs
from photos.own_jobs import PATHS_OF_PHOTOS, jobs_of, may_manage


class JobNotFailed(APIException):
    status_code = 409
    default_code = "conflict"
    default_detail = "This job did not fail and was not cancelled, or another one does the same already."


class JobEnded(APIException):
    status_code = 409
    default_code = "conflict"
    default_detail = "This job has ended already, or was asked to stop before."


class JobsQuery(QuerySerializer):
    state = serializers.ChoiceField(choices=list(STATES), required=False, help_text="Only jobs in this state.")
    limit = serializers.IntegerField(min_value=1, max_value=100, default=10)
    cursor = serializers.CharField(max_length=120, required=False, default="", help_text="From the `Link` header.")


class JobSerializer(serializers.Serializer[Run]):
    id = serializers.UUIDField(source="pk")
    title = serializers.SerializerMethodField(help_text="What it does, in words.")
    state = serializers.ChoiceField(choices=list(STATES))
    photo = serializers.SerializerMethodField(help_text="The id of the photo it is about, where it is about one.")
    error = serializers.CharField(help_text="Why the last attempt did not succeed.")
    attempts = serializers.IntegerField()
    done = serializers.IntegerField(help_text="Steps, of `total`; both 0 where it does not count any.")
    total = serializers.IntegerField()
    message = serializers.CharField(help_text="How far it is, in words.")
    queued_at = serializers.DateTimeField(source="job.enqueued_at")
    started_at = serializers.DateTimeField(source="job.started_at", allow_null=True, help_text="The last attempt.")
    ended_at = serializers.DateTimeField(source="job.finished_at", allow_null=True)

    def get_title(self, run: Run) -> str:
        return title_of(run.job.task_path)

    def get_photo(self, run: Run) -> int | None:
        return int(run.subject) if run.job.task_path in PATHS_OF_PHOTOS else None


class OneJobSerializer(JobSerializer):
    traceback = serializers.SerializerMethodField(help_text="Where it broke; null but for staff that manages jobs.")

    def get_traceback(self, run: Run) -> str | None:
        return (run.job.traceback or None) if self.context["may_manage"] else None


_JOB = {
    "id": "0192f3c1-8a53-7d11-9c3b-5a0c5b1f2e01",
    "title": "Analysing photos",
    "state": "failed",
    "photo": 12,
    "error": "It took longer than 300 seconds.",
    "attempts": 3,
    "done": 0,
    "total": 0,
    "message": "",
    "queued_at": "2024-05-01T12:00:00Z",
    "started_at": "2024-05-01T12:11:00Z",
    "ended_at": "2024-05-01T12:16:00Z",
}
_ONE = OpenApiResponse(
    OneJobSerializer, examples=[OpenApiExample("job", _JOB | {"traceback": None}, response_only=True)]
)


class JobsView(APIView):
    """Your jobs, the newest first; all jobs where you are staff that manages them. Those done go after an hour."""

    @extend_schema(
        operation_id="jobs",
        parameters=[JobsQuery],
        responses=OpenApiResponse(
            JobSerializer(many=True), examples=[OpenApiExample("jobs", [_JOB], response_only=True)]
        ),
    )
    def get(self, request: Request) -> Response:
        query = query_of(request, JobsQuery)
        page = page_of_jobs(owner_of(request), query["limit"], query.get("state", ""), query["cursor"])
        link = {"Link": f'<{page_url(request, page.next_cursor)}>; rel="next"'} if page.next_cursor else {}
        rows: Any = page.runs  # the stubs know a serializer of one row only
        return Response(JobSerializer(rows, many=True).data, headers=link)


class JobView(APIView):
    """One job: how far it is, or why it failed."""

    @extend_schema(operation_id="job", responses=_ONE)
    def get(self, request: Request, pk: UUID) -> Response:
        query_of(request)
        return _answer(request, _job_of(request, pk))


class RetryJobView(APIView):
    """Let a job that failed, or was cancelled, wait again, before what nobody waits for."""

    parser_classes = [StrictJSONParser]

    @extend_schema(operation_id="job_retry", request=None, responses=_ONE)
    def post(self, request: Request, pk: UUID) -> Response:
        query_of(request)
        job = _job_of(request, pk)
        if not job.retry(timezone.now(), PERSON):
            raise JobNotFailed
        return _answer(request, job)


class CancelJobView(APIView):
    """End a job that waits, and ask one at work to stop."""

    parser_classes = [StrictJSONParser]

    @extend_schema(operation_id="job_cancel", request=None, responses=_ONE)
    def post(self, request: Request, pk: UUID) -> Response:
        query_of(request)
        job = _job_of(request, pk)
        if not job.cancel(owner_of(request).get_username(), timezone.now()):
            raise JobEnded
        return _answer(request, job)


def _job_of(request: Request, pk: UUID) -> RunQuerySet:
    """Return the job of that number alone; raises Http404 alike for what is not there and what is not theirs."""
    job = jobs_of(owner_of(request)).filter(pk=pk)
    if not job.exists():
        raise Http404("There is no such job.")
    return job


def _answer(request: Request, job: RunQuerySet) -> Response:
    run = job.select_related("job").first()
    if run is None:
        raise Http404("There is no such job any more.")
    return Response(OneJobSerializer(run, context={"may_manage": may_manage(owner_of(request))}).data)
