from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from PIL import Image
from pytest_django import Settings

from ai.fakes import FakeReader
from ai.ocr.base import MAX_LINES, Line, ReaderUnavailable, TextReader
from ai.tests.written import bands
from photos import asking, missing, pipeline, reading
from photos.curation import purge
from photos.models import Photo, RecognisedText, Stage
from photos.models.stage import LEASE, MAX_ATTEMPTS
from photos.tests.interrupted import NOW, uploaded
from photos.tests.pictures import encoded, jpeg

pytestmark = pytest.mark.django_db

UseReader = Callable[[TextReader], None]
TEXT = Stage.Name.TEXT


class InterruptedReader(FakeReader):
    """Lets something else happen while it reads."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(says=["Gate 14"])
        self.meanwhile = meanwhile

    def read(self, image: Image.Image) -> list[Line]:
        self.meanwhile()
        return super().read(image)


@pytest.fixture
def photo() -> Photo:
    return pipeline.analyse(uploaded(), NOW)


def read_again(photo: Photo) -> RecognisedText | None:
    asking.ask_for(Stage.Name.TEXT, [photo.pk])
    pipeline.analyse(photo, NOW, [TEXT])
    return RecognisedText.objects.filter(photo=photo).first()


def state(photo: Photo) -> tuple[str, int, str]:
    stage = photo.stages.get(name=TEXT)
    return stage.status, stage.attempts, stage.error


def test_the_text_of_a_photo_is_kept_line_by_line_with_its_places(use_reader: UseReader) -> None:
    use_reader(FakeReader())
    photo = uploaded(encoded(bands("white", "red", "white", "blue"), "PNG"))

    found = read_again(photo)

    assert found is not None
    assert found.text == "a band of red\na band of blue"
    assert [line["text"] for line in found.lines] == ["a band of red", "a band of blue"]
    assert found.lines[0]["box"] == [[0, 0.25], [1, 0.25], [1, 0.5], [0, 0.5]]
    assert (found.model, found.read_at, state(photo)) == ("fake reader", NOW, ("done", 1, ""))


def test_a_photo_is_ready_before_its_text_is_read_and_when_that_fails(photo: Photo, use_reader: UseReader) -> None:
    use_reader(FakeReader(error=RuntimeError("the engine gave up")))
    asking.ask_for(Stage.Name.TEXT, [photo.pk])
    photo.settle()
    before = photo.status

    photo = pipeline.analyse(photo, NOW, [TEXT])

    assert (before, photo.status, photo.error) == ("ready", "ready", "")
    assert state(photo) == ("failed", 1, "RuntimeError: the engine gave up")


def test_the_stages_of_every_photo_do_not_include_it(photo: Photo, use_reader: UseReader) -> None:
    use_reader(FakeReader(says=["Gate 14"]))
    asking.ask_for(Stage.Name.TEXT, [photo.pk])

    pipeline.analyse(photo, NOW)

    assert state(photo) == ("queued", 0, "")


def test_reading_again_replaces_what_was_read(photo: Photo, use_reader: UseReader) -> None:
    use_reader(FakeReader(says=["Gate 14", "Harbour"]))
    read_again(photo)
    use_reader(FakeReader(says=["Gate 15"]))

    found = read_again(photo)

    assert found is not None
    assert found.text == "Gate 15"


def test_a_photo_without_text_has_no_row_and_is_not_read_again(photo: Photo, use_reader: UseReader) -> None:
    use_reader(FakeReader(says=["Gate 14"]))
    read_again(photo)
    use_reader(FakeReader(says=[" \u200b "]))

    assert read_again(photo) is None
    assert photo.pk not in asking.never_asked(Stage.Name.TEXT)
    assert missing.unfinished(NOW, [TEXT]) == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  Gate\t 14 ", "Gate 14"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("\u202eevil\u2066", "evil"),
        ("two\nlines\u2028here", "two lines here"),
        ("\ud800lone", "lone"),
        ("<script>alert('1')</script>", "<script>alert('1')</script>"),
    ],
)
def test_48_what_a_picture_says_is_kept_as_plain_text(
    photo: Photo, use_reader: UseReader, said: str, kept: str
) -> None:
    use_reader(FakeReader(says=[said]))

    found = read_again(photo)

    assert found is not None
    assert (found.text, found.lines[0]["text"]) == (kept, kept)


@pytest.mark.parametrize("lines", [["x" * 5_000] * 100, ["word"] * 10_000, ["ab " * 300] * 600])
def test_so_much_is_kept_and_no_more(photo: Photo, use_reader: UseReader, lines: Sequence[str]) -> None:
    use_reader(FakeReader(says=lines))

    found = read_again(photo)

    assert found is not None
    assert 0 < len(found.text) <= reading.LONGEST_TEXT
    assert len(found.lines) <= MAX_LINES
    assert max(len(line["text"]) for line in found.lines) <= reading.LONGEST_LINE


def test_what_is_away_is_waited_for_and_counts_as_no_attempt(photo: Photo, use_reader: UseReader) -> None:
    use_reader(FakeReader(error=ReaderUnavailable("Install the extra.")))

    read_again(photo)

    assert state(photo) == ("queued", 0, "")
    assert missing.unfinished(NOW, [TEXT]) == [photo.pk]


def test_switched_off_again_nothing_is_read(photo: Photo, settings: Settings) -> None:
    settings.CLOUDZY_OCR = "off"

    assert read_again(photo) is None
    assert state(photo) == ("queued", 0, "")


def test_a_photo_deleted_meanwhile_leaves_nothing(photo: Photo, use_reader: UseReader) -> None:
    use_reader(InterruptedReader(lambda: purge(Photo.objects.get(pk=photo.pk))))

    read_again(photo)

    assert not Photo.objects.exists()
    assert not RecognisedText.objects.exists()
    assert not Stage.objects.exists()


def test_asking_for_a_photo_that_is_gone_is_no_error() -> None:
    asking.ask_for(Stage.Name.TEXT, [4711])

    assert not Stage.objects.exists()


def test_deleting_a_photo_for_good_deletes_its_text(photo: Photo, use_reader: UseReader) -> None:
    use_reader(FakeReader(says=["a secret"]))
    read_again(photo)

    purge(photo)

    assert not RecognisedText.objects.exists()


def test_a_worker_that_lost_its_claim_overwrites_nothing(photo: Photo, use_reader: UseReader) -> None:
    def another_worker() -> None:
        use_reader(FakeReader(says=["from the other"]))
        pipeline.analyse(photo, NOW + LEASE * 2, [TEXT])

    use_reader(InterruptedReader(another_worker))

    found = read_again(photo)

    assert found is not None
    assert found.text == "from the other"
    assert state(photo) == ("done", 2, "")


def test_what_a_person_says_while_it_is_read_is_kept(photo: Photo, use_reader: UseReader) -> None:
    use_reader(InterruptedReader(lambda: Photo.objects.get(pk=photo.pk).edit({"caption": "Mine."})))

    read_again(photo)

    photo.refresh_from_db()
    assert photo.caption == "Mine."


def test_a_photo_that_kills_its_reader_is_given_up_and_stays_ready(photo: Photo) -> None:
    asking.ask_for(Stage.Name.TEXT, [photo.pk])
    photo.stages.filter(name=TEXT).update(status="running", attempts=MAX_ATTEMPTS, claimed_at=NOW)

    missing.give_up_lost(NOW + LEASE * 2)

    photo.refresh_from_db()
    assert state(photo) == ("failed", 3, "The analysis broke off 3 times.")
    assert photo.status == Photo.Status.READY


def test_never_read_are_those_nobody_asked_for(photo: Photo) -> None:
    other, third = (pipeline.analyse(uploaded(jpeg(colour=colour)), NOW) for colour in ("blue", "green"))
    asking.ask_for(Stage.Name.TEXT, [other.pk])

    assert asking.never_asked(Stage.Name.TEXT) == [photo.pk, third.pk]
    assert len(asking.never_asked(Stage.Name.TEXT, 1)) == 1


@pytest.mark.parametrize("status", ["queued", "running", "failed"])
def test_a_photo_that_could_not_be_decoded_is_not_asked_for(photo: Photo, status: str) -> None:
    photo.stages.filter(name=Stage.Name.THUMBNAILS).update(status=status)

    assert asking.never_asked(Stage.Name.TEXT) == []
