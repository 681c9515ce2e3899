from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from ai.encoders.compact import CompactEncoder

SHIPPED = Path(__file__).parents[1] / "models" / "compact"


@pytest.fixture(scope="session")
def compact() -> CompactEncoder:
    return CompactEncoder(SHIPPED, threads=1, batch_size=16)


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may break."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


@pytest.fixture
def asset() -> Callable[[str], Path]:
    folder = Path(os.environ.get("CLOUDZY_TEST_ASSETS", settings.BASE_DIR / "../shared/assets"))

    def path(name: str) -> Path:
        if not (folder / name).is_file():
            pytest.skip(f"{name} is not in {folder}: set CLOUDZY_TEST_ASSETS to the folder of real photos")
        return folder / name

    return path


@pytest.fixture
def pictures() -> list[Image.Image]:
    """Seven pictures of different sizes and shapes that differ from each other."""
    return [
        Image.linear_gradient("L").resize((40 + 30 * at, 200 - 20 * at)).rotate(50 * at).convert("RGB")
        for at in range(7)
    ]
