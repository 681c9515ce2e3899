from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from ai.captioners.base import Captioner, CaptionerUnavailable, CaptionFailed, Described
from ai.fakes import FakeCaptioner
from photos import captioning, curation, missing, pipeline, storage, thumbnails
from photos.models import Photo, PhotoTag, Stage
from photos.models.stage import LEASE, MAX_ATTEMPTS
from photos.tests.factories import at

NOW = at("2024-05-01 12:00")
NEXT_LEASE = LEASE + timedelta(seconds=1)
pytestmark = pytest.mark.django_db


class Meanwhile(FakeCaptioner):
    """Lets the test do something while the captioner looks at the picture."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.act = act

    def describe(self, image: Image.Image) -> Described:
        self.act()
        return super().describe(image)


def stage_of(photo: Photo) -> Stage:
    return photo.stages.get(name=Stage.Name.DESCRIPTION)


def test_an_upload_waits_for_no_captioner(fake_captioner: FakeCaptioner, photo: Photo) -> None:
    assert (photo.status, photo.caption, fake_captioner.asked) == (Photo.Status.READY, "A red.", 0)


def test_a_captioner_replaces_the_template_and_adds_tags(fake_captioner: FakeCaptioner, photo: Photo) -> None:
    photo = captioning.describe_photo(photo, NOW)

    assert photo.caption == "Mostly red."
    assert photo.description.startswith("The picture is")
    assert photo.authors == {"caption": "seer", "description": "seer"}
    assert photo.tag_names == ["red", "red surface"]
    said = PhotoTag.objects.get(tag__name="red surface")
    assert (said.source, said.model, said.probability) == ("machine", "captioner:seer", None)
    assert (photo.status, stage_of(photo).status, fake_captioner.asked) == ("ready", "done", 1)


@pytest.mark.usefixtures("fake_captioner")
def test_the_encoder_s_tags_and_the_captioner_s_do_not_replace_each_other(photo: Photo) -> None:
    captioning.describe_photo(photo, NOW)

    photo = pipeline.repeat(photo, NOW, [Stage.Name.EMBEDDING])

    assert photo.tag_names == ["red", "red surface"]
    assert PhotoTag.objects.get(tag__name="red").model == "fake@1-32d"


def test_what_is_described_is_not_described_again(fake_captioner: FakeCaptioner, photo: Photo) -> None:
    captioning.describe_photo(photo, NOW)

    captioning.describe_photo(photo, NOW)

    assert (fake_captioner.asked, captioning.undescribed(NOW)) == (1, [])


@pytest.mark.usefixtures("fake_captioner")
def test_the_template_and_the_file_do_not_write_over_a_captioner_s_words(photo: Photo) -> None:
    captioning.describe_photo(photo, NOW)

    photo = pipeline.repeat(photo, NOW, Stage.ORDER)

    assert (photo.caption, photo.description[:14]) == ("Mostly red.", "The picture is")


@pytest.mark.usefixtures("fake_captioner")
def test_rejecting_what_the_captioner_named_brings_the_template_back_for_good(photo: Photo) -> None:
    photo = captioning.describe_photo(photo, NOW)

    curation.edit_photo(photo, {"tags": ["boat"]}, NOW)
    assert photo.caption == "A photo tagged “boat”."
    Stage.objects.filter(name=Stage.Name.DESCRIPTION).request([Stage.Name.DESCRIPTION])
    photo = captioning.describe_photo(photo, NOW)

    assert (photo.caption, photo.tag_names) == ("A photo tagged “boat”.", ["boat"])


@pytest.mark.usefixtures("fake_captioner")
def test_a_whole_list_of_tags_that_a_person_set_gets_none_of_a_captioner_s(photo: Photo) -> None:
    curation.edit_photo(photo, {"tags": ["red", "boat"]}, NOW)

    assert sorted(captioning.describe_photo(photo, NOW).tag_names) == ["boat", "red"]


def test_what_a_person_says_meanwhile_is_kept(use_captioner: Callable[[Captioner], None], photo: Photo) -> None:
    use_captioner(Meanwhile(lambda: Photo.objects.get(pk=photo.pk).edit({"caption": "Mine.", "description": None})))

    photo = captioning.describe_photo(photo, NOW)

    assert (photo.caption, photo.description, photo.authors) == ("Mine.", "", {})


def test_a_late_result_for_a_deleted_photo_is_nothing(use_captioner: Callable[[Captioner], None], photo: Photo) -> None:
    use_captioner(Meanwhile(lambda: curation.purge(Photo.objects.get(pk=photo.pk))))

    captioning.describe_photo(photo, NOW)
    captioning.describe_photo(photo, NOW)

    assert not Photo.objects.exists()
    assert not Stage.objects.exists()


def test_a_worker_that_lost_its_claim_overwrites_nothing(
    use_captioner: Callable[[Captioner], None], photo: Photo
) -> None:
    def another_worker() -> None:
        use_captioner(FakeCaptioner("faster"))
        captioning.describe_photo(photo, NOW + NEXT_LEASE)

    use_captioner(Meanwhile(another_worker))

    photo = captioning.describe_photo(photo, NOW)

    assert photo.authors["caption"] == "faster"
    assert stage_of(photo).attempts == 2


def test_an_unavailable_captioner_is_waited_for_without_an_attempt(fake_captioner: FakeCaptioner, photo: Photo) -> None:
    fake_captioner.error = CaptionerUnavailable("not there")

    with pytest.raises(CaptionerUnavailable, match="not there"):
        captioning.describe_photo(photo, NOW)

    stage = stage_of(photo)
    assert (stage.status, stage.attempts, stage.error) == ("queued", 0, "not there")
    assert captioning.undescribed(NOW) == [photo.pk]
    assert captioning.problems() == ["Descriptions wait: not there"]


def test_a_captioner_known_to_be_away_is_not_asked_and_nothing_is_claimed(
    fake_captioner: FakeCaptioner, photo: Photo
) -> None:
    fake_captioner.away = "It rests."

    with pytest.raises(CaptionerUnavailable, match="It rests"):
        captioning.describe_photo(photo, NOW)

    assert fake_captioner.asked == 0
    assert not photo.stages.filter(name=Stage.Name.DESCRIPTION).exists()
    assert captioning.problems() == ["It rests."]


def test_a_captioner_that_fails_is_asked_three_times_and_the_photo_stays_usable(
    fake_captioner: FakeCaptioner, photo: Photo
) -> None:
    fake_captioner.error = CaptionFailed("too slow")

    described = list(captioning.describe_missing(NOW))

    stage = stage_of(photo)
    assert (described, fake_captioner.asked) == ([], MAX_ATTEMPTS)
    assert (stage.status, stage.attempts, stage.error) == ("failed", MAX_ATTEMPTS, "too slow")
    photo.refresh_from_db()
    assert (photo.status, photo.error, photo.caption) == (Photo.Status.READY, "", "A red.")
    assert captioning.undescribed(NOW) == []


def test_what_failed_is_described_where_somebody_asks_for_it(fake_captioner: FakeCaptioner, photo: Photo) -> None:
    fake_captioner.error = CaptionFailed("too slow")
    list(captioning.describe_missing(NOW))
    fake_captioner.error = None

    assert captioning.request_failed() == 1
    assert [one.caption for one in captioning.describe_missing(NOW)] == ["Mostly red."]
    assert stage_of(photo).error == ""


@pytest.mark.usefixtures("fake_captioner")
def test_a_photo_without_its_bytes_fails_with_the_reason(photo: Photo) -> None:
    thumbnails.remove(storage.media_root(), photo.original)
    storage.discard(photo.original)

    list(captioning.describe_missing(NOW))

    assert stage_of(photo).error == "The file of this photo is not in the storage."


@pytest.mark.usefixtures("fake_captioner")
def test_the_original_serves_where_the_derivative_is_gone(photo: Photo) -> None:
    thumbnails.remove(storage.media_root(), photo.original)

    assert captioning.describe_photo(photo, NOW).caption == "Mostly red."


@pytest.mark.usefixtures("fake_captioner")
def test_photos_in_the_trash_are_not_described(photo: Photo) -> None:
    photo.trash(NOW)

    assert captioning.undescribed(NOW) == []


@pytest.mark.usefixtures("fake_captioner")
def test_a_waiting_description_leaves_the_photo_ready_and_is_not_the_pipeline_s_work(photo: Photo) -> None:
    Stage.objects.create(photo=photo, name=Stage.Name.DESCRIPTION)

    photo.settle()

    assert photo.status == Photo.Status.READY
    assert missing.unfinished(NOW) == []


def test_a_photo_that_kills_its_workers_is_given_up_and_stays_ready(
    fake_captioner: FakeCaptioner, photo: Photo
) -> None:
    Stage.objects.create(photo=photo, name=Stage.Name.DESCRIPTION, status="running", attempts=3, claimed_at=NOW)

    assert missing.give_up_lost(NOW + NEXT_LEASE) == 1

    assert (list(captioning.describe_missing(NOW + NEXT_LEASE)), fake_captioner.asked) == ([], 0)
    photo.refresh_from_db()
    assert photo.status == Photo.Status.READY


@pytest.mark.usefixtures("fake_captioner")
def test_a_photo_nobody_could_decode_yet_waits(photo: Photo) -> None:
    photo.stages.filter(name=Stage.Name.THUMBNAILS).update(status="running")

    assert captioning.undescribed(NOW) == []


@pytest.mark.usefixtures("fake_captioner")
def test_a_photo_whose_disk_is_away_waits_and_loses_no_attempt(media: Path, photo: Photo) -> None:
    thumbnails.remove(storage.media_root(), photo.original)
    media.rename(media.with_name("away"))

    with pytest.raises(CaptionerUnavailable, match="not mounted"):
        captioning.describe_photo(photo, NOW)

    assert (stage_of(photo).status, stage_of(photo).attempts) == ("queued", 0)


@pytest.mark.usefixtures("fake_captioner")
def test_another_captioner_describes_anew_only_where_asked(
    use_captioner: Callable[[Captioner], None], photo: Photo
) -> None:
    captioning.describe_photo(photo, NOW)
    use_captioner(FakeCaptioner("oracle"))
    assert list(captioning.describe_missing(NOW)) == []

    assert captioning.request_all() == 1

    assert [one.authors["caption"] for one in captioning.describe_missing(NOW)] == ["oracle"]


@pytest.mark.usefixtures("fake_captioner")
def test_what_captioners_said_is_taken_back_where_the_template_is_to_speak_again(
    photo: Photo, make_photo: Callable[..., Photo]
) -> None:
    captioning.describe_photo(photo, NOW)
    mine = captioning.describe_photo(make_photo(), NOW)
    mine.edit({"caption": "Mine."})

    assert captioning.withdraw_all(NOW) == 2

    photo.refresh_from_db()
    mine.refresh_from_db()
    assert (photo.caption, photo.description, photo.authors, photo.tag_names) == ("A red.", "", {}, ["red"])
    assert (mine.caption, mine.description) == ("Mine.", "")
    assert not Stage.objects.filter(name=Stage.Name.DESCRIPTION).exists()


def test_the_template_has_no_problems_of_its_own() -> None:
    assert captioning.problems() == []
