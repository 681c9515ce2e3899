"""Merging many groups at once, and taking it all back: by workers that may die in the middle."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from jobs.models import Run
from jobs.worker import Worker
from photos import tasks
from photos.duplicates import runs
from photos.duplicates.runs import MergingAlready, NothingToMerge
from photos.models import DuplicateGroup, Merge, MergeRun, Photo, Tier
from photos.tests.duplicated import NOW, seen
from photos.tests.factories import make_user
from photos.tests.test_pages_duplicates import groups

pytestmark = pytest.mark.django_db


def work() -> None:
    worker = Worker("a")
    while worker.step():
        pass


def numbers(found: list[DuplicateGroup]) -> list[int]:
    return [group.pk for group in found]


def facts(run: MergeRun) -> tuple[int, int, int, bool]:
    run.refresh_from_db()
    return run.total, run.done, run.passed_over, run.ended_at is not None


def test_chosen_groups_are_merged_and_no_others(owner: User) -> None:
    found = groups(owner, 4)

    run = tasks.merge_many(owner, NOW, numbers(found[:3]))
    work()

    assert facts(run) == (3, 3, 0, True)
    assert list(DuplicateGroup.objects.visible_to(owner)) == found[3:]
    assert set(Merge.objects.values_list("run", flat=True)) == {run.pk}


def test_all_of_a_kind_are_merged_as_they_were_when_it_was_asked(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 2)
    seen(None, pixels="a"), seen(None, pixels="a")
    found = groups(owner, 5)[1:]

    run = tasks.merge_many(owner, NOW, tier=Tier.NEAR)
    later = DuplicateGroup.objects.create(owner=owner, tier=Tier.NEAR, keeper=seen(None), found_at=NOW)
    later.members.create(photo=later.keeper, closeness=1)
    later.members.create(photo=seen(None), closeness=1)
    work()

    assert facts(run) == (5, 5, 0, True)
    assert len(found) == 5
    assert set(DuplicateGroup.objects.visible_to(owner).values_list("tier", flat=True)) == {Tier.PIXELS, Tier.NEAR}
    assert later in DuplicateGroup.objects.visible_to(owner)


def test_what_has_changed_meanwhile_is_passed_over(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    found = groups(owner, 3)
    run = tasks.merge_many(owner, NOW, numbers(found))
    as_it_is = runs.merge_quietly

    def hasty(group_id: int, *arguments: Any, **named: Any) -> Merge:
        if group_id == found[1].pk:
            found[1].keeper.trash(NOW)
        return as_it_is(group_id, *arguments, **named)

    monkeypatch.setattr(runs, "merge_quietly", hasty)
    work()

    assert facts(run) == (3, 2, 1, True)


def test_a_worker_that_dies_in_the_middle_leaves_whole_merges_and_another_goes_on(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = groups(owner, 4)
    run = tasks.merge_many(owner, NOW, numbers(found))
    trashing, seen_so_far = Photo.trash, []

    class Killed(BaseException):
        pass

    def deadly(photo: Photo, now: Any) -> None:
        seen_so_far.append(photo.pk)
        if len(seen_so_far) == 3:
            raise Killed
        trashing(photo, now)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Photo, "trash", deadly)
        runs.go_on(run.pk, NOW)
    cut_off = facts(run), Photo.objects.in_trash_of(owner).count()

    while runs.go_on(run.pk, NOW):
        pass

    assert cut_off == ((4, 2, 0, False), 2)
    assert facts(run) == (4, 4, 0, True)
    assert Merge.objects.count() == 4


def test_a_run_that_nobody_is_at_is_queued_again(owner: User) -> None:
    run = runs.begin(owner, NOW, numbers(groups(owner, 1)))

    tasks.look_after_merge_runs(NOW)
    tasks.look_after_merge_runs(NOW)
    queued = Run.objects.unfinished(tasks.go_on_merging).count()
    work()

    assert queued == 1
    assert facts(run) == (1, 1, 0, True)


def test_it_is_all_taken_back(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 2)
    found = groups(owner, 5)
    run = tasks.merge_many(owner, NOW, tier=Tier.NEAR)
    work()

    undoing = tasks.undo_many(run, NOW + timedelta(hours=1))
    work()

    assert facts(undoing) == (5, 5, 0, True)
    assert not Photo.objects.in_trash_of(owner).exists()
    assert list(DuplicateGroup.objects.visible_to(owner).order_by("pk")) == found
    with pytest.raises(NothingToMerge):
        tasks.undo_many(run, NOW)


def test_what_cannot_be_taken_back_is_passed_over(owner: User) -> None:
    groups(owner, 3)
    run = tasks.merge_many(owner, NOW, tier=Tier.NEAR)
    work()
    Photo.objects.in_trash_of(owner)[0].delete()

    undoing = tasks.undo_many(run, NOW)
    work()

    assert facts(undoing) == (3, 2, 1, True)


def test_one_runs_at_a_time_for_each_person(owner: User) -> None:
    stranger = make_user("eve")
    groups(owner, 1), groups(stranger, 1)
    run = tasks.merge_many(owner, NOW, tier=Tier.NEAR)

    with pytest.raises(MergingAlready):
        tasks.merge_many(owner, NOW, tier=Tier.NEAR)

    assert tasks.merge_many(stranger, NOW, tier=Tier.NEAR).owner == stranger
    assert runs.cancel(run, NOW)
    assert not runs.cancel(run, NOW)
    assert not runs.go_on(run.pk, NOW)
    assert tasks.merge_many(owner, NOW, tier=Tier.NEAR)


def test_groups_of_others_cannot_be_chosen(owner: User) -> None:
    found = groups(make_user("eve"), 2)

    with pytest.raises(NothingToMerge):
        tasks.merge_many(owner, NOW, numbers(found))
