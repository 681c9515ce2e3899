from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.signals import task_finished

from jobs.attempts import claims_of
from photos import missing
from photos.tasks.analysis import analyse_photo
from photos.tasks.looking import describe_photo, read_text


@receiver(task_finished, dispatch_uid="photos.analysis_ended")
def analysis_ended(task_result: TaskResult[Any], **_: Any) -> None:
    """After the last attempt, tell on the photo which stage its workers died in."""
    ours = {analyse_photo.module_path, describe_photo.module_path, read_text.module_path}
    if task_result.task.module_path in ours and task_result.status == TaskResultStatus.FAILED:
        missing.take_back(task_result.args[0], claims_of(task_result), timezone.now())
