"""Tiny models in the layout of Optimum's exports must say exactly what a plain reference decode says."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from ai.captioners.base import CaptionerUnavailable, CaptionFailed
from ai.captioners.local import LocalCaptioner
from ai.tests import reference_decoding
from ai.tests.tiny_captioner import Kind, weights_of, write_captioner

KINDS = {
    "blip": Kind("blip", merged=False),
    "blip merged": Kind("blip", merged=True),
    "blip merged, picture cached": Kind("blip", merged=True, cross=True),
    "vit-gpt2": Kind("vit-gpt2", merged=False),
    "vit-gpt2 merged": Kind("vit-gpt2", merged=True),
}
PLANS: dict[str, dict[str, Any]] = {
    "greedy": {},
    "greedy, repetition allowed": {"no_repeat_ngram_size": 0},
    "greedy, repetition penalised": {"no_repeat_ngram_size": 0, "repetition_penalty": 1.3},
    "greedy, no word twice": {"no_repeat_ngram_size": 1},
    "three beams": {"num_beams": 3},
    "four beams, stopped early": {"num_beams": 4, "early_stopping": True, "length_penalty": 2.0},
    "two beams to the end": {"num_beams": 2, "early_stopping": "never", "repetition_penalty": 1.5},
    "short captions preferred": {"num_beams": 3, "early_stopping": "never", "length_penalty": -1.0},
    "at most six tokens": {"num_beams": 3, "max_length": 6},
}
SEEDS = range(4)


def picture(seed: int = 0) -> Image.Image:
    return Image.linear_gradient("L").resize((60, 40 + 9 * seed)).rotate(30 * seed + 10).convert("RGB")


def captioner(folder: Path, seconds: float = 60) -> LocalCaptioner:
    return LocalCaptioner(folder, threads=1, seconds=seconds)


def expected(kind: Kind, seed: int, plan: dict[str, Any]) -> list[int]:
    whole = {"max_length": 20 if kind.family == "blip" else 12} | plan
    scores = reference_decoding.scores_of(weights_of(seed), kind, picture(seed))
    search = reference_decoding.beam if "num_beams" in plan else reference_decoding.greedy
    return search(scores, kind.start, whole)


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_tokens_are_those_of_a_reference_decode(tmp_path: Path, kind: Kind, plan: dict[str, Any]) -> None:
    for seed in SEEDS:
        model = captioner(write_captioner(tmp_path / str(seed), kind, seed, **plan))

        assert model.tokens(picture(seed)) == expected(kind, seed, plan)


def test_the_references_end_by_themselves_and_by_the_limit_and_differ_by_plan() -> None:
    """Else the agreement above would prove little."""
    kind = KINDS["blip"]
    found = {name: [expected(kind, seed, plan) for seed in SEEDS] for name, plan in PLANS.items()}

    lengths = {len(tokens) for tokens in found["greedy"] + found["three beams"]}
    assert max(lengths) == 19
    assert min(lengths) < 19
    assert len({str(tokens) for tokens in found.values()}) > 5


def test_a_caption_is_a_sentence_of_the_tokenizer_s_words(tmp_path: Path) -> None:
    blip = captioner(write_captioner(tmp_path / "blip", KINDS["blip merged"], seed=1))
    gpt2 = captioner(write_captioner(tmp_path / "gpt2", KINDS["vit-gpt2 merged"], seed=1))

    for model in (blip, gpt2):
        caption = model.describe(picture(1)).caption
        assert caption == f"{caption[0].upper()}{caption[1:]}"
        assert caption.endswith(".")
        assert "[" not in caption
        assert "Ġ" not in caption
    assert blip.name == "blip"


def test_the_merged_decoder_is_preferred(tmp_path: Path) -> None:
    folder = write_captioner(tmp_path / "model", KINDS["vit-gpt2 merged"])
    (folder / "decoder_model.onnx").write_bytes(b"not opened")

    assert captioner(folder).describe(picture()).caption


def test_many_threads_may_ask_one_model(tmp_path: Path) -> None:
    model = captioner(write_captioner(tmp_path / "model", KINDS["blip merged"], num_beams=3))
    pictures = [picture(seed) for seed in range(6)]
    alone = [model.tokens(one) for one in pictures]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(model.tokens, pictures))

    assert together == alone


def test_a_caption_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    moments = iter(range(1000))
    folder = write_captioner(tmp_path / "model", KINDS["blip"])
    model = LocalCaptioner(folder, threads=1, seconds=3, clock=lambda: float(next(moments)))

    with pytest.raises(CaptionFailed, match="longer than 3 s"):
        model.describe(picture())

    assert next(moments) < 10


@pytest.mark.parametrize(
    "name",
    ["encoder_model.onnx", "decoder_model_merged.onnx", "tokenizer.json", "preprocessor_config.json", "config.json"],
)
def test_a_missing_file_is_told_without_paths(tmp_path: Path, name: str) -> None:
    folder = write_captioner(tmp_path / "model", KINDS["blip merged"])
    (folder / "generation_config.json").unlink()
    (folder / name).unlink()

    with pytest.raises(CaptionerUnavailable) as told:
        captioner(folder)

    assert "The caption model model cannot be used" in str(told.value)
    assert "models verify model" in str(told.value)
    assert str(tmp_path) not in str(told.value)


@pytest.mark.parametrize(
    "name", ["encoder_model.onnx", "decoder_model_merged.onnx", "tokenizer.json", "preprocessor_config.json"]
)
def test_a_damaged_file_is_no_model_and_one_put_right_is(tmp_path: Path, name: str) -> None:
    folder = write_captioner(tmp_path / "model", KINDS["blip merged"])
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])

    with pytest.raises(CaptionerUnavailable, match="damaged"):
        captioner(folder).describe(picture())

    (folder / name).write_bytes(whole)
    assert captioner(folder).describe(picture()).caption


@pytest.mark.parametrize("generation", [{"decoder_start_token_id": 4711}, {"num_beams": 99}])
def test_a_plan_that_does_not_fit_the_model_is_told(tmp_path: Path, generation: dict[str, int]) -> None:
    folder = write_captioner(tmp_path / "model", KINDS["vit-gpt2"], **generation)

    with pytest.raises(CaptionerUnavailable, match="cannot be used"):
        captioner(folder).describe(picture())


def test_numbers_that_are_none_make_no_caption(tmp_path: Path) -> None:
    folder = write_captioner(tmp_path / "model", KINDS["blip"])
    graph = onnx.load(folder / "decoder_model.onnx")
    for tensor in graph.graph.initializer:
        if tensor.name == "words":
            tensor.raw_data = np.full((18, 8), np.nan, np.float32).tobytes()
    onnx.save(graph, folder / "decoder_model.onnx")

    with pytest.raises(CaptionFailed, match="numbers that are none"):
        captioner(folder).describe(picture())


@pytest.mark.parametrize("inputs", [["input_ids", "pixel_mask"], ["input_ids", "past_key_values.0.key"]])
def test_a_graph_with_inputs_nobody_knows_is_refused(tmp_path: Path, inputs: list[str]) -> None:
    folder = write_captioner(tmp_path / "model", KINDS["blip"])
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in inputs]
    node = helper.make_node("Add", inputs, ["logits"])
    answer = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n"])
    graph = helper.make_graph([node], "other", given, [answer])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
        folder / "decoder_model.onnx",
    )

    with pytest.raises(CaptionerUnavailable, match="damaged or do not fit"):
        captioner(folder).describe(picture())


def test_json_that_is_no_object_is_no_configuration(tmp_path: Path) -> None:
    folder = write_captioner(tmp_path / "model", KINDS["blip"])
    (folder / "generation_config.json").write_text(json.dumps([1]))

    with pytest.raises(CaptionerUnavailable):
        captioner(folder)
