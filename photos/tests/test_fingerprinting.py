"""The stage that takes fingerprints: of what comes in, and of what was there before."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import ExifTags, Image

from ai.tests.scenes import scene
from jobs.models import Run
from jobs.worker import Worker
from photos import asking, fingerprinting, pipeline, tasks
from photos.models import Fingerprint, Photo, Stage
from photos.tests.interrupted import NOW, uploaded
from photos.tests.pictures import encoded, exif, gif

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]
FINGERPRINT = Stage.Name.FINGERPRINT
LARGE = (2000, 1400)


def analysed(data: bytes | None = None) -> Photo:
    return pipeline.analyse(uploaded(data), NOW)


def older() -> Photo:
    """Bring in a photo, analysed, as it was before fingerprints were taken."""
    photo = analysed(encoded(scene(1), "JPEG"))
    photo.stages.filter(name=FINGERPRINT).delete()
    Fingerprint.objects.all().delete()
    return photo


def of(photo: Photo) -> Fingerprint:
    return Fingerprint.objects.get(photo=photo)


def work() -> None:
    worker = Worker("a")
    while worker.step():
        pass


def test_a_jpeg_with_other_metadata_has_the_same_pixels() -> None:
    picture = scene(1, LARGE)
    tagged = exif({ExifTags.Base.Artist: "Ada", ExifTags.Base.Model: "D750"})
    one, other = analysed(encoded(picture, "JPEG")), analysed(encoded(picture, "JPEG", exif=tagged, comment=b"hello"))

    assert one.sha256 != other.sha256
    assert of(one).pixels == of(other).pixels != ""
    assert of(one).perceptual == of(other).perceptual is not None


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_pictures_kept_without_loss_have_the_same_pixels_in_every_format(kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    one, other = analysed(encoded(scene(1), "BMP")), analysed(encoded(scene(1), kind, **options))

    assert of(one).pixels == of(other).pixels


def test_the_upload_and_a_later_look_at_the_file_say_the_same() -> None:
    data = encoded(scene(1, LARGE), "JPEG", exif=exif({ExifTags.Base.Orientation: 6}))
    photo = uploaded(data)
    later = analysed(data + b"\0")

    pipeline.analyse(photo, NOW, [FINGERPRINT])
    pipeline.repeat(later, NOW, [FINGERPRINT])

    assert of(photo).pixels == of(later).pixels


def test_another_size_quality_or_pixel_is_another_picture() -> None:
    dotted = scene(1)
    dotted.putpixel((5, 5), (255, 0, 255))
    pictures = [scene(1), scene(1, (299, 200)), dotted, scene(1).transpose(Image.Transpose.ROTATE_90)]

    photos = [analysed(encoded(picture, "PNG")) for picture in pictures]

    assert len({of(photo).pixels for photo in [*photos, analysed(encoded(scene(1), "JPEG"))]}) == 5


def test_the_first_picture_of_several_does_not_tell_the_photo() -> None:
    pages = encoded(scene(1), "TIFF", save_all=True, append_images=[scene(2)])

    assert of(analysed(gif())).pixels == of(analysed(pages)).pixels == ""
    assert of(analysed(gif(1))).pixels != ""


def test_bits_beyond_the_signed_ones_are_kept(make_photo: MakePhoto) -> None:
    photo = make_photo()

    for bits in (2**64 - 1, 2**63, 2**63 - 1, 0):
        Fingerprint.objects.put(photo, "", bits)

        assert of(photo).perceptual == (bits - 2**64 if bits >= 2**63 else bits)
        assert str(of(photo)) == f"{bits:016x}"


def test_a_plain_picture_looks_like_none() -> None:
    assert of(analysed()).perceptual is None


def test_a_new_fingerprint_is_to_be_compared_anew() -> None:
    photo = analysed()
    Fingerprint.objects.update(fresh=False)

    pipeline.repeat(photo, NOW, [FINGERPRINT])

    assert of(photo).fresh


def test_a_photo_whose_fingerprint_cannot_be_taken_is_ready_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Image.Image) -> None:
        raise ValueError("no such wave")

    monkeypatch.setattr(fingerprinting, "perceptual_hash", broken)
    photo = analysed()

    stage = photo.stages.get(name=FINGERPRINT)
    assert (stage.status, stage.error) == ("failed", "ValueError: no such wave")
    assert (photo.status, photo.error) == (Photo.Status.READY, "")


def test_workers_take_the_fingerprints_of_older_photos() -> None:
    photo = older()

    tasks.look_for_unknown(timezone.now())
    work()

    assert photo.stages.get(name=FINGERPRINT).status == "done"
    assert of(photo).pixels
    assert not Run.objects.unfinished(tasks.ask_for_fingerprints).exists()


def test_nobody_is_asked_where_none_is_lacking() -> None:
    analysed()

    tasks.look_for_unknown(timezone.now())

    assert not Run.objects.unfinished(tasks.ask_for_fingerprints).exists()


def test_process_missing_tells_and_takes_what_lacks() -> None:
    photo, out = older(), StringIO()

    call_command("process_missing", "--dry-run", stdout=out)
    told = out.getvalue()
    call_command("process_missing", "--now", stdout=out)

    assert "1 photos have no fingerprint yet." in told
    assert "Taking fingerprints: 1 done" in out.getvalue()
    assert of(photo).pixels


def test_what_was_asked_for_and_left_is_queued_again() -> None:
    photo = older()
    asking.ask_for(FINGERPRINT, [photo.pk])

    tasks.queue_unknown(timezone.now())
    work()

    assert of(photo).pixels
