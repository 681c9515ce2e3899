from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from ai.calibration import Truth, measure
from ai.fakes import PALETTE, FakeEncoder
from photos import calibration
from photos.calibration import NothingToMeasure
from photos.encoding import current_encoder, words_in_use
from photos.models import Photo, TagCalibration, VocabularyState, VocabularyWord
from photos.tests.factories import at
from photos.tests.pictures import jpeg

pytestmark = pytest.mark.django_db

NOW = at("2024-05-01 12:00")
COLOURS = list(PALETTE)


def seen_as(colour: str, share: float = 1.0, other: str = "gray") -> np.ndarray:
    vector = np.zeros(32, dtype=np.float32)
    vector[COLOURS.index(colour)] = share
    vector[COLOURS.index(other)] += 1 - share
    return vector


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "ENOUGH", 8)
    monkeypatch.setattr(calibration, "ENOUGH_OF_EITHER", 3)
    monkeypatch.setattr(calibration, "LEAST_LIBRARY", 10)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Four pictures each of two colours, in folders, among files that are no pictures."""
    for colour in ("red", "blue"):
        folder = tmp_path / colour
        folder.mkdir()
        for number in range(4):
            (folder / f"{number}.jpg").write_bytes(jpeg(colour=colour, comment=f"{number}"))
        (folder / "notes.txt").write_text("none of them is a picture")
        (folder / "broken.jpg").write_bytes(jpeg()[:200])
        (folder / "more").mkdir()
    (tmp_path / "no such word").mkdir()
    (tmp_path / "read me.txt").touch()
    return tmp_path


def judged(make_photo: Callable[..., Photo]) -> None:
    """Photos of which people said that half of what looks red is, and half is not."""
    for number in range(6):
        photo = make_photo(embedding=seen_as("red", 0.6))
        photo.add_tags(["red"])
        if number % 2:
            photo.remove_tags(["red"])
        blue = make_photo(embedding=seen_as("blue"))
        blue.add_tags(["blue"])


def test_pictures_in_folders_named_by_words_are_measured(labelled: Path) -> None:
    proposal = calibration.on_folder(labelled)

    assert proposal.basis == "8 pictures in 2 folders"
    assert set(proposal.corrections) == {"red", "blue"}
    assert proposal.measured is not None
    assert proposal.measured.before.precision == proposal.measured.before.recall == 1.0


def test_a_picture_of_one_folder_shows_the_broader_word_too_and_nobody_said_whether_a_narrower_one() -> None:
    VocabularyWord.objects.create(word="colour", prompts=["cyan"], threshold=0.3)
    VocabularyWord.objects.create(word="crimson", prompts=["red and white"], parents=["colour"], threshold=0.3)
    vocabulary = current_encoder().vocabulary
    assert vocabulary is not None

    labels = {
        shown: calibration._labels_in_folder(shown, ["colour", "crimson", "blue"], vocabulary)
        for shown in ("colour", "crimson", "blue")
    }

    assert labels == {"colour": [1, -1, 0], "crimson": [1, 1, 0], "blue": [0, 0, 1]}


def test_folders_that_say_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToMeasure, match="No folder"):
        calibration.on_folder(tmp_path)
    (tmp_path / "red").mkdir()
    with pytest.raises(NothingToMeasure, match="no picture"):
        calibration.on_folder(tmp_path)
    (tmp_path / "red" / "a.jpg").write_bytes(jpeg(colour="red"))
    with pytest.raises(NothingToMeasure, match="others that do not"):
        calibration.on_folder(tmp_path)


@pytest.mark.usefixtures("few_are_enough")
def test_what_people_said_and_refused_is_measured(make_photo: Callable[..., Photo]) -> None:
    judged(make_photo)

    proposal = calibration.on_library()

    assert proposal.basis == "12 words that people said or refused"
    assert proposal.measured is not None
    assert proposal.measured.after.error < proposal.measured.before.error


@pytest.mark.usefixtures("few_are_enough")
def test_a_machines_own_words_are_no_truth(make_photo: Callable[..., Photo]) -> None:
    encoder = FakeEncoder()
    for colour in ("red", "blue") * 5:
        photo = make_photo(embedding=seen_as(colour))
        photo.set_machine_tags(encoder.tag(seen_as(colour)[None])[0], "fake@1-32d")

    assert calibration.on_library().measured is None


@pytest.mark.usefixtures("few_are_enough")
def test_without_people_a_word_that_would_be_on_too_many_photos_is_said_less_easily(
    make_photo: Callable[..., Photo],
) -> None:
    shares = np.linspace(0.5, 1.0, 20)
    for share in shares:
        make_photo(embedding=seen_as("red", share, other="blue"))

    proposal = calibration.on_library()
    calibration.keep(proposal, NOW)

    assert proposal.basis == "the shares of 20 photos"
    assert proposal.measured is None
    assert proposal.corrections["red"].offset < 0
    vocabulary = current_encoder().vocabulary
    assert vocabulary is not None
    tags = vocabulary.tag(np.stack([seen_as("red", share, other="blue") for share in shares]))
    tagged = [any(tag.word == "red" for tag in row) for row in tags]
    assert sum(tagged) == pytest.approx(calibration.LARGEST_SHARE * 20, abs=1)
    assert tagged == sorted(tagged), "those that show it most keep it"


@pytest.mark.usefixtures("few_are_enough")
def test_a_broader_word_may_be_on_every_photo(make_photo: Callable[..., Photo]) -> None:
    VocabularyWord.objects.create(word="crimson", prompts=["blue"], parents=["red"], threshold=0.3)
    VocabularyWord.objects.create(word="red", threshold=0.3)
    for _ in range(20):
        make_photo(embedding=seen_as("red"))

    assert "red" not in calibration.on_library().corrections


def test_a_library_of_which_nothing_can_be_told_is_left_as_it_is(make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=seen_as("red"))

    with pytest.raises(NothingToMeasure, match="it takes 200"):
        calibration.on_library()


def test_what_is_kept_counts_at_once_asks_for_new_tags_and_can_be_taken_back(labelled: Path) -> None:
    VocabularyState.applied_now(VocabularyState.now().current)
    first = calibration.on_folder(labelled)
    calibration.keep(first, NOW)

    assert words_in_use()["red"].correction == first.corrections["red"]
    assert not VocabularyState.now().is_applied
    assert current_encoder().vocabulary.temperature == first.temperature  # type: ignore[union-attr]

    assert calibration.undo()
    assert words_in_use()["red"].correction is None
    assert not calibration.undo()


def test_to_take_back_goes_to_what_was_measured_before(labelled: Path) -> None:
    first = calibration.on_folder(labelled)
    calibration.keep(first, NOW)
    calibration.keep(calibration.on_folder(labelled), NOW)

    calibration.undo()

    assert TagCalibration.objects.count() == 1
    assert words_in_use()["red"].correction == first.corrections["red"]


def test_the_vocabulary_in_use_with_its_measure_says_what_the_measuring_promised() -> None:
    vocabulary = current_encoder().vocabulary
    assert vocabulary is not None
    chance = np.random.default_rng(1)
    vectors = np.abs(chance.normal(size=(400, 32))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    probabilities = vocabulary.probabilities(vectors)[:, :2]
    truth = Truth(vectors, ("red", "green"), (chance.random((400, 2)) < probabilities**2).astype(np.int8))
    measured = measure(vocabulary, truth)

    calibration.keep(calibration.Proposal("fake@1-32d", "", measured.temperature, measured.corrections, measured), NOW)

    again = measure(current_encoder().vocabulary, truth)  # type: ignore[arg-type]
    assert again.before.error < measured.before.error


def test_the_placeholder_has_no_probabilities(settings: Settings) -> None:
    settings.CLOUDZY_ENCODER = "placeholder"

    with pytest.raises(NothingToMeasure, match="placeholder"):
        calibration.on_library()
