from __future__ import annotations

from typing import Any

import pytest

from ai.captioners.generation import DEFAULT_NO_REPEAT, MAX_LENGTH, Generation

GPT2 = {"model_type": "vision-encoder-decoder", "decoder_start_token_id": 50256, "eos_token_id": 50256}
BLIP = {"model_type": "blip", "text_config": {"bos_token_id": 30522, "eos_token_id": 2, "sep_token_id": 102}}


def plan(config: dict[str, Any], **generation: Any) -> Generation:
    return Generation.from_configs(config, generation)


def test_what_the_files_leave_out_is_as_hugging_face_has_it_but_for_the_guard() -> None:
    assert plan(GPT2) == Generation(
        start=50256,
        ends=frozenset({50256}),
        max_length=20,
        num_beams=1,
        length_penalty=1.0,
        early_stopping=False,
        no_repeat_ngram_size=DEFAULT_NO_REPEAT,
        repetition_penalty=1.0,
    )


@pytest.mark.parametrize("text_config", [BLIP["text_config"], {}])
def test_blip_starts_with_dec_and_ends_with_sep_whatever_the_other_marks_are(text_config: dict[str, int]) -> None:
    blip = plan({"model_type": "blip", "text_config": text_config}, bos_token_id=0, eos_token_id=2)

    assert (blip.start, blip.ends) == (30522, frozenset({102}))


def test_generation_config_counts_more_than_config_and_that_more_than_its_decoder() -> None:
    config = GPT2 | {"num_beams": 4, "decoder": {"num_beams": 2, "max_length": 16, "length_penalty": 0.5}}

    assert (plan(config).num_beams, plan(config).max_length, plan(config).length_penalty) == (4, 16, 0.5)
    assert plan(config, num_beams=5, max_length=30).num_beams == 5
    assert plan(config, num_beams=None).num_beams == 4


def test_a_zero_turns_the_guard_off_only_where_somebody_wrote_it() -> None:
    old_export = GPT2 | {"decoder": {"no_repeat_ngram_size": 0}}

    assert plan(old_export).no_repeat_ngram_size == DEFAULT_NO_REPEAT
    assert plan(old_export, no_repeat_ngram_size=0).no_repeat_ngram_size == 0
    assert plan(GPT2 | {"decoder": {"no_repeat_ngram_size": 2}}).no_repeat_ngram_size == 2


def test_there_may_be_several_ends() -> None:
    assert plan(GPT2, eos_token_id=[1, 2]).ends == frozenset({1, 2})


def test_new_tokens_are_counted_without_the_start() -> None:
    assert plan(GPT2, max_new_tokens=16, max_length=5).max_length == 17


def test_no_file_may_ask_for_a_novel() -> None:
    assert plan(GPT2, max_length=100_000).max_length == MAX_LENGTH


@pytest.mark.parametrize(
    "generation",
    [
        {"num_beams": 0},
        {"num_beams": 1000},
        {"max_length": 1},
        {"repetition_penalty": 0},
        {"no_repeat_ngram_size": -1},
        {"early_stopping": "soon"},
        {"length_penalty": "long"},
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(generation: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        plan(GPT2, **generation)


def test_without_marks_there_is_no_plan() -> None:
    with pytest.raises(KeyError):
        plan({"model_type": "vision-encoder-decoder"})
