"""What strangers' files can do to the process that decodes, and that it costs who asked nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from django.conf import settings as real_settings
from pytest_django import Settings

from jobs.tests.running import eventually, family_of, is_gone
from photos.decoding import close_decoder, process, usage
from photos.tests import strangers
from photos.unreadable import DecoderFailed, DecoderUnavailable, TooManyPixels

DECODES_AND_FORKS = """
import os, sys, time
import django
django.setup()
from photos.tests import strangers
print(strangers.process_id(), flush=True)
if os.fork() == 0:
    print(strangers.process_id(), flush=True)
    os._exit(0)
os.wait()
print(strangers.process_id(), flush=True)
strangers.hang()
"""


@pytest.fixture(scope="module", autouse=True)
def one_child() -> Iterator[None]:
    yield
    close_decoder()


@pytest.fixture(autouse=True)
def child(settings: Settings) -> Settings:
    settings.CLOUDZY_DECODER = "child"
    return settings


@pytest.fixture
def in_a_hurry(child: Settings) -> Iterator[None]:
    """Give files a second, from the next process on."""
    close_decoder()
    child.CLOUDZY_DECODER_SECONDS = 1
    yield
    close_decoder()


def test_one_process_is_kept_warm_whoever_asks() -> None:
    before = usage()

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(lambda _: strangers.process_id(), range(8)))

    assert len(answers) == 1
    assert answers != {os.getpid()}
    assert usage().questions == before.questions + 8
    assert usage().peak_mb > 10


def test_values_cross_the_border_and_come_back() -> None:
    when = datetime(2024, 2, 29, 12, tzinfo=UTC)

    assert strangers.told(when, ("a", "ü"), {"x": 1.5, "y": None}, b"bytes") == [
        "2024-02-29T12:00:00+00:00", "a", "ü", "x=1.5", "y=None", "bytes",
    ]  # fmt: skip


def test_a_crash_is_tried_once_more_and_ends_that_process_only(tmp_path: Path) -> None:
    notes = tmp_path / "notes"

    with pytest.raises(DecoderFailed, match="ended by SIGSEGV"):
        strangers.crash(notes)

    assert notes.read_text().splitlines() == ["called"] * 2
    assert strangers.process_id() > 0


def test_a_process_that_was_killed_from_outside_fails_no_file(tmp_path: Path) -> None:
    first = strangers.process_id()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: is_gone(first))

    assert strangers.process_id() != first
    assert strangers.crash_once(tmp_path / "notes") > 0


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize("stranger", [strangers.hang, strangers.hang_in_native_code])
def test_a_decoder_that_hangs_is_ended(stranger: type) -> None:
    started = monotonic()

    with pytest.raises(DecoderFailed) as failed:
        stranger()

    assert str(failed.value) == "Decoding this file took longer than 1 seconds."
    assert failed.value.get_codes() == "broken_image"
    assert monotonic() - started < 30
    assert strangers.process_id() > 0


def test_memory_ends_for_the_decoder_alone(child: Settings) -> None:
    close_decoder()
    child.CLOUDZY_DECODER_MEMORY_MB = 700

    with pytest.raises(DecoderFailed) as failed:
        strangers.eat(1000)

    assert str(failed.value) == "Decoding this file takes more than 700 MB of memory."
    assert strangers.eat(10) == 10 * 2**20
    close_decoder()


def test_what_libraries_print_is_no_answer() -> None:
    assert [strangers.chat() for _ in range(2)] == [1, 1]


def test_a_bug_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DecoderFailed, match="ZeroDivisionError: a bug of the decoder"):
        strangers.break_down()

    assert "break_down" in caplog.text


def test_an_answer_of_another_type_is_none() -> None:
    with pytest.raises(DecoderFailed, match="no usable answer"):
        strangers.promise_a_number()


def test_a_refusal_comes_through_with_its_words() -> None:
    with pytest.raises(TooManyPixels) as refusal:
        strangers.refuse()

    assert refusal.value.status_code == 422
    assert "20000 x 20000" in str(refusal.value)


def test_the_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDZY_CAPTION_KEY", "a secret")

    known = strangers.environment()

    assert not [name for name in known if "SECRET" in name or name.startswith("CLOUDZY")]


def test_a_decoder_that_does_not_start_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    close_decoder()
    monkeypatch.setattr(process, "MODULE", "no.such.module")

    with pytest.raises(DecoderUnavailable):
        strangers.process_id()


def test_a_process_is_replaced_before_it_has_kept_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    close_decoder()
    monkeypatch.setattr(process, "MOST_PHOTOS", 2)

    answers = [strangers.process_id() for _ in range(4)]

    assert (answers[0], answers[2]) == (answers[1], answers[3])
    assert answers[1] != answers[2]


def test_each_process_has_its_own_and_takes_it_along_however_it_ends() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "cloudzy.settings", "CLOUDZY_DECODER": "child"}
    command = [sys.executable, "-c", DECODES_AND_FORKS]
    with subprocess.Popen(command, cwd=real_settings.BASE_DIR, env=environment, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        first, forked, again = (int(parent.stdout.readline()) for _ in range(3))
        assert first == again != forked
        assert first in family_of(parent.pid)

        parent.kill()

        eventually(lambda: is_gone(first) and is_gone(forked))
