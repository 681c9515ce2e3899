"""Requests as clients send them, for the tests of the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from photos.tests.pictures import jpeg

BOUNDARY = "part-of-a-test"


def post_photo(
    client: Client,
    data: bytes | None = None,
    name: str = "photo.jpg",
    path: str = "/upload",
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Upload bytes, by default a red JPEG, as curl -F does."""
    file = SimpleUploadedFile(name, jpeg() if data is None else data)
    return client.post(path, {"file": file}, headers=headers)


def post_multipart(client: Client, body: bytes) -> Any:
    """Send a multipart body byte for byte."""
    return client.post("/upload", body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


def part(data: bytes, disposition: str = 'name="file"; filename="photo.jpg"') -> bytes:
    """Make a multipart body of one file, with its end."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: image/jpeg\r\n\r\n"
    return head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()


def patch(client: Client, path: str, changes: Any) -> Any:
    return client.patch(path, changes, content_type="application/json")


def post(client: Client, path: str, body: Any = "") -> Any:
    """Post JSON, or nothing."""
    return client.post(path, body, content_type="application/json")


def read(response: Any) -> bytes:
    """Return the bytes of a streamed answer; the file behind it is closed at their end."""
    return b"".join(response.streaming_content)


def problem_of(response: Any) -> tuple[int, str]:
    """Return status and slug of an answer, having proved that it is a problem in its form."""
    assert response["Content-Type"] == "application/problem+json", response
    facts = response.json()
    assert facts["status"] == response.status_code
    assert facts["title"]
    assert facts["detail"]
    return response.status_code, facts["type"].removeprefix("/problems/")


def link_to_next(response: Any) -> str | None:
    """Read the address of the next page out of the Link header (RFC 8288)."""
    found = re.fullmatch(r'<http://testserver(/\S+)>; rel="next"', response.get("Link", ""))
    return found[1] if found else None


def queries_of(client: Client, path: str, **query: Any) -> list[str]:
    """Return the SQL that answering a GET takes."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, query).status_code == 200
    return [entry["sql"] for entry in captured.captured_queries]


def reads_vectors(sql: str) -> bool:
    return '"embedding"."vector"' in sql


def files_below(folder: Path) -> list[Path]:
    """Return every file of a media folder but its marker."""
    return [path for path in folder.rglob("*") if path.is_file() and path.name != ".cloudzy"]


def plans_of(queries: CaptureQueriesContext) -> list[str]:
    """Return how SQLite goes about each SELECT among these, a line for each table."""
    plans = []
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                plans += [row[3] for row in cursor.fetchall()]
    return plans
