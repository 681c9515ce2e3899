"""The import table of docs/architecture.md, held by reading every module's syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Each room with the rooms it may import from, itself apart.
MAY_IMPORT: dict[str, set[str]] = {
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


def test_a_room_imports_only_from_rooms_to_its_left() -> None:
    wrong = [
        f"{module} imports {name} in line {line}"
        for module in MODULES
        for name, line in imported_rooms(tree_of(module))
        if name not in {module.parts[0], *MAY_IMPORT[module.parts[0]]}
    ]

    assert wrong == []


def test_no_function_imports_a_module_of_ours() -> None:
    # AppConfig.ready is Django's own place for imports that must wait until all models are there.
    wrong = [
        f"{function.name} imports {name} in line {line} of {module}"
        for module in PRODUCT_MODULES
        for function in functions(tree_of(module))
        if function.name != "ready"
        for name, line in imported_rooms(function)
    ]

    assert wrong == []


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


def test_files_and_functions_stay_small() -> None:
    files = [path for path in PRODUCT_MODULES if len((ROOT / path).read_text().splitlines()) > LARGEST_FILE]
    large = [
        f"{function.name} of {module}"
        for module in PRODUCT_MODULES
        for function in functions(tree_of(module))
        if (function.end_lineno or 0) - function.lineno >= LARGEST_FUNCTION
    ]

    assert files == []
    assert large == []
