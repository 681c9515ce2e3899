from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from ai.captioners.base import CaptionerUnavailable, CaptionFailed
from ai.encoders.base import Encoder, model_key
from ai.fakes import FakeCaptioner, FakeEncoder
from jobs.models import Run
from jobs.worker import Worker
from photos import missing
from photos.embeddings import models_of, models_with_vectors
from photos.models import ActiveModel, Photo, Stage
from photos.models.stage import LEASE
from photos.tests.factories import at
from photos.tests.pictures import jpeg
from photos.tests.requesting import post_photo

pytestmark = pytest.mark.django_db

NOW = at("2024-05-01 12:00")


def process_missing(*options: str) -> str:
    """Do it at once, not in a worker, unless an option says otherwise."""
    told = StringIO()
    call_command("process_missing", *(options or ["--now"]), stdout=told)
    return told.getvalue()


def test_unfinished_is_what_waits_or_was_lost(make_photo: Callable[..., Photo]) -> None:
    done, waits, lost, at_work, trashed = (make_photo() for _ in range(5))
    waits.stages.filter(name="caption").update(status="queued")
    lost.stages.filter(name="caption").update(status="running", claimed_at=NOW - 2 * LEASE)
    at_work.stages.filter(name="caption").update(status="running", claimed_at=NOW - timedelta(seconds=1))
    trashed.stages.update(status="queued")
    trashed.trash(NOW)

    assert missing.unfinished(NOW) == [waits.pk, lost.pk]
    assert done.pk not in missing.unfinished(NOW)


