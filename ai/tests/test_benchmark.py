from __future__ import annotations

from pathlib import Path

import pytest

from ai import installing
from ai.benchmark import Subject, measure
from ai.encoders.base import EncoderUnavailable
from ai.tests.clip_models import Style, build_immich


def test_a_model_is_measured_alone_and_beside_another_process(tmp_path: Path) -> None:
    given = build_immich(tmp_path / "given", Style(pixels=64, width=64, layers=2)).folder
    installing.add(tmp_path / "models", "tiny", given, lambda *_: None)

    figures = measure(Subject(tmp_path / "models", "tiny", threads=1, rounds=3))

    told = figures.as_dict()
    assert told.pop("model") == "tiny"
    assert set(told) == {
        "images_per_s_batch_1", "images_per_s_batch_8", "overhead", "decode_ms", "resize_ms", "text_ms", "load_s",
        "memory_mb", "two_processes_images_per_s",
    }  # fmt: skip
    assert all(value > 0 for value in told.values())
    assert 20 < told["memory_mb"] < 2000


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="models add nothing"):
        measure(Subject(tmp_path, "nothing", threads=1, rounds=1))
