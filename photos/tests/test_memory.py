from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from queue import Queue

import pytest
from django.conf import settings
from PIL import Image

from photos import images, memory
from photos.image_types import IMAGE_TYPES, type_of
from photos.memory import Budget
from photos.tests import pictures

LIMIT = 100_000_000
SIZE = (6000, 4000)
PIXELS = SIZE[0] * SIZE[1]

# A process of its own: what a process has once held at most it never tells less of.
GROWTH_IN_MEBIBYTES = """
import sys
from pathlib import Path
import django
django.setup()
from ai.memory import peak_mb
from photos import images
before = peak_mb()
images.decode(Path(sys.argv[1]), None, 1600)
print(peak_mb() - before)
"""


def growth(path: Path) -> int:
    """Return how many bytes a process grows by at most while it decodes a file."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "cloudzy.settings"}
    command = [sys.executable, "-c", GROWTH_IN_MEBIBYTES, str(path)]
    run = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    return int(float(run.stdout) * 2**20)


@pytest.mark.parametrize(
    ("mode", "image_format", "options"),
    [
        ("RGBA", "PNG", {}),
        ("P", "PNG", {"transparency": 0}),
        ("I;16", "PNG", {}),
        ("F", "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("RGBA", "WEBP", {}),
        ("RGBA", "AVIF", {"speed": 10}),
        ("RGB", "JPEG2000", {}),
    ],
)
def test_a_large_image_takes_the_memory_that_is_kept_for_it(
    tmp_path: Path, mode: str, image_format: str, options: dict[str, object]
) -> None:
    path = pictures.on_disk(tmp_path, pictures.encoded(Image.new(mode, SIZE), image_format, **options))

    assert growth(path) < PIXELS * memory._BYTES.get(type_of(path), memory._BYTES_ELSEWHERE)


@pytest.mark.parametrize("kind", IMAGE_TYPES, ids=lambda kind: kind.name)
def test_every_image_that_is_not_large_fits_into_the_budget(kind: object) -> None:
    image = Image.new("1", (5000, 5000))
    image.info["progressive"] = 1

    assert memory._weight(kind, image, memory.LARGE) <= memory.BUDGET  # type: ignore[arg-type]


def test_who_finds_too_little_left_waits_and_comes_in_order() -> None:
    budget, came = Budget(10), Queue[str]()

    def take(name: str, amount: int) -> None:
        with budget.part(amount):
            came.put(name)

    with ThreadPoolExecutor() as pool:
        with budget.part(6):
            take("fits beside it", 4)
            heavy = pool.submit(take, "heavy", 10)
            assert not wait([heavy], timeout=0.2).done
            light = pool.submit(take, "light", 1)
            assert not wait([light], timeout=0.2).done
        wait([heavy, light])

    assert [came.get() for _ in range(3)] == ["fits beside it", "heavy", "light"]


def test_what_fails_gives_its_part_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_budget", Budget(300 * 200 * memory._BYTES_ELSEWHERE))
    data = pictures.encoded(pictures.noise((300, 200)), "PNG")
    broken = pictures.on_disk(tmp_path, pictures.truncated(data, 0.5), "broken")

    with pytest.raises(images.TruncatedImage):
        images.inspect(broken, LIMIT)

    assert images.inspect(pictures.on_disk(tmp_path, data, "whole"), LIMIT).width == 300


def test_images_together_heavier_than_the_budget_are_decoded_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pictures.on_disk(tmp_path, pictures.encoded(pictures.noise((300, 200)), "PNG"))
    budget = Budget(300 * 200 * memory._BYTES_ELSEWHERE)
    monkeypatch.setattr(memory, "_budget", budget)

    with ThreadPoolExecutor() as pool:
        with budget.part(1):
            waiting = pool.submit(images.inspect, path, LIMIT)
            assert not wait([waiting], timeout=0.3).done
        assert waiting.result().width == 300


def test_a_huge_tile_counts_as_the_large_image_it_is(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, pictures.tiff_with_tile(8_000))

    with ThreadPoolExecutor() as pool:
        with memory._one_large_at_a_time:
            waiting = pool.submit(images.inspect, path, LIMIT)
            assert not wait([waiting], timeout=0.3).done
        assert isinstance(waiting.exception(), images.BrokenImage)
