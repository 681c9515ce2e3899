"""A client of tus for tests, and what may happen to its connection."""

from __future__ import annotations

import base64
import hashlib
from io import BytesIO
from typing import Any

from django.test import Client

TUS = {"Tus-Resumable": "1.0.0"}
STREAM = "application/offset+octet-stream"


class Breaking(BytesIO):
    """A body whose connection is gone where its bytes end: with a reset, or quietly."""

    def __init__(self, data: bytes, quietly: bool = False) -> None:
        super().__init__(data)
        self.quietly = quietly

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data and not self.quietly:
            raise OSError("connection reset by peer")
        return data


def metadata(**values: str) -> dict[str, str]:
    pairs = [f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items()]
    return {"Upload-Metadata": ",".join(pairs)} if pairs else {}


def checksum(data: bytes, algorithm: str = "sha256") -> dict[str, str]:
    digest = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
    return {"Upload-Checksum": f"{algorithm} {digest}"}


def begin(client: Client, length: int, **told: str) -> Any:
    return client.generic("POST", "/uploads/", headers=TUS | {"Upload-Length": str(length)} | metadata(**told))


def begun(client: Client, length: int, **told: str) -> str:
    """Begin an upload; return where its pieces go."""
    response = begin(client, length, **told)
    assert response.status_code == 201, response.content
    return str(response["Location"])


def piece(client: Client, where: str, offset: int, data: bytes, headers: dict[str, str] | None = None) -> Any:
    said = TUS | {"Upload-Offset": str(offset)} | (headers or {})
    # The test client leaves the type of an empty body out.
    return client.generic("PATCH", where, data, content_type=STREAM, headers=said, CONTENT_TYPE=STREAM)


def broken_piece(
    client: Client, where: str, offset: int, announced: int, body: BytesIO, headers: dict[str, str] | None = None
) -> Any:
    """Announce more than comes."""
    said = TUS | {"Upload-Offset": str(offset)} | (headers or {})
    sent: dict[str, Any] = {"CONTENT_LENGTH": str(announced), "wsgi.input": body}
    return client.generic("PATCH", where, b"-", content_type=STREAM, headers=said, **sent)


def offset_of(client: Client, where: str) -> int:
    response = client.head(where, headers=TUS)
    assert response.status_code == 200, response
    return int(response["Upload-Offset"])


def sent_whole(client: Client, data: bytes, **told: str) -> Any:
    """Upload in one piece; return the answer to it."""
    return piece(client, begun(client, len(data), **told), 0, data)
