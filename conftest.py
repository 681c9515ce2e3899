"""The tests' own environment, said before Django reads its settings: no test sees or touches the real library."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from pytest_django import DjangoDbBlocker

# One folder per process, and so one per pytest-xdist worker.
_home = tempfile.mkdtemp(prefix="cloudzy-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("CLOUDZY_")]:
    if _name not in {"CLOUDZY_TEST_ASSETS", "CLOUDZY_TEST_DATABASE_URL", "CLOUDZY_REQUIRE_BROWSER"}:
        del os.environ[_name]
for _name in ("DATABASE_URL", "DEBUG", "HOST", "PORT", "WEB_CONCURRENCY"):
    os.environ.pop(_name, None)
if _database := os.environ.get("CLOUDZY_TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = _database
# What is compiled is kept, whatever the shell says: the processes of tests would each compile the whole project anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ |= {
    "CLOUDZY_ENV_FILE": os.devnull,
    "CLOUDZY_DATA_DIR": f"{_home}/data",
    "CLOUDZY_MEDIA_DIR": f"{_home}/media",
    "CLOUDZY_ENCODER": "fake",
    "CLOUDZY_DECODER": "inline",  # a process for each test would take half a second; tests of the border have one
    "SECRET_KEY": "a secret of the tests only, long enough for server mode",
    "OMP_NUM_THREADS": "1",
    # Here, not in pyproject.toml: pytest-django would then read the settings before this file is.
    "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
}


# Before pytest-django would: the fixtures below import models.
django.setup()
pytest_plugins = ["photos.tests.fixtures"]


def pytest_sessionstart() -> None:
    # Loaded by now. The workers of pytest-xdist inherit this environment: with the name still in it, each would read
    # the settings before it has made a home of its own.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    # Databases are emptied after some tests, which the seal of the record refuses; its own tests put it on.
    importlib.import_module("accounts.sealing").WANTED = False  # type: ignore[attr-defined]
    importlib.import_module("cloudzy.migrated").GUARDED = False  # type: ignore[attr-defined]
    sparing = importlib.import_module("tests.sparing")
    sparing.hash_passwords_quickly()
    sparing.wait_for_no_disk()
    sparing.find_static_files_once()
    sparing.refill_emptied_databases()


@pytest.hookimpl(trylast=True)  # pytest-django has put those first that need a database
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes the longest, whole sites and browsers: else one worker is left with it at the end."""
    whole = Path(__file__).parent / "tests"
    items.sort(key=lambda item: item.path.parent != whole)


def pytest_collection_finish() -> None:
    # As the site does when it is loaded: looking through all modules for garbage is a twelfth of the time of tests.
    importlib.import_module("cloudzy.allocator").spare_what_stays()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:  # noqa: ARG001
    """Keep a copy of the database before the first test: what processes of tests begin with."""
    with django_db_blocker.unblock():
        importlib.import_module("photos.tests.libraries").keep_migrated()


@pytest.fixture(autouse=True)
def no_healing_in_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of its own would meet the next test's database; tests of healing call it themselves."""
    monkeypatch.setattr("search.index.live.HEAL_IN_BACKGROUND", False)


@pytest.fixture(autouse=True)
def no_index_of_an_earlier_test() -> Iterator[None]:
    """Index files name the library they were made from; the next test has another."""
    yield
    shutil.rmtree(f"{_home}/data/index", ignore_errors=True)
