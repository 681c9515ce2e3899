"""The import table of docs/architecture.md, held by reading every module's syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Each room with the rooms it may import from, itself apart.
MAY_IMPORT = {
    "ai": set(),
    "accounts": set(),
    "jobs": set(),
    "photos": {"ai", "accounts", "jobs"},
    "albums": {"ai", "accounts", "jobs", "photos"},
    "search": {"ai", "accounts", "jobs", "photos", "albums"},
    "cloudzy": {"ai", "accounts", "jobs", "photos", "albums", "search"},
}
MODULES = sorted(path.relative_to(ROOT) for room in MAY_IMPORT for path in (ROOT / room).rglob("*.py"))
PRODUCT_MODULES = [path for path in MODULES if "tests" not in path.parts]
LARGEST_FILE = 250
LARGEST_FUNCTION = 45


def tree_of(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text())


def imported_rooms(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for name in names:
            if name.partition(".")[0] in MAY_IMPORT:
                yield name.partition(".")[0], node.lineno


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_room_imports_only_from_rooms_to_its_left(module: Path) -> None:
    room = module.parts[0]

    wrong = [f"{name} in line {line}" for name, line in imported_rooms(tree_of(module)) if name != room]

    assert [found for found in wrong if found.partition(" ")[0] not in MAY_IMPORT[room]] == []


@pytest.mark.parametrize("module", PRODUCT_MODULES, ids=str)
def test_no_function_imports_a_module_of_ours(module: Path) -> None:
    # AppConfig.ready is Django's own place for imports that must wait until all models are there.
    inside = [function for function in functions(tree_of(module)) if function.name != "ready"]

    assert [(function.name, *found) for function in inside for found in imported_rooms(function)] == []


def test_ai_has_no_django_models_and_knows_no_photo() -> None:
    assert not (ROOT / "ai" / "models.py").exists()
    assert not list((ROOT / "ai").rglob("migrations"))


def test_only_settings_and_the_process_itself_read_the_environment() -> None:
    # wsgi.py sets a thread count before numpy loads, manage.py names the settings; both only set defaults.
    allowed = {Path("cloudzy") / name for name in ("environment.py", "wsgi.py", "gunicorn_conf.py")}
    readers = [path for path in PRODUCT_MODULES if "environ" in (ROOT / path).read_text() and path not in allowed]

    assert [path for path in readers if "os.environ" in (ROOT / path).read_text()] == []


def test_only_one_module_knows_of_the_table_of_vectors() -> None:
    allowed = {Path("photos/embeddings.py"), Path("photos/models/queryset.py")}  # the QuerySet tells what lacks one

    users = [
        path
        for path in PRODUCT_MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and path.name != "__init__.py"
        if "Embedding" in {name.name for name in node.names}
    ]

    assert set(users) == allowed


@pytest.mark.parametrize("module", PRODUCT_MODULES, ids=str)
def test_files_and_functions_stay_small(module: Path) -> None:
    tree = tree_of(module)

    assert len((ROOT / module).read_text().splitlines()) <= LARGEST_FILE
    assert [f.name for f in functions(tree) if (f.end_lineno or 0) - f.lineno >= LARGEST_FUNCTION] == []
