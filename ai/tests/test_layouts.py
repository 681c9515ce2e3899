from __future__ import annotations

import pytest

from ai.layouts import IMMICH, LAYOUTS, OPTIMUM, OPTIMUM_MERGED, RCLIP, recognise
from ai.manifests import ModelProblem

MERGES = "bpe_simple_vocab_16e6.txt.gz"


def test_immichs_files_are_recognised_among_others() -> None:
    others = ["README.md", "visual/model.armnn", "visual/fp16/model.armnn"]

    layout, places = recognise([*IMMICH.files, *others])

    assert layout is IMMICH
    assert places == {path: path for path in IMMICH.files}


def test_weights_beside_a_graph_belong_to_it() -> None:
    _, places = recognise([*IMMICH.files, "visual/model.onnx.data"])

    assert places["visual/model.onnx.data"] == "visual/model.onnx.data"


def test_immichs_files_count_only_where_they_belong() -> None:
    with pytest.raises(ModelProblem, match=r"visual/model\.onnx.*visual\.onnx"):
        recognise([f"deeper/{path}" for path in IMMICH.files])


def test_rclips_files_are_found_in_whatever_folders() -> None:
    layout, places = recognise(["ViT-B/visual.onnx", "ViT-B/textual.onnx", f"tokenizer/{MERGES}", "x/README.md"])

    assert layout is RCLIP
    assert places == {
        "visual.onnx": "ViT-B/visual.onnx",
        "textual.onnx": "ViT-B/textual.onnx",
        MERGES: f"tokenizer/{MERGES}",
    }


def test_two_models_in_one_place_are_not_guessed_between() -> None:
    with pytest.raises(ModelProblem):
        recognise(["a/visual.onnx", "b/visual.onnx", "a/textual.onnx", MERGES])


def test_a_file_whose_name_only_ends_alike_is_another_one() -> None:
    with pytest.raises(ModelProblem):
        recognise(["not_visual.onnx", "textual.onnx", MERGES])


def test_an_export_of_a_captioner_is_found_with_its_graphs_in_a_folder_and_its_merged_decoder_first() -> None:
    texts = ["config.json", "tokenizer.json", "preprocessor_config.json", "generation_config.json"]
    graphs = ["encoder_model.onnx", "decoder_model.onnx", "decoder_model_merged.onnx", "encoder_model_quantized.onnx"]

    layout, places = recognise([*texts, *(f"onnx/{graph}" for graph in graphs)])

    assert layout is OPTIMUM_MERGED
    assert places["decoder_model_merged.onnx"] == "onnx/decoder_model_merged.onnx"
    assert places["generation_config.json"] == "generation_config.json"
    assert "decoder_model.onnx" not in places
    assert recognise([*texts[:3], *graphs[:2]])[0] is OPTIMUM


@pytest.mark.parametrize("missing", IMMICH.files)
def test_half_a_model_is_none(missing: str) -> None:
    with pytest.raises(ModelProblem):
        recognise([path for path in IMMICH.files if path != missing])


def test_layouts_are_found_by_the_name_in_a_manifest() -> None:
    assert all(LAYOUTS[layout.name] is layout for layout in (IMMICH, RCLIP, OPTIMUM, OPTIMUM_MERGED))
