"""Photos that are in and that the decoder cannot bear any more: three attempts, a reason, and nobody else suffers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import Settings

from photos import pipeline
from photos.decoding import close_decoder, process
from photos.models import Photo, Stage
from photos.tests.deadly_decoder import POISON, SLOW
from photos.tests.interrupted import NOW, states, uploaded
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below, post, post_photo, problem_of
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def deadly(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Decode in a process that some pictures end, from now on."""
    monkeypatch.setattr(process, "MODULE", "photos.tests.deadly_decoder")
    settings.CLOUDZY_DECODER = "child"
    settings.CLOUDZY_DECODER_SECONDS = 1
    close_decoder()
    yield
    close_decoder()


def analysed(photo: Photo, times: int) -> Photo:
    for _ in range(times):
        photo = pipeline.analyse(photo, NOW)
    return photo


@pytest.mark.parametrize(
    ("comment", "reason"),
    [(POISON, "The decoder broke off on this file. Its process was ended by SIGSEGV."),
     (SLOW, "Decoding this file took longer than 1 seconds.")],
    ids=["poison", "hung"],
)  # fmt: skip
def test_a_photo_is_tried_three_times_and_fails_with_its_reason(
    request: pytest.FixtureRequest, settings: Settings, comment: bytes, reason: str
) -> None:
    photo, other = uploaded(jpeg(comment=comment)), uploaded(jpeg(colour="blue"))
    request.getfixturevalue("deadly")

    waiting = analysed(photo, 2)
    before = states(photo)
    failed = analysed(photo, 2)

    assert waiting.status == Photo.Status.QUEUED
    assert before == [("done", 1), ("queued", 2), ("queued", 2), ("queued", 0)]
    assert states(photo) == [("done", 1), ("failed", 3), ("failed", 3), ("done", 1)]
    assert (failed.status, failed.error) == (Photo.Status.FAILED, reason)
    assert analysed(other, 1).status == Photo.Status.READY
    settings.CLOUDZY_DECODER = "inline"
    assert pipeline.repeat(photo, NOW).status == Photo.Status.READY


@pytest.mark.usefixtures("deadly")
def test_a_photo_that_is_borne_at_the_second_attempt_has_its_tags_in_its_caption() -> None:
    photo = uploaded(jpeg())
    path = pipeline.storage.path_of(photo.original)
    whole = path.read_bytes()
    path.write_bytes(jpeg(comment=POISON))
    analysed(photo, 1)
    path.write_bytes(whole)

    ready = analysed(photo, 1)

    assert (ready.status, ready.caption) == (Photo.Status.READY, "A red.")


@pytest.mark.usefixtures("deadly")
@pytest.mark.parametrize("path", ["/upload", "/search/by-image"])
def test_a_bomb_at_the_door_is_refused_and_the_site_goes_on(client: Client, media: object, path: str) -> None:
    bomb = post_photo(client, jpeg(comment=POISON), path=path)
    after = post_photo(client, jpeg())

    assert problem_of(bomb) == (422, "broken_image")
    assert (after.status_code, after.json()["status"]) == (201, "ready")
    assert len([file for file in files_below(media) if "originals" in str(file)]) == 1  # type: ignore[arg-type]


def test_without_a_decoder_uploads_are_refused_and_stages_wait(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = uploaded()
    monkeypatch.setattr(process, "MODULE", "no.such.module")
    settings.CLOUDZY_DECODER = "child"

    waiting = analysed(photo, 4)
    refused = post_photo(client, jpeg(colour="blue"))

    assert (waiting.status, states(photo)[0]) == (Photo.Status.QUEUED, ("queued", 0))
    assert problem_of(refused) == (503, "decoder_unavailable")
    assert int(refused["Retry-After"]) > 0


def test_the_retry_button_gives_a_failed_photo_three_more_attempts(
    client: Client, request: pytest.FixtureRequest
) -> None:
    pk = accept_upload(ContentFile(jpeg(comment=POISON), name="a.jpg"), uploaded().owner, NOW).photo.pk
    request.getfixturevalue("deadly")
    analysed(Photo.objects.get(pk=pk), 3)

    again = post(client, f"/photo/{pk}/analyze").json()

    assert again["status"] == "queued"
    assert Stage.objects.get(photo=pk, name="embedding").attempts == 1
