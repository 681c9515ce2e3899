"""Merging many groups as it is suggested, and taking such merges back: by a worker, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from rest_framework.exceptions import APIException

from accounts.models import User
from photos.duplicates.merging import bringing, merge_quietly, tell
from photos.duplicates.undoing import undo_quietly
from photos.errors import DiskFull, StorageMissing
from photos.models import DuplicateGroup, Merge, MergeRun, Tier

AT_ONCE = 50
GONE = (APIException, DuplicateGroup.DoesNotExist, Merge.DoesNotExist)


class MergingAlready(APIException):
    status_code = 409
    default_code = "conflict"
    default_detail = "Many duplicates are being merged already. Wait until that is done, or cancel it."


class NothingToMerge(APIException):
    status_code = 409
    default_code = "conflict"
    default_detail = "None of these groups is left to decide about."


def begin(user: User, now: datetime, groups: Sequence[int] = (), tier: Tier | None = None) -> MergeRun:
    """Note down that these groups, or all of a tier, are to be merged as it is suggested.

    Raises MergingAlready and NothingToMerge.
    """
    wanted = DuplicateGroup.objects.visible_to(user)
    wanted = wanted.filter(pk__in=groups) if tier is None else wanted.filter(tier=tier)
    with transaction.atomic():
        ids = list(wanted.order_by("pk").values_list("pk", flat=True))
        if not ids:
            raise NothingToMerge
        chosen = ids if tier is None else []
        return _opened(MergeRun(owner=user, tier=tier, chosen=chosen, until=ids[-1], total=len(ids), started_at=now))


def begin_undo(run: MergeRun, now: datetime) -> MergeRun:
    """Note down that the merges of a run are to be taken back, the last one first; raises as `begin` does."""
    merges = run.merges.standing()
    newest = merges.aggregate(newest=Max("pk"))["newest"]
    if newest is None:
        raise NothingToMerge("All of it was taken back already.")
    total = merges.count()
    return _opened(MergeRun(owner=run.owner, undoes=run, last=newest + 1, until=0, total=total, started_at=now))


def cancel(run: MergeRun, now: datetime) -> bool:
    """End a run before the next group; what is merged stays merged. False when it had ended already."""
    return bool(MergeRun.objects.open().filter(pk=run.pk).update(ended_at=now, cancelled=True))


def go_on(run_id: int, now: datetime) -> bool:
    """Do the next groups of a run, each in a transaction of its own; True while there may be more.

    What has changed meanwhile is passed over. One that was cut off is gone on with where it was.
    """
    for number in _next(run_id):
        run = MergeRun.objects.open().filter(pk=run_id).select_related("owner").first()
        if run is None:
            return False
        _do(run, number, now)
    return _is_going_on(run_id, now)


def _do(run: MergeRun, number: int, now: datetime) -> None:
    """Do one group, and note in the same transaction how far the run is; nothing where another did it."""
    done, undoing = None, run.undoes_id is not None
    with _names_for(run, number) as names, transaction.atomic():
        mine = MergeRun.objects.open().filter(pk=run.pk, last=run.last)
        if not mine.update(last=number):
            return
        try:
            if undoing:
                done = undo_quietly(number, run.owner, now)
            else:
                done = merge_quietly(number, run.owner, now, names, run=run)
        except GONE:
            MergeRun.objects.filter(pk=run.pk).update(passed_over=F("passed_over") + 1)
        else:
            MergeRun.objects.filter(pk=run.pk).update(done=F("done") + 1)
    if done:
        tell(done, now)


@contextmanager
def _names_for(run: MergeRun, number: int) -> Iterator[Mapping[str, str]]:
    """Lend what merging a group needs; without any where the disk takes nothing, so that it is passed over."""
    with ExitStack() as lending:
        names: Mapping[str, str] = {}
        if run.undoes_id is None:
            with suppress(DiskFull, StorageMissing):
                names = lending.enter_context(bringing(number, run.owner))
        yield names


def _next(run_id: int) -> Iterator[int]:
    run = MergeRun.objects.open().filter(pk=run_id).select_related("owner").first()
    if run is None:
        return
    if run.undoes_id:
        left = Merge.objects.standing().filter(run=run.undoes_id, pk__lt=run.last).order_by("-pk")
        yield from list(left.values_list("pk", flat=True)[:AT_ONCE])
        return
    groups = DuplicateGroup.objects.visible_to(run.owner).filter(pk__gt=run.last, pk__lte=run.until)
    groups = groups.filter(pk__in=run.chosen) if run.tier is None else groups.filter(tier=run.tier)
    yield from list(groups.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _is_going_on(run_id: int, now: datetime) -> bool:
    if any(True for _ in _next(run_id)):
        return True
    MergeRun.objects.open().filter(pk=run_id).update(ended_at=now)
    return False


def _opened(run: MergeRun) -> MergeRun:
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as exc:  # one more began already
        raise MergingAlready from exc
    return run
