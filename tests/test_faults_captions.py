"""Faults 47 to 51 and 56 of captioners: servers at their worst, workers that die, models that are not there."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image
from pytest_django import Settings

from ai import installing
from ai.captioners.base import Captioner, Described
from ai.captioners.loading import forget_captioner
from ai.captioners.openai import FAILURES_IN_A_ROW
from ai.fakes import FakeCaptioner
from ai.tests import caption_server
from ai.tests.caption_server import CaptionServer, described, says
from ai.tests.tiny_captioner import Kind, write_captioner
from jobs.models import MAX_ATTEMPTS, Run
from jobs.tests.running import RunningWorker, eventually
from jobs.worker import Worker
from photos import captioning
from photos.models import Photo, Stage
from photos.tasks import queue_undescribed
from photos.tests.pictures import jpeg
from photos.tests.requesting import post_photo

pytestmark = pytest.mark.django_db

Use = Callable[[str], None]


@pytest.fixture
def ask(settings: Settings) -> Iterator[Use]:
    """Make the server at an address the captioner of the settings."""

    def use(url: str) -> None:
        settings.CLOUDZY_CAPTIONER = "openai"
        settings.CLOUDZY_CAPTION_URL, settings.CLOUDZY_CAPTION_MODEL = url, "tiny-vision"
        settings.CLOUDZY_CAPTION_TIMEOUT = 1  # for those that hang

    yield use
    forget_captioner()


def work() -> None:
    """Find what is to be described and do every job there is, without the pauses between attempts."""
    queue_undescribed(timezone.now())
    worker = Worker("a")
    while worker.step():
        skip_pauses()


def skip_pauses() -> int:
    return DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())


def stage_of(photo: Photo) -> Stage:
    return photo.stages.get(name=Stage.Name.DESCRIPTION)


@pytest.mark.parametrize(
    "behaviour",
    [
        caption_server.html,
        caption_server.five_megabytes,
        caption_server.broken_json,
        caption_server.redirect,
        caption_server.hangs,
        caption_server.status(500),
    ],
)
def test_47_a_bad_server_is_asked_three_times_and_the_photo_stays_usable(
    ask: Use, photo: Photo, behaviour: caption_server.Behaviour
) -> None:
    with CaptionServer(behaviour) as server:
        ask(server.url)
        work()

    assert (len(server.asked), server.followed) == (MAX_ATTEMPTS, False)
    assert (stage_of(photo).status, stage_of(photo).error[:18]) == ("failed", "The caption server")
    assert [(run.job.status, run.attempts) for run in Run.objects.select_related("job")] == [("FAILED", 3)]
    photo.refresh_from_db()
    assert (photo.status, photo.caption) == (Photo.Status.READY, "A red.")


def test_47_a_server_that_fails_for_all_is_spared_and_the_rest_waits(
    ask: Use, make_photo: Callable[..., Photo]
) -> None:
    photos = [make_photo() for _ in range(FAILURES_IN_A_ROW + 2)]

    with CaptionServer(caption_server.status(500)) as server:
        ask(server.url)
        work()
        work()

    assert len(server.asked) == FAILURES_IN_A_ROW
    failed = Stage.objects.filter(name=Stage.Name.DESCRIPTION, status="failed").count()
    assert failed <= FAILURES_IN_A_ROW // MAX_ATTEMPTS
    assert len(captioning.undescribed(timezone.now())) == len(photos) - failed


def test_48_markup_in_an_answer_is_text_on_the_page(ask: Use, photo: Photo, client: Client) -> None:
    with CaptionServer(says(described("<script>alert(1)</script>", tags=["<b>x</b>"]))) as server:
        ask(server.url)
        work()

    page = client.get(photo.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "0.0.0.0", "224.0.0.1"])  # noqa: S104
def test_49_an_address_nobody_may_be_sent_to_is_never_asked(ask: Use, photo: Photo, host: str, client: Client) -> None:
    ask(f"http://{host}:9")

    work()

    assert (stage_of(photo).status, stage_of(photo).attempts) == ("queued", 0)
    assert "an address that is never asked" in stage_of(photo).error
    assert any("an address that is never asked" in problem for problem in client.get("/health").json()["problems"])


@pytest.fixture
def worker(transactional_db: None) -> Iterator[RunningWorker]:  # noqa: ARG001 - others must see its rows
    running = RunningWorker()
    yield running
    running.end()


def test_50_a_description_whose_worker_is_killed_is_written_once_by_the_next(
    worker: RunningWorker, make_photo: Callable[..., Photo]
) -> None:
    photo = make_photo(caption="A red.")

    with CaptionServer(caption_server.hangs, says(described("A red dog."))) as server:
        worker.environment |= {
            "CLOUDZY_CAPTIONER": "openai",
            "CLOUDZY_CAPTION_URL": server.url,
            "CLOUDZY_CAPTION_MODEL": "tiny-vision",
        }
        worker.start()
        eventually(lambda: server.asked)
        os.kill(int(Run.objects.get().worker.rpartition(":")[2]), signal.SIGKILL)
        eventually(skip_pauses)
        eventually(lambda: stage_of(photo).status == "done")

    photo.refresh_from_db()
    assert (photo.caption, len(server.asked), stage_of(photo).attempts) == ("A red dog.", 2, 2)


class Killed(BaseException):
    """Ends a worker in the middle of its work as a signal would: nothing catches it."""


class Poisoned(FakeCaptioner):
    """Dies of the one picture that is mostly red."""

    def describe(self, image: Image.Image) -> Described:
        said = super().describe(image)
        if "red" in said.tags:
            raise Killed
        return said


def test_51_a_photo_that_kills_its_workers_fails_the_queue_goes_on_and_it_can_be_tried_again(
    use_captioner: Callable[[Captioner], None], photo: Photo, client: Client
) -> None:
    use_captioner(Poisoned())
    other = Photo.objects.get(pk=post_photo(client, jpeg(colour="blue")).json()["id"])
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Killed):
            work()
        Run.objects.expire("a", timezone.now(), "Its process was ended by SIGKILL.")
        Run.objects.return_lost(timezone.now())
        skip_pauses()
    work()
    assert (stage_of(photo).status, stage_of(photo).error) == ("failed", "The analysis broke off 3 times.")
    assert stage_of(other).status == "done"

    use_captioner(FakeCaptioner())
    client.post(reverse("photos:analyze", args=[photo.pk]), {"stage": "description"})
    work()

    photo.refresh_from_db()
    assert (stage_of(photo).status, photo.caption) == ("done", "Mostly red.")


@pytest.fixture
def given(tmp_path: Path) -> Path:
    return write_captioner(tmp_path / "given", Kind("blip", merged=True), seed=1)


@pytest.fixture(params=["missing", "half", "flipped"])
def sick_model(request: pytest.FixtureRequest, settings: Settings, given: Path, tmp_path: Path) -> Iterator[Path]:
    """Put the caption model of the settings into one of the states it can be found in; return the folder of models."""
    models = tmp_path / "models"
    settings.CLOUDZY_MODELS_DIR, settings.CLOUDZY_CAPTIONER = models, "local:speaker"
    if request.param != "missing":
        graph = installing.add(models, "speaker", given, lambda *_: None).folder / "encoder_model.onnx"
        data = graph.read_bytes()
        middle = len(data) // 2
        found = {"half": data[:middle], "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]}
        graph.write_bytes(found[str(request.param)])
    yield models
    forget_captioner()


def test_56_without_its_caption_model_all_works_and_descriptions_wait(
    sick_model: Path, given: Path, client: Client
) -> None:
    uploaded = post_photo(client).json()
    photo = Photo.objects.get(pk=uploaded["id"])
    assert (uploaded["status"], uploaded["caption"]) == ("ready", "A red.")
    work()
    assert not Run.objects.exists()
    health = client.get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "healthy")
    assert any("manage.py models add speaker" in problem for problem in health.json()["problems"])

    installing.add(sick_model, "speaker", given, lambda *_: None)
    work()

    assert stage_of(photo).status == "done"
    photo.refresh_from_db()
    assert photo.authors == {"caption": "speaker"}
