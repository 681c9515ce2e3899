"""Background work for staff: jobs are seen, cancelled and tried again; a pause is a row to add and delete."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from jobs.backend import title_of
from jobs.models import Pause, Run, RunQuerySet
from jobs.priorities import PERSON


class Untouched(admin.ModelAdmin):
    """Rows that nobody makes, changes or deletes by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(Untouched):
    list_display = ["kind", "subject", "state", "queue", "queued_at", "attempts", "how_far", "error"]
    list_filter = ["job__status", "job__queue_name"]
    list_select_related = ["job"]
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-job__enqueued_at"]
    fields = (
        *("kind", "subject", "state", "queue", "queued_at", "attempts", "how_far", "error"),
        *("worker", "cancelled_at", "cancelled_by", "traceback"),
    )
    actions = ["cancel", "retry"]

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, runs: RunQuerySet) -> None:
        count = runs.cancel(request.user.get_username(), timezone.now())
        self.message_user(request, f"{count} jobs cancelled. What is at work stops as soon as it can.")

    @admin.action(description="Try again", permissions=["act"])
    def retry(self, request: HttpRequest, runs: RunQuerySet) -> None:
        self.message_user(request, f"{runs.retry(timezone.now(), PERSON)} jobs wait again.")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("jobs.change_run"))

    @admin.display(ordering="job__task_path")
    def kind(self, run: Run) -> str:
        return title_of(run.job.task_path)

    @admin.display(ordering="job__status")
    def state(self, run: Run) -> str:
        return run.state

    @admin.display(ordering="job__queue_name")
    def queue(self, run: Run) -> str:
        return run.job.queue_name

    @admin.display(ordering="job__enqueued_at")
    def queued_at(self, run: Run) -> Any:
        return run.job.enqueued_at

    @admin.display
    def how_far(self, run: Run) -> str:
        return run.message or (f"{run.done} of {run.total}" if run.total else "")

    @admin.display
    def traceback(self, run: Run) -> str:
        return run.job.traceback


@admin.register(Pause)
class PauseAdmin(admin.ModelAdmin):
    """To add a row is to pause, to delete it is to go on."""

    list_display = ["__str__", "what", "by", "at"]
    fields = ["what"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Pause, form: Any, change: bool) -> None:
        obj.by, obj.at = request.user.get_username(), timezone.now()
        obj.save()
