"""What the processes of test_faults_everywhere.py do: work that meets trouble at each of its steps in turn.

Each attempt is a process of its own, forked from one that is warm, on a fresh copy of the same library; another one
then looks at what is left, as it will be hours later.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.urls import get_resolver
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from cloudzy.migrated import migration_problem
from jobs.duties import Duty, return_lost_jobs
from jobs.worker import Worker
from photos import integrity
from photos.archives.tasks import go_on_importing
from photos.encoding import newest_encoder
from photos.models import ArchiveImport, Photo
from photos.resumable.duties import take_in_complete
from photos.tasks import queue_left_behind
from search.index import live
from tests.stepping import Step, Steps, Trouble

LATER = timedelta(hours=3)  # beyond every lease and every grace
MOST_RUNS = 12  # of a worker until nothing is ready any more; pauses between attempts are minutes

# What brings the work of others to its end; the rest would only take its time here.
DUTIES = [Duty(timedelta(0), act) for act in (return_lost_jobs, take_in_complete, go_on_importing, queue_left_behind)]

Work = Callable[[], Any]
Look = Callable[[Any], list[str]]  # what is wrong with what is left, given what the work answered, None when it died


@dataclass(frozen=True)
class Story:
    """A piece of work, what is to be there before it, and what must hold after it."""

    work: Work
    look: Look
    before: Work = lambda: None
    # Which trouble strikes, and at every how many of the steps it concerns.
    troubles: Mapping[Trouble, int] = field(default_factory=lambda: {Trouble.KILL: 1})


def tell(stories: Mapping[str, Story]) -> dict[str, Any]:
    """Return by story the steps of its work, and by trouble and step what was wrong after it had struck there."""
    live.HEAL_IN_BACKGROUND = False
    _spare_the_disk()
    autodiscover_modules("tasks", "admin")
    get_resolver().check()  # reads all URLs, which no attempt then has to
    newest_encoder()  # knows all words, which no attempt then has to learn
    assert migration_problem() == ""  # is kept, so that no attempt asks again
    connections.close_all()
    empty, told = _home().with_name("empty"), {}
    shutil.copytree(_home(), empty, symlinks=True)
    for name, story in stories.items():
        _renew(empty)
        told[name] = _told_of(story, _home().with_name(f"before {name}"))
    return told


def _spare_the_disk() -> None:
    """Let nothing wait for the disk: what a killed process has written, the kernel keeps. Its steps are told anyway."""
    os.fsync = lambda _: None  # type: ignore[assignment]
    options = connection.settings_dict["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


def _told_of(story: Story, template: Path) -> dict[str, Any]:
    _, died = _in_a_process(story.before)
    assert not died
    connections.close_all()
    shutil.copytree(_home(), template, symlinks=True)
    steps = _steps_of(story)
    wrong: dict[str, list[str]] = {}
    for trouble, every in story.troubles.items():
        for at in [at for at, step in enumerate(steps) if trouble.concerns(step.kind, step.on)][::every]:
            _renew(template)
            if found := _wrong(story, trouble, at):
                wrong[f"{trouble} at {at}: {steps[at]}"] = found
    return {"steps": [str(step) for step in steps], "wrong": wrong}


def _steps_of(story: Story) -> list[Step]:
    """Let the story be told without trouble, and read for those to come what it read meanwhile."""

    def untroubled() -> list[Any]:
        told = _attempt(story.work, Trouble.NONE, 0)
        assert [*story.look(told["answer"]), *after_all()] == []
        return [told["steps"], [*sys.modules]]

    (steps, modules), died = _in_a_process(untroubled)
    assert not died
    for name in modules:
        with suppress(ImportError):
            importlib.import_module(name)
    return [Step(*each) for each in steps]


def _wrong(story: Story, trouble: Trouble, at: int) -> list[str]:
    """Let trouble strike at this step; return what is wrong afterwards."""
    told, died = _in_a_process(lambda: _attempt(story.work, trouble, at))
    ended = [] if died == (trouble is Trouble.KILL) else ["the work itself broke down"]
    answer = told["answer"] if told else None
    left, failed = _in_a_process(lambda: [*without_bytes(), *story.look(answer), *after_all()])
    return ended + (["the look itself broke down"] if failed else left)


def without_bytes() -> list[str]:
    faults = integrity.faults(timezone.now() + LATER, hashes=True) if database().exists() else ()
    return [f"{fault.kind} {fault.name}" for fault in faults if fault.photo_id]


def settle() -> None:
    """Do what workers do hours later, until nothing waits."""
    real = timezone.now()
    for run in range(1, MOST_RUNS + 1):
        timezone.now = lambda run=run: real + run * LATER  # type: ignore[misc]
        Worker(f"after {run}", DUTIES, clock=timezone.now).run(once=True)
        if not (Photo.objects.filter(status=Photo.Status.QUEUED).exists() or ArchiveImport.objects.open().exists()):
            break


def after_all() -> list[str]:
    """Do what a worker does hours later, and what an administrator then can; return what is wrong in the end."""
    settle()
    unready = Photo.objects.exclude(status=Photo.Status.READY).values_list("filename", flat=True)
    wrong = [f"{name} is not ready" for name in unready]
    for options in (["--repair"], ["--hashes"]):
        told, status = StringIO(), 0
        try:
            call_command("check_integrity", *options, stdout=told)
        except SystemExit as exc:
            status = int(exc.code or 0)
    return wrong + [told.getvalue()] * status


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


def database() -> Path:
    return Path(connection.settings_dict["NAME"])


def _home() -> Path:
    return Path(settings.CLOUDZY_DATA_DIR).parent


def _renew(template: Path) -> None:
    shutil.rmtree(_home())
    shutil.copytree(template, _home(), symlinks=True)