def test_completing_passes_over_what_was_deleted_meanwhile(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    done = list(missing.complete([4711, photo.pk], NOW))

    assert done == [photo]


def test_photos_that_came_in_without_an_encoder_are_completed_later(
    client: Client, settings: Settings, no_encoder: object
) -> None:
    assert no_encoder
    pk = post_photo(client).json()["id"]
    assert client.get(f"/photo/{pk}").json()["status"] == "queued"
    settings.CLOUDZY_ENCODER = "fake"

    told = process_missing()

    photo = client.get(f"/photo/{pk}").json()
    assert (photo["status"], photo["tags"], photo["caption"]) == ("ready", ["red"], "A red.")
    assert "1 photos wait" in told
    assert "Finishing: 1 ready, 0 failed, 0 queued" in told


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_the_command_says_so_and_ends() -> None:
    with pytest.raises(CommandError, match=r"image\.onnx"):
        process_missing()


def test_only_saying_what_is_missing_changes_nothing(make_photo: Callable[..., Photo]) -> None:
    poison = make_photo()
    poison.stages.filter(name="embedding").update(status="running", attempts=3, claimed_at=NOW)

    process_missing("--dry-run")

    assert poison.stages.get(name="embedding").status == "running"


def belongs_to(encoder: Encoder) -> None:
    """Let the library have been changed to another model, and these photos left behind."""
    ActiveModel.objects.update(key=model_key(encoder))


def test_a_new_revision_of_the_encoder_is_told_with_its_cure_and_changes_nothing(
    client: Client, use_encoder: Callable[[Encoder], None]
) -> None:
    post_photo(client)
    use_encoder(FakeEncoder(revision="2"))

    with pytest.raises(CommandError, match="models use fake"):
        process_missing()

    assert models_of(Photo.objects.get().pk) == ["fake@1-32d"]


def test_photos_that_another_model_embedded_are_embedded_anew(
    client: Client, use_encoder: Callable[[Encoder], None]
) -> None:
    pks = [post_photo(client, jpeg(colour=colour)).json()["id"] for colour in ("red", "blue")]
    use_encoder(second := FakeEncoder(revision="2"))
    belongs_to(second)

    counted = process_missing("--dry-run")
    assert "2 have a vector of another model than fake@2-32d" in counted
    assert models_with_vectors() == {"fake@1-32d"}
    process_missing()

    assert Photo.objects.embedded_by("fake@2-32d").filter(status="ready").count() == 2
    assert [client.get(f"/photo/{pk}").json()["tags"] for pk in pks] == [["red"], ["blue"]]
    assert "0 have a vector of another model" in process_missing("--dry-run")


def test_until_then_the_photos_keep_their_old_vector(
    client: Client, use_encoder: Callable[[Encoder], None], make_photo: Callable[..., Photo]
) -> None:
    photo = make_photo(embedding=np.ones(32))
    use_encoder(FakeEncoder(revision="2"))

    assert len(client.get(f"/photo/{photo.pk}").json()["embedding"]) == 32


def test_failed_photos_are_repeated_only_where_asked(client: Client) -> None:
    pk = post_photo(client).json()["id"]
    Stage.objects.filter(name="embedding").update(status="failed", error="why", attempts=3)
    Photo.objects.get().settle()

    process_missing()
    assert client.get(f"/photo/{pk}").json()["status"] == "failed"
    process_missing("--failed", "--now")

    assert client.get(f"/photo/{pk}").json()["status"] == "ready"


def test_a_lost_worker_is_replaced_and_a_photo_that_kills_them_is_given_up(make_photo: Callable[..., Photo]) -> None:
    lost, poison = make_photo(), make_photo()
    lost.stages.update(status="running", attempts=1, claimed_at=NOW)
    poison.stages.filter(name="embedding").update(status="running", attempts=3, claimed_at=NOW)

    process_missing()

    lost.refresh_from_db()
    poison.refresh_from_db()
    assert lost.status == Photo.Status.READY
    assert (poison.status, poison.error) == (Photo.Status.FAILED, "The analysis broke off 3 times.")


def test_what_photos_lack_is_queued_by_its_importance(
    client: Client, make_photo: Callable[..., Photo], use_encoder: Callable[[Encoder], None]
) -> None:
    stale = post_photo(client).json()["id"]
    use_encoder(second := FakeEncoder(revision="2"))
    belongs_to(second)
    waits, failed = make_photo(), make_photo()
    waits.stages.update(status="queued")
    failed.stages.filter(name="embedding").update(status="failed", error="why")
    failed.settle()

    told = process_missing("--failed")

    queued = {(run.subject, run.job.queue_name) for run in Run.objects.select_related("job")}
    assert queued == {(f"{waits.pk}", "ingest"), (f"{failed.pk}", "ingest"), (f"{stale}", "embed")}
    assert "Finishing: 1 queued" in told and "Embedding anew: 1 queued" in told
    worker = Worker("a")
    while worker.step():
        pass
    assert Photo.objects.embedded_by("fake@2-32d").filter(status="ready").count() == 3


def test_what_is_queued_already_is_not_queued_twice(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    photo.stages.update(status="queued")
    process_missing("--failed")

    told = process_missing("--failed")

    assert "Finishing: 0 queued" in told
    assert Run.objects.count() == 1


def test_taking_back_frees_only_what_the_lost_worker_held(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    mine, other = uuid.uuid4(), uuid.uuid4()
    photo.stages.filter(name="embedding").update(status="running", attempts=1, claim=mine)
    photo.stages.filter(name="caption").update(status="running", attempts=1, claim=other)

    missing.take_back(photo.pk, [mine], NOW)

    states = dict(photo.stages.values_list("name", "status"))
    assert (states["embedding"], states["caption"]) == ("queued", "running")


@pytest.mark.usefixtures("fake_captioner")
def test_process_missing_describes_what_nobody_described(photo: Photo) -> None:
    assert "1 photos wait for a description." in process_missing("--dry-run")

    told = process_missing("--now")

    photo.refresh_from_db()
    assert photo.caption == "Mostly red."
    assert "Describing: 1 of 1 described" in told


@pytest.mark.usefixtures("fake_captioner", "photo")
def test_process_missing_queues_descriptions_each_once() -> None:
    assert "Describing: 1 queued" in process_missing("--failed")

    told = process_missing("--failed")

    assert "Describing: 0 queued" in told
    assert [run.job.queue_name for run in Run.objects.select_related("job")] == ["caption"]


def test_failed_descriptions_are_repeated_only_where_asked(fake_captioner: FakeCaptioner, photo: Photo) -> None:
    fake_captioner.error = CaptionFailed("too slow")
    assert "Describing: 0 of 1 described" in process_missing("--now")
    fake_captioner.error = None

    process_missing("--now")
    assert photo.stages.get(name=Stage.Name.DESCRIPTION).status == "failed"
    process_missing("--failed", "--now")

    assert photo.stages.get(name=Stage.Name.DESCRIPTION).status == "done"


def test_what_is_described_is_described_anew_only_where_asked(
    settings: Settings, fake_captioner: FakeCaptioner, photo: Photo
) -> None:
    process_missing("--now")
    process_missing("--now")
    assert fake_captioner.asked == 1

    assert "To be described anew: 1" in process_missing("--redescribe", "--now")
    assert fake_captioner.asked == 2
    settings.CLOUDZY_CAPTIONER = "template"
    assert "Given back to the template: 1" in process_missing("--redescribe")

    photo.refresh_from_db()
    assert photo.caption == "A red."


@pytest.mark.usefixtures("photo")
def test_process_missing_says_who_waits_for_an_unavailable_captioner(fake_captioner: FakeCaptioner) -> None:
    fake_captioner.error = CaptionerUnavailable("The caption server is busy.")

    with pytest.raises(CommandError, match=r"is busy\. 1 photos wait"):
        process_missing("--now")


@pytest.mark.usefixtures("photo")
def test_process_missing_asks_nobody_where_the_template_is_the_captioner() -> None:
    assert "escri" not in process_missing()
