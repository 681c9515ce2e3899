"""What the index page of the admin shows beside health: memory, what was found out, and what workers are at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django_tasks.base import TaskResultStatus

from ai.encoders.base import EncoderUnavailable
from jobs.models import Run
from search.findings import Finding, finding_of, generation_of
from search.healing import heal_index
from search.live import live_index
from search.memory import Memory, memory_of
from search.spaces import current_space
from search.tasks import look_after_index
from search.upkeep import Act

_SHOWN = 5
_NAMES = {
    heal_index.module_path: "Bring the index in order",
    look_after_index.module_path: "Asked for here",
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
class Standing:
    generation: str
    memory: Memory
    findings: dict[str, Finding | None]
    works: list[Work]
    no_worker: bool

    @property
    def is_busy(self) -> bool:
        return any(not work.is_over for work in self.works)


def standing(now: datetime) -> Standing | None:
    """Tell how the index of the current model stands; None without an encoder."""
    try:
        space = current_space()
    except EncoderUnavailable:
        return None
    findings = {act.value: finding_of(space, act) for act in (Act.CHECK, Act.VERIFY)}
    memory = memory_of(live_index(space).current(), space)
    works = _works()
    unattended = any(not work.is_over for work in works) and Run.objects.unattended(now)
    return Standing(generation_of(space), memory, findings, works, unattended)


def _works() -> list[Work]:
    runs = Run.objects.filter(job__task_path__in=_NAMES).select_related("job").order_by("-job__enqueued_at")
    return [_work(run) for run in runs[:_SHOWN]]


def _work(run: Run) -> Work:
    job = run.job
    over = job.status in {TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED}
    name = _ACTS.get(run.subject, _NAMES[job.task_path])
    told = run.error or (str(job.return_value or "") if over else run.message)
    return Work(name, job.get_status_display(), told, job.enqueued_at, over)


_ACTS = {"rebuild": "Rebuild", "check": "Check", "verify": "Verify"}
