from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from search import live
from search.spaces import Space, current_space


@pytest.fixture(autouse=True)
def own_index_folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep index files, and so what a process remembers of them, apart for each test; nothing heals by itself."""
    settings.CLOUDZY_DATA_DIR = tmp_path / "data"
    monkeypatch.setattr(live, "HEAL_IN_BACKGROUND", False)


@pytest.fixture
def space() -> Space:
    return current_space()
