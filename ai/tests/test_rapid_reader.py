"""What the contract does not tell of RapidOCR: its package, its models, its memory, and that it asks nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from ai.ocr import loading, rapid
from ai.ocr.base import ReaderUnavailable
from ai.ocr.loading import get_reader
from ai.tests.written import written

installed = pytest.mark.skipif(bool(rapid.problem()), reason=rapid.problem())

# Reads a page in a process of its own in which any use of a socket is an error; prints what it read and cost.
READ_A_PAGE = """
import sys
from django.conf import settings

def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(f"the reader wants the network: {event} {arguments}")

sys.addaudithook(refuse)
settings.configure(CLOUDZY_OCR="rapidocr", CLOUDZY_ENCODER_THREADS=1)
from ai.memory import peak_mb
from ai.ocr.loading import get_reader
from ai.tests.written import written

page = written([f"Line {number} of an ordinary printed page of a book" for number in range(35)], (900, 1280), 15)
lines = get_reader().read(page)
print(len(lines), lines[7].text, sep="|", end="|")
print(round(peak_mb()))
"""
MOST_MEGABYTES = 900


@pytest.fixture(scope="module")
def a_page() -> list[str]:
    """Lines found, the eighth of them, megabytes at most."""
    command = [sys.executable, "-W", "error", "-c", READ_A_PAGE]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split("|")


@installed
def test_a_page_is_read_without_any_network(a_page: list[str]) -> None:
    assert a_page[:2] == ["35", "Line 7 of an ordinary printed page of a book"]


@installed
def test_the_memory_for_a_page_is_bounded(a_page: list[str]) -> None:
    assert int(a_page[2]) < MOST_MEGABYTES


@installed
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "Total: 12,50", "www.example.org/a?b=1&c=2"])
def test_what_stands_there_is_read_as_it_is(text: str) -> None:
    [line] = rapid.RapidReader(threads=1).read(written([text], (640, 120)))

    assert line.text == text


@installed
def test_a_release_without_its_models_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapid, "_RECOGNISER", "another.onnx")

    with pytest.raises(ReaderUnavailable, match=r"comes without its models.*requirements-ocr\.txt"):
        rapid.RapidReader(threads=1)


@pytest.mark.parametrize("package", ["rapidocr", "cv2"])
def test_without_its_packages_there_is_no_reader_and_the_cure_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    settings.CLOUDZY_OCR = "rapidocr"
    monkeypatch.setitem(sys.modules, package, None)  # as the import system marks what cannot be imported
    loading.forget_reader()

    with pytest.raises(ReaderUnavailable, match=r"pip install -r requirements-ocr\.txt"):
        get_reader()


def test_one_reader_serves_a_process(settings: Settings) -> None:
    settings.CLOUDZY_OCR = "fake"

    assert get_reader() is get_reader()


def test_switched_off_there_is_no_reader(settings: Settings) -> None:
    settings.CLOUDZY_OCR = "off"

    with pytest.raises(ReaderUnavailable, match="CLOUDZY_OCR=rapidocr"):
        get_reader()
    assert not loading.is_switched_on()
