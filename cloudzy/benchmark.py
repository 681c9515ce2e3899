"""How fast the site answers, measured in its own process: server time, without network and browser."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.local import local_owner
from ai.encoders.base import model_key
from cloudzy.synthetic import add_photos, picture
from photos import storage
from photos.encoding import current_encoder

WARM_UPS = 3
ROUNDS = 30


@dataclass(frozen=True)
class Figures:
    """Medians in milliseconds and numbers of SQL queries."""

    photos: int
    upload_p50_ms: float
    gallery_p50_ms: float
    photos_list_p50_ms: float
    search_p50_ms: float
    gallery_queries: int
    list_queries: int

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


@contextmanager
def temporary_library() -> Iterator[None]:
    """Serve an empty library in a temporary place; the real one is neither read nor written."""
    with tempfile.TemporaryDirectory(prefix="cloudzy-benchmark-") as home:
        folders: dict[str, Any] = {
            "CLOUDZY_DATA_DIR": Path(home),
            "MEDIA_ROOT": Path(home) / "media",
            "FILE_UPLOAD_TEMP_DIR": Path(home) / "media" / ".incoming",
        }
        real = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = str(Path(home) / "photos.db")
        with override_settings(**folders):
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            try:
                storage.prepare()  # before the first row: a library with photos and no marker counts as unmounted
                yield
            finally:
                connection.creation.destroy_test_db(real, verbosity=0)


def measure(photos: int, progress: Callable[[str], None]) -> Figures:
    """Fill the library with synthetic photos and measure; to be called within temporary_library()."""
    encoder = current_encoder()
    for done in add_photos(local_owner(), photos, encoder.dimension, model_key(encoder)):
        progress(f"{done} of {photos} photos")
    call_command("rebuild_index", verbosity=0)
    client = Client(headers={"host": "localhost"})
    pictures = iter(range(10**6))
    return Figures(
        photos=photos,
        upload_p50_ms=_median_ms(lambda: _upload(client, next(pictures))),
        gallery_p50_ms=_median_ms(lambda: _get(client, "/gallery/")),
        photos_list_p50_ms=_median_ms(lambda: _get(client, "/photos?limit=100")),
        search_p50_ms=_median_ms(lambda: _get(client, "/search?q=dog&top_k=20")),
        gallery_queries=_queries(lambda: _get(client, "/gallery/")),
        list_queries=_queries(lambda: _get(client, "/photos?limit=100")),
    )


def _upload(client: Client, number: int) -> float:
    file = SimpleUploadedFile(f"{number}.jpg", picture(number), "image/jpeg")
    start = perf_counter()
    response = client.post("/upload", {"file": file})
    elapsed = perf_counter() - start
    if response.status_code != 201 or response.json()["status"] != "ready":
        raise RuntimeError(f"POST /upload answered {response.status_code}: {response.content[:500]!r}")
    return elapsed


def _get(client: Client, url: str) -> float:
    start = perf_counter()
    response = client.get(url)
    elapsed = perf_counter() - start
    if response.status_code != 200:
        raise RuntimeError(f"GET {url} answered {response.status_code}: {response.content[:500]!r}")
    return elapsed


def _median_ms(request: Callable[[], float]) -> float:
    for _ in range(WARM_UPS):
        request()
    return round(median(request() for _ in range(ROUNDS)) * 1000, 1)


def _queries(request: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        request()
    return len(captured)
