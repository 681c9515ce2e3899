"""The models on this machine: one folder each, usable only as long as it is what its manifest says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ai.catalogue import CATALOGUE
from ai.layouts import CAPTIONER, LAYOUTS, Layout
from ai.manifests import MANIFEST, PLAIN_NAME, Manifest, ModelProblem, check_bytes, check_files, read_manifest


@dataclass(frozen=True)
class InstalledModel:
    folder: Path
    manifest: Manifest

    @property
    def layout(self) -> Layout:
        return LAYOUTS[self.manifest.layout]

    @property
    def setting(self) -> str:
        """The line of the configuration that puts this model to use."""
        name = self.manifest.name
        return f"CLOUDZY_CAPTIONER=local:{name}" if self.layout.kind == CAPTIONER else f"CLOUDZY_ENCODER=clip:{name}"

    @property
    def traits(self) -> str:
        """What sort of model it is, in a few words."""
        return "writes captions" if self.layout.kind == CAPTIONER else f"{self.manifest.dimension} numbers a vector"


class ModelStore:
    """Reads what lies in a folder of models; `ai.installing` writes there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder_of(self, name: str) -> Path:
        return self._folder / name

    def names(self) -> list[str]:
        """Return what is installed, whether or not it is still usable."""
        return sorted(path.parent.name for path in self._folder.glob(f"[!.]*/{MANIFEST}"))

    def model(self, name: str) -> InstalledModel:
        """Return an installed model as its manifest describes it; raise ModelProblem where there is none."""
        return self._examined(name, lambda _, __: None)

    def usable(self, name: str) -> InstalledModel:
        """Return an installed model whose files are as they were fetched; raise ModelProblem with the cure."""
        return self._examined(name, check_files)

    def verified(self, name: str) -> InstalledModel:
        """Return the model after reading every byte of it again; raise ModelProblem with the cure."""
        return self._examined(name, check_bytes)

    def _examined(self, name: str, check: Callable[[Path, Manifest], None]) -> InstalledModel:
        folder = self.folder_of(name)
        source = ""
        if not PLAIN_NAME.fullmatch(name):
            raise ModelProblem(f"{name!r} cannot be the name of a model: see `manage.py models list`.")
        try:
            manifest = read_manifest(folder)
            source = manifest.source
            if manifest.name != name or manifest.layout not in LAYOUTS:
                raise ModelProblem("its manifest is that of another model")
            check(folder, manifest)
        except ModelProblem as problem:
            raise ModelProblem(f"The model {name} cannot be used: {problem}. {_cure(name, source)}") from problem
        return InstalledModel(folder, manifest)


def _cure(name: str, source: str) -> str:
    """Tell which commands put a model right; `source` is empty where nobody knows where it came from."""
    add = f"`manage.py models add {name} --from DIR`"
    if name not in CATALOGUE and not source:
        return f"Run {add}."
    fetch = f"models fetch {name}" if name in CATALOGUE else f"models fetch {source} --as {name}"
    return f"Run `manage.py {fetch}`, or without internet {add}."
