"""Which files make a model, by the layouts in which models are published."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ai.manifests import ModelProblem

GRAPH = "model.onnx"
VISUAL, TEXTUAL = f"visual/{GRAPH}", f"textual/{GRAPH}"
MERGES = "bpe_simple_vocab_16e6.txt.gz"
CAPTION_ENCODER, MERGED_DECODER, PLAIN_DECODER = (
    "encoder_model.onnx",
    "decoder_model_merged.onnx",
    "decoder_model.onnx",
)
TOKENIZER, PREPROCESSOR, CAPTION_CONFIG, GENERATION = (
    "tokenizer.json",
    "preprocessor_config.json",
    "config.json",
    "generation_config.json",
)

CLIP, CAPTIONER = "clip", "captioner"  # the kinds of models


@dataclass(frozen=True)
class Layout:
    """The files a kind of model consists of, by their paths under its folder.

    In a layout that is `anywhere` they may lie in any folder of what is published, as long as they are there once.
    """

    name: str
    kind: str
    files: tuple[str, ...]
    optional: tuple[str, ...] = ()
    anywhere: bool = False

    def find(self, paths: Collection[str]) -> Mapping[str, str]:
        """Map each file of the layout to where it lies among `paths`; empty where they are not of this layout."""
        found = {name: self._places(name, paths) for name in self.files}
        if any(len(places) != 1 for places in found.values()):
            return {}
        extras = {name: self._places(name, paths) for name in self.optional}
        return {name: places[0] for name, places in (found | extras).items() if len(places) == 1}

    def _places(self, name: str, paths: Collection[str]) -> list[str]:
        if name in paths or not self.anywhere:
            return [name] if name in paths else []
        return [path for path in paths if path.endswith(f"/{name}")]


IMMICH = Layout(
    name="immich",
    kind=CLIP,
    files=(
        "config.json",
        VISUAL,
        "visual/preprocess_cfg.json",
        TEXTUAL,
        "textual/tokenizer.json",
        "textual/tokenizer_config.json",
    ),
    # Weights beyond what one ONNX file can hold.
    optional=tuple(f"{part}{ending}" for part in (VISUAL, TEXTUAL) for ending in (".data", "_data")),
)
RCLIP = Layout(name="rclip", kind=CLIP, files=("visual.onnx", "textual.onnx", MERGES), anywhere=True)

# What Hugging Face Optimum exports of an image captioner; published exports have the graphs in a folder `onnx`.
OPTIMUM, OPTIMUM_MERGED = (
    Layout(
        name=name,
        kind=CAPTIONER,
        files=(CAPTION_ENCODER, decoder, TOKENIZER, PREPROCESSOR, CAPTION_CONFIG),
        optional=(GENERATION,),
        anywhere=True,
    )
    for name, decoder in (("optimum", PLAIN_DECODER), ("optimum-merged", MERGED_DECODER))
)

# An export may have both decoders: the merged one is the faster.
LAYOUTS = {layout.name: layout for layout in (IMMICH, RCLIP, OPTIMUM_MERGED, OPTIMUM)}


def recognise(paths: Collection[str]) -> tuple[Layout, Mapping[str, str]]:
    """Return the layout these paths are of, and where each of its files lies; raise ModelProblem where it is none."""
    for layout in LAYOUTS.values():
        if found := layout.find(paths):
            return layout, found
    known = "; ".join(f"{layout.name}: {', '.join(layout.files)}" for layout in LAYOUTS.values())
    raise ModelProblem(f"These are not the files of a model in a layout known here ({known}).")
