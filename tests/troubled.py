"""What the processes of test_faults_everywhere.py do: work that meets trouble at each of its steps in turn.

Each attempt is a process of its own, forked from one that is warm, on a fresh copy of the same library; another one
then looks at what is left, as it will be hours later.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.urls import get_resolver
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from jobs.duties import Duty, return_lost_jobs
from jobs.worker import Worker
from photos import integrity
from photos.models import Photo
from photos.tasks import queue_left_behind
from search import live
from tests.stepping import Step, Steps, Trouble

LATER = timedelta(hours=3)  # beyond every lease and every grace
MOST_RUNS = 12  # of a worker until nothing is ready any more; pauses between attempts are minutes

# What brings the work of others to its end; the rest would only take its time here.
DUTIES = [Duty(timedelta(0), act) for act in (return_lost_jobs, queue_left_behind)]

Work = Callable[[], Any]
Look = Callable[[Any], list[str]]  # what is wrong with what is left, given what the work answered, None when it died


@dataclass(frozen=True)
class Story:
    """A piece of work, what is to be there before it, and what must hold after it."""

    work: Work
    look: Look
    before: Work = lambda: None


def tell(story: Story, troubles: Sequence[str], every: int = 1) -> dict[str, Any]:
    """Let each trouble strike at every step, or every so many of those it concerns.

    Return the steps, and by trouble and step what was wrong afterwards.
    """
    live.HEAL_IN_BACKGROUND = False
    autodiscover_modules("tasks", "admin")
    get_resolver().check()  # reads all URLs, which no attempt then has to
    _in_a_process(story.before)
    connections.close_all()
    template = _home().with_name("template")
    shutil.copytree(_home(), template, symlinks=True)
    told, _ = _in_a_process(lambda: _attempt(story.work, Trouble.NONE, 0))
    steps = [Step(*each) for each in told["steps"]]
    wrong: dict[str, list[str]] = {}
    for trouble in map(Trouble, troubles):
        for at in [at for at, step in enumerate(steps) if trouble.concerns(step.kind, step.on)][::every]:
            _renew(template)
            if found := _wrong(story, trouble, at):
                wrong[f"{trouble} at {at}: {steps[at]}"] = found
    return {"steps": [str(step) for step in steps], "wrong": wrong}


def _wrong(story: Story, trouble: Trouble, at: int) -> list[str]:
    """Let trouble strike at this step; return what is wrong afterwards."""
    told, died = _in_a_process(lambda: _attempt(story.work, trouble, at))
    ended = [] if died == (trouble is Trouble.KILL) else ["the work itself broke down"]
    answer = told["answer"] if told else None
    left, failed = _in_a_process(lambda: [*story.look(answer), *after_all()])
    return ended + (["the look itself broke down"] if failed else left)


def after_all() -> list[str]:
    """Do what a worker does hours later, and what an administrator then can; return what is wrong in the end."""
    real = timezone.now()
    wrong = [f"{fault.kind} {fault.name}" for fault in integrity.faults(real + LATER, hashes=True) if fault.photo_id]
    for run in range(1, MOST_RUNS + 1):
        timezone.now = lambda run=run: real + run * LATER  # type: ignore[misc]
        Worker(f"after {run}", DUTIES, clock=timezone.now).run(once=True)
        if not Photo.objects.filter(status=Photo.Status.QUEUED).exists():
            break
    for options in (["--repair"], []):
        told, status = StringIO(), 0
        try:
            call_command("check_integrity", "--hashes", *options, stdout=told)
        except SystemExit as exc:
            status = int(exc.code or 0)
    if status:
        wrong.append(told.getvalue())
    return wrong


def _attempt(work: Work, trouble: Trouble, at: int) -> dict[str, Any]:
    steps = Steps(_home(), Path(settings.MEDIA_ROOT), trouble, at)
    steps.watch()
    answer = work()
    return {"steps": [astuple(step) for step in steps.done], "answer": answer}


def _in_a_process(act: Work) -> tuple[Any, bool]:
    """Return what it returns in a process of its own, and whether that died before it could."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.close(reader)
            answer = json.dumps(act())
            with os.fdopen(writer, "w") as out:
                out.write(answer)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as answers:
        told = answers.read()
    _, status = os.waitpid(child, 0)
    return (json.loads(told) if told else None), status != 0


def _home() -> Path:
    return Path(settings.CLOUDZY_DATA_DIR).parent


def _renew(template: Path) -> None:
    shutil.rmtree(_home())
    shutil.copytree(template, _home(), symlinks=True)
