from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.encoders.base import EncoderUnavailable
from ai.encoders.clip_text import ClipTokenizer, TextSettings, canonicalise, collapse
from ai.tests.clip_models import MASKED, Style, build_immich


def tokenizer(folder: Path, kind: str = "clip", **text: Any) -> ClipTokenizer:
    built = build_immich(folder, Style(kind=kind, text=text))
    config = json.loads((folder / "textual/tokenizer_config.json").read_text())
    settings = TextSettings.from_config(built.style.text_cfg(), config)
    return ClipTokenizer(folder / "textual/tokenizer.json", settings, EncoderUnavailable)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> ClipTokenizer:
    return tokenizer(tmp_path_factory.mktemp("clip"))


def test_whitespace_is_collapsed() -> None:
    assert collapse("  a\tphoto \n of\u3000it ") == "a photo of it"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("A Photo, of: it!", "a photo of it"),
        ("snake_case - and (more)", "snake case and more"),
        ("!!!", ""),
        ("ÄÖÜ don't", "äöü dont"),
        ("1.5 €", "15 €"),
    ],
)
def test_a_canonical_text_is_lower_case_without_punctuation(text: str, canonical: str) -> None:
    assert canonicalise(text) == canonical


def test_a_short_text_is_filled_up_and_the_mask_says_with_how_much(tmp_path: Path) -> None:
    ids, mask = tokenizer(tmp_path, MASKED).encode(["dog"])

    assert ids.shape == mask.shape == (1, 16)
    kept = mask[0].sum()
    assert 3 <= kept < 16
    assert (mask[0, :kept] == 1).all()
    assert (ids[0, kept:] == 0).all()


def test_a_long_text_is_cut_and_keeps_its_end(clip: ClipTokenizer) -> None:
    ids, mask = clip.encode(["word " * 300, ""])

    assert ids.shape == (2, 16)
    assert mask[0].all()
    assert ids[0, 0] == ids[1, 0], "both begin with the start"
    assert ids[0, -1] == ids[1, 1], "both end with the end"


def test_case_and_spaces_do_not_change_the_tokens(clip: ClipTokenizer) -> None:
    ids, _ = clip.encode(["A Dog  on the\nbeach", "a dog on the beach"])

    assert np.array_equal(ids[0], ids[1])


def test_texts_are_cleaned_as_the_settings_say(tmp_path: Path) -> None:
    plain = tokenizer(tmp_path / "plain").encode(["dog!", "dog"])[0]
    canonical = tokenizer(tmp_path / "canonical", tokenizer_kwargs={"clean": "canonicalize"}).encode(["dog!", "dog"])[0]

    assert not np.array_equal(plain[0], plain[1])
    assert np.array_equal(canonical[0], canonical[1])


def test_no_texts_are_no_rows(clip: ClipTokenizer) -> None:
    assert clip.encode([])[0].shape == (0, 16)


@given(st.text(max_size=300))
def test_any_text_becomes_a_row_of_known_tokens(clip: ClipTokenizer, text: str) -> None:
    ids, mask = clip.encode([text])

    assert ids.shape == (1, 16)
    assert ids.min() >= 0
    assert mask.sum() >= 2


@pytest.mark.parametrize("pad", ["<pad>", {"content": "<pad>", "lstrip": False}])
def test_the_token_to_fill_up_with_is_named_in_either_way(pad: object) -> None:
    assert TextSettings.from_config({}, {"pad_token": pad}).pad_token == "<pad>"
    assert TextSettings.from_config({}, {"pad_token": pad}).context_length == 77


@pytest.mark.parametrize(
    ("text_cfg", "pad"),
    [
        pytest.param({"context_length": 0}, "<pad>", id="no room"),
        pytest.param({"tokenizer_kwargs": {"clean": "shout"}}, "<pad>", id="another cleaning"),
        pytest.param({}, None, id="nothing to fill up with"),
    ],
)
def test_settings_that_cannot_be_done_are_refused(text_cfg: dict[str, Any], pad: object) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        TextSettings.from_config(text_cfg, {"pad_token": pad})


def test_a_token_to_fill_up_with_that_is_not_in_the_vocabulary_is_refused(tmp_path: Path) -> None:
    build_immich(tmp_path)
    settings = TextSettings.from_config({}, {"pad_token": "<nowhere>"})

    with pytest.raises(EncoderUnavailable, match="<nowhere>"):
        ClipTokenizer(tmp_path / "textual/tokenizer.json", settings, EncoderUnavailable).encode(["dog"])
