"""Which files make a model, by the layouts in which models are published."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ai.manifests import ModelProblem

GRAPH = "model.onnx"
VISUAL, TEXTUAL = f"visual/{GRAPH}", f"textual/{GRAPH}"
MERGES = "bpe_simple_vocab_16e6.txt.gz"


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
        extras = {name: name for name in self.optional if name in paths}
        return {name: places[0] for name, places in found.items()} | extras

    def _places(self, name: str, paths: Collection[str]) -> list[str]:
        if name in paths or not self.anywhere:
            return [name] if name in paths else []
        return [path for path in paths if path.endswith(f"/{name}")]


IMMICH = Layout(
    name="immich",
    kind="clip",
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
RCLIP = Layout(name="rclip", kind="clip", files=("visual.onnx", "textual.onnx", MERGES), anywhere=True)

LAYOUTS = {layout.name: layout for layout in (IMMICH, RCLIP)}


def recognise(paths: Collection[str]) -> tuple[Layout, Mapping[str, str]]:
    """Return the layout these paths are of, and where each of its files lies; raise ModelProblem where it is none."""
    for layout in LAYOUTS.values():
        if found := layout.find(paths):
            return layout, found
    known = "; ".join(f"{layout.name}: {', '.join(layout.files)}" for layout in LAYOUTS.values())
    raise ModelProblem(f"These are not the files of a model in a layout known here ({known}).")
