"""What the index page of the admin shows beside health: memory, what was found out, and what workers are at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django_tasks.base import TaskResultStatus

from ai.encoders.base import EncoderUnavailable
from jobs.models import Run
from search.index.healing import heal_index
from search.index.live import live_index
from search.index.spaces import current_space
from search.upkeep.caretaking import look_after_index
from search.upkeep.doing import Act
from search.upkeep.findings import Finding, finding_of, generation_of
from search.upkeep.memory import Memory, memory_of

_SHOWN = 5
_TASKS = [heal_index.module_path, look_after_index.module_path]
_NAMES = {Act.REBUILD.value: "Rebuild", Act.CHECK.value: "Check", Act.VERIFY.value: "Verify"}

_STATES = {
    TaskResultStatus.READY: "Waiting",
    TaskResultStatus.RUNNING: "Running",
    TaskResultStatus.SUCCESSFUL: "Done",
    TaskResultStatus.FAILED: "Failed",
}


@dataclass(frozen=True)
class Work:
    """A job of a worker with the index."""

    name: str
    state: str
    told: str  # how far it is, or why it failed
    asked_at: datetime
    is_over: bool


@dataclass(frozen=True)
class Overview:
    generation: str
    memory: Memory
    check: Finding | None
    verify: Finding | None
    works: list[Work]
    no_worker: bool

    @property
    def is_busy(self) -> bool:
        return any(not work.is_over for work in self.works)


def overview(now: datetime) -> Overview | None:
    """Tell how the index of the current model stands; None without an encoder."""
    try:
        space = current_space()
    except EncoderUnavailable:
        return None
    memory = memory_of(live_index(space).current(), space)
    works = _works()
    unattended = any(not work.is_over for work in works) and Run.objects.unattended(now)
    return Overview(
        generation=generation_of(space),
        memory=memory,
        check=finding_of(space, Act.CHECK),
        verify=finding_of(space, Act.VERIFY),
        works=works,
        no_worker=unattended,
    )


def _works() -> list[Work]:
    runs = Run.objects.filter(job__task_path__in=_TASKS).select_related("job").order_by("-job__enqueued_at")
    return [_work(run) for run in runs[:_SHOWN]]


def _work(run: Run) -> Work:
    job = run.job
    over = job.status in {TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED}
    told = run.error or (str(job.return_value or "") if over else run.message)
    name = _NAMES.get(run.subject, "Rebuild, as so much has changed")
    return Work(name, _STATES[TaskResultStatus(job.status)], told, job.enqueued_at, over)
