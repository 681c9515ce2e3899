"""How fast an installed model is on this machine, each measured in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from PIL import Image

from ai.encoders.clip import ClipEncoder
from ai.encoders.opening import open_clip
from ai.memory import peak_mb
from ai.store import ModelStore

BATCH = 8
SIDE = 512  # as long as the longer side of the derivatives that are usually embedded
LONGEST_WAIT = 600.0

_meeting: list[Any] = []  # the barrier of this process, handed to it when it was started

_TEXTS = ("a dog on the beach", "two people at a wedding", "a screenshot of a calendar", "snow on a mountain")


@dataclass(frozen=True)
class Subject:
    """What to measure: an installed model, opened with so many threads."""

    models: Path
    name: str
    threads: int
    rounds: int


@dataclass(frozen=True)
class Speed:
    """Times are medians. `overhead` is normalise + batch + run + L2 over run alone on the same prepared tensors."""

    images_per_s_batch_1: float
    images_per_s_batch_8: float
    overhead: float
    decode_ms: float
    resize_ms: float
    text_ms: float
    load_s: float
    memory_mb: int


@dataclass(frozen=True)
class Figures:
    model: str
    speed: Speed
    two_processes_images_per_s: float

    def as_dict(self) -> dict[str, Any]:
        speed = asdict(self.speed)
        return {"model": self.model, **speed, "two_processes_images_per_s": self.two_processes_images_per_s}


def measure(subject: Subject) -> Figures:
    """Measure a model, alone and then in two processes at once; raise EncoderUnavailable where it cannot be opened."""
    fresh = get_context("spawn")  # memory and loading time are those of a process that did nothing else
    with ProcessPoolExecutor(1, fresh) as alone:
        speed = alone.submit(_speed, subject).result()
    with ProcessPoolExecutor(2, fresh, _meet_at, (fresh.Barrier(2),)) as both:
        rates = [running.result() for running in [both.submit(_rate, subject) for _ in range(2)]]
    return Figures(subject.name, speed, round(sum(rates), 2))


def _speed(subject: Subject) -> Speed:
    files = [_jpeg(number) for number in range(BATCH)]
    pictures = [_decoded(file) for file in files]
    start = perf_counter()
    encoder = _opened(subject)
    encoder.embed_images(pictures[:1])
    encoder.embed_texts(_TEXTS[:1])
    load_s = perf_counter() - start
    pixels = encoder.resized(pictures)
    feeds = encoder.prepared(pixels)
    whole, bare = _alternately(lambda: encoder.embed_pixels(pixels), lambda: encoder.run(feeds), subject.rounds)
    return Speed(
        images_per_s_batch_1=round(1 / _seconds(lambda: encoder.embed_images(pictures[:1]), subject.rounds), 2),
        images_per_s_batch_8=round(BATCH / _seconds(lambda: encoder.embed_images(pictures), subject.rounds), 2),
        overhead=round(whole / bare, 3),
        decode_ms=_each_ms(lambda: [_decoded(file) for file in files], BATCH, subject.rounds),
        resize_ms=_each_ms(lambda: encoder.resized(pictures), BATCH, subject.rounds),
        text_ms=_each_ms(lambda: [encoder.embed_texts([text]) for text in _TEXTS], len(_TEXTS), subject.rounds),
        load_s=round(load_s, 2),
        memory_mb=round(peak_mb()),
    )


def _rate(subject: Subject) -> float:
    """Return the images per second of this process while the other one works as hard."""
    encoder = _opened(subject)
    pictures = [_decoded(_jpeg(number)) for number in range(BATCH)]
    encoder.embed_images(pictures)
    _meeting[0].wait(LONGEST_WAIT)
    start = perf_counter()
    for _ in range(subject.rounds):
        encoder.embed_images(pictures)
    return subject.rounds * BATCH / (perf_counter() - start)


def _meet_at(barrier: Any) -> None:
    _meeting.append(barrier)


def _opened(subject: Subject) -> ClipEncoder:
    return open_clip(ModelStore(subject.models), subject.name, subject.threads, BATCH)


def _alternately(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the median seconds of two ways, taken in turns so that both meet the same weather on the machine."""
    first()
    second()
    times = [(_elapsed(first), _elapsed(second)) for _ in range(rounds)]
    return median(time for time, _ in times), median(time for _, time in times)


def _seconds(work: Callable[[], object], rounds: int) -> float:
    work()
    return median(_elapsed(work) for _ in range(rounds))


def _each_ms(work: Callable[[], Sequence[object]], count: int, rounds: int) -> float:
    return round(_seconds(work, rounds) / count * 1000, 2)


def _elapsed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _jpeg(number: int) -> bytes:
    """Return a picture as a JPEG, of one of two shapes and different from the others."""
    size = (SIDE, SIDE * 3 // 4) if number % 2 else (SIDE * 3 // 4, SIDE)
    noise = Image.effect_noise(size, 40 + number)
    gradient = Image.linear_gradient("L").resize(size)
    file = BytesIO()
    Image.merge("RGB", (noise, gradient, gradient.transpose(Image.Transpose.ROTATE_180))).save(file, "JPEG")
    return file.getvalue()


def _decoded(file: bytes) -> Image.Image:
    with Image.open(BytesIO(file)) as image:
        return image.convert("RGB")
