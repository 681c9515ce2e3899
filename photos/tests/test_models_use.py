"""The actions of `manage.py models` that change the model of the library."""

from __future__ import annotations

import builtins
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from ai.tests.clip_models import build_immich
from jobs.models import Run
from jobs.worker import Worker
from photos import storage, thumbnails
from photos.models import ActiveModel, ModelMigration
from photos.tests.migrated import NEW, OLD, active_key, begin, migrated, upload, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_encoder")]


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("models", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def finish() -> None:
    worker = Worker("a")
    while worker.step():
        pass


def test_a_migration_is_left_to_the_worker_which_ends_it() -> None:
    upload("red", "blue")

    told = run("use", "other", "--yes")

    assert f"On its way: {OLD} to {NEW}." in told
    assert (active_key(), Run.objects.get().job.queue_name) == (OLD, "embed")
    finish()
    assert active_key() == NEW
    told = run("status")
    assert f"The library is read with other ({NEW})." in told
    assert "switched, 2 of 2 photos (100 %)" in told
    assert "`manage.py models rollback` goes back to fake" in told


def test_a_migration_can_be_done_here_and_now() -> None:
    upload("red", "blue")

    told = run("use", "other", "--yes", "--now")

    assert "switched, 2 of 2 photos (100 %)" in told
    assert (active_key(), Run.objects.count()) == (NEW, 0)


def test_asking_twice_queues_one_job() -> None:
    upload("red")

    run("use", "other", "--yes")
    run("use", "other", "--yes", "--throttle", "10")

    assert Run.objects.count() == 1
    assert ModelMigration.objects.get().share == 10


def test_an_installed_model_is_used_by_its_name(settings: Settings, tmp_path: Path) -> None:
    settings.CLOUDZY_MODELS_DIR = tmp_path / "models"
    run("add", "mine", "--from", str(build_immich(tmp_path / "given").folder))
    upload("red")

    run("use", "mine", "--yes", "--now")

    assert ActiveModel.objects.get().encoder == "clip:mine"
    assert active_key().startswith("mine@")


@pytest.mark.parametrize(("name", "cure"), [("missing", "models add missing"), ("clip:gone", "models add gone")])
def test_a_model_that_is_not_there_is_told_with_what_to_run(
    name: str, cure: str, settings: Settings, tmp_path: Path
) -> None:
    settings.CLOUDZY_MODELS_DIR = tmp_path / "models"
    upload("red")

    with pytest.raises(CommandError, match=cure):
        run("use", name, "--yes")

    assert not ModelMigration.objects.exists()


def test_a_person_at_a_terminal_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    upload("red")
    monkeypatch.setattr("sys.stdin", Terminal())
    answers = iter(["n", "y"])
    monkeypatch.setattr(builtins, "input", lambda _: next(answers))

    with pytest.raises(CommandError, match="Nothing was changed"):
        run("use", "other")
    assert not ModelMigration.objects.exists()
    run("use", "other")

    assert ModelMigration.objects.exists()


def test_a_migration_under_review_is_switched_by_a_person() -> None:
    upload("red", "blue")
    run("use", "other", "--yes", "--now", "--review")
    assert active_key() == OLD
    assert "run `manage.py models switch`" in run("status")

    told = run("switch")

    assert ("The library is read with other" in told, active_key()) == (True, NEW)
    with pytest.raises(CommandError, match="No migration is running"):
        run("switch")


def test_a_switch_before_all_is_embedded_asks_for_patience() -> None:
    upload("red")
    work(begin(review=True))
    upload("blue")

    with pytest.raises(CommandError, match="Photos have come in since"):
        run("switch")


def test_the_comparison_is_shown_query_by_query() -> None:
    with pytest.raises(CommandError, match="Nothing has been compared yet"):
        run("compare")
    migrated("red", "blue")

    told = run("compare")

    assert "Of the ten best photos 100 % stay, as the mean of 2 searches." in told
    assert "100 % stay; come none; go none" in told


def test_going_back_and_giving_up_the_way_back() -> None:
    migrated("red")

    assert "read with fake again" in run("rollback")
    assert active_key() == OLD
    assert "Settled; 1 vectors deleted." in run("settle", "--yes")
    with pytest.raises(CommandError, match="no model to go back to"):
        run("rollback")


def test_a_cancelled_migration_says_so() -> None:
    upload("red")
    begin()

    assert "Cancelled" in run("cancel")
    assert ": cancelled, " in run("status")
    with pytest.raises(CommandError, match="No migration is running"):
        run("cancel")


def test_photos_that_could_not_be_embedded_are_named() -> None:
    lost, *_ = upload("red", "blue", "green")
    thumbnails.remove(storage.media_root(), lost.original)
    storage.path_of(lost.original).unlink()

    told = run("use", "other", "--yes", "--now")

    assert "1 photos could not be embedded:" in told
    assert f"photo {lost.pk}: The file of this photo is not in the storage." in told


def test_what_a_worker_is_at_is_not_done_here_too() -> None:
    upload("red")
    migration = begin()
    assert ModelMigration.objects.take(migration.pk, uuid.uuid4(), [], timezone.now())

    with pytest.raises(CommandError, match="A worker is at it already"):
        run("use", "other", "--yes", "--now")


def test_the_status_of_an_empty_library_names_the_encoder_that_waits() -> None:
    assert "its first photo makes it one of fake" in run("status")


def test_the_status_tells_of_settings_that_ask_for_another_model(settings: Settings) -> None:
    upload("red")
    settings.CLOUDZY_ENCODER = "other"

    assert "CLOUDZY_ENCODER says other, the library is in fake" in run("status")
