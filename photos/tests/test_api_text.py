from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ai.fakes import FakeReader
from ai.ocr.base import TextReader
from jobs.worker import Worker
from photos import asking, pipeline
from photos.models import Photo, Stage
from photos.tests.factories import make_user
from photos.tests.interrupted import NOW, uploaded
from photos.tests.requesting import post, problem_of

pytestmark = pytest.mark.django_db

UseReader = Callable[[TextReader], None]
NOTHING: dict[str, Any] = {"text": "", "lines": [], "model": "", "read_at": None}


@pytest.fixture
def photo(use_reader: UseReader) -> Photo:
    """A photo on which `Gate 14` was read."""
    use_reader(FakeReader(says=["Gate", "<b>14</b>"]))
    photo = pipeline.analyse(uploaded(), NOW)
    asking.ask_for(Stage.Name.TEXT, [photo.pk])
    return pipeline.analyse(photo, NOW, [Stage.Name.TEXT])


def text_of(client: Client, pk: int) -> Any:
    return client.get(f"/photo/{pk}/text").json()


def work() -> None:
    worker = Worker("a")
    while worker.step():
        pass


def test_the_text_is_answered_with_the_place_of_each_line(client: Client, photo: Photo) -> None:
    answer = text_of(client, photo.pk)

    assert answer["text"] == "Gate\n<b>14</b>"
    assert answer["lines"][0] == {"text": "Gate", "confidence": 0.9, "box": [[0, 0], [1, 0], [1, 0.5], [0, 0.5]]}
    assert (answer["model"], answer["status"]) == ("fake reader", "done")
    assert answer["read_at"] == NOW.isoformat().replace("+00:00", "Z")


def test_a_photo_nobody_has_read_has_none(client: Client, make_photo: Callable[..., Photo]) -> None:
    assert text_of(client, make_photo().pk) == NOTHING | {"status": None}


def test_a_photo_that_waits_says_so(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    asking.ask_for(Stage.Name.TEXT, [photo.pk])

    assert text_of(client, photo.pk) == NOTHING | {"status": "queued"}


def test_published_answers_are_as_they_were(client: Client, photo: Photo) -> None:
    assert not {"text", "lines", "recognised"} & set(client.get(f"/photo/{photo.pk}").json())
    assert not {"text", "lines", "recognised"} & set(client.get("/photos").json()[0])


def test_what_is_trashed_anothers_or_not_there_has_no_text(client: Client, make_photo: Callable[..., Photo]) -> None:
    trashed, hers = make_photo(trashed=True), make_photo(owner=make_user("eve"))

    answers = [client.get(f"/photo/{pk}/text") for pk in (trashed.pk, hers.pk, 4711)]

    assert [problem_of(answer) for answer in answers] == [(404, "not_found")] * 3


def test_unknown_parameters_are_refused(client: Client, photo: Photo) -> None:
    assert problem_of(client.get(f"/photo/{photo.pk}/text?lang=de")) == (400, "bad_request")


def test_text_is_found_and_said_to_be_the_reason(client: Client, photo: Photo) -> None:
    [result] = client.get("/search", {"q": "gate"}).json()["results"]

    assert (result["photo_id"], result["matched_by"]) == (photo.pk, ["text"])


def test_naming_the_stage_reads_the_picture_again_soon(client: Client, photo: Photo, use_reader: UseReader) -> None:
    use_reader(FakeReader(says=["Gate 15"]))

    answer = post(client, f"/photo/{photo.pk}/analyze", {"stages": ["text"]})
    at_once = text_of(client, photo.pk)
    work()

    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert (at_once["status"], at_once["text"]) == ("queued", "Gate\n<b>14</b>")
    assert (text_of(client, photo.pk)["status"], text_of(client, photo.pk)["text"]) == ("done", "Gate 15")


def test_naming_the_stage_reads_a_picture_never_read(
    client: Client, make_photo: Callable[..., Photo], use_reader: UseReader
) -> None:
    use_reader(FakeReader(says=["Gate 15"]))
    photo = make_photo()

    post(client, f"/photo/{photo.pk}/analyze", {"stages": ["text", "caption"]})
    work()

    assert text_of(client, photo.pk)["text"] == "Gate 15"


def test_naming_the_stage_where_it_is_switched_off_is_refused(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    answer = post(client, f"/photo/{photo.pk}/analyze", {"stages": ["text"]})

    assert problem_of(answer) == (409, "no_reader")
    assert "CLOUDZY_OCR" in answer.json()["detail"]
    assert not photo.stages.filter(name="text").exists()
