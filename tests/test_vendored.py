"""What others wrote and lies here: named with its version and its licence, and asking no other host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

VENDORED = Path(__file__).resolve().parent.parent / "static" / "vendor"
FOLDERS = sorted(path for path in VENDORED.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_vendored_package_says_which_it_is_and_what_its_licence_allows(folder: Path) -> None:
    said = (folder / "README.md").read_text()
    licence = (folder / "LICENSE").read_text()

    assert re.search(r"npm package `(@[\w-]+/)?[\w.-]+@\d+\.\d+\.\d+`", said)
    assert re.search(r"MIT|Zero-Clause BSD", said)
    assert re.search(r"Permission to use|Permission is hereby granted", licence)


@pytest.mark.parametrize("script", sorted(VENDORED.rglob("*.js")), ids=lambda script: script.name)
def test_a_vendored_script_imports_only_what_lies_beside_it(script: Path) -> None:
    imported = re.findall(r"""^import .* from ["']([^"']+)["']""", script.read_text(), re.MULTILINE)

    assert all(name.startswith("./") and (script.parent / name).is_file() for name in imported)
