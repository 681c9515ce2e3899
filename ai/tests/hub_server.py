"""A hub on this machine that answers as huggingface.co does, and can be told to answer badly."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1000  # bytes from which the hub tells a SHA-256, as it does for what lies in large file storage


@dataclass
class Behaviour:
    """How the hub answers a path that ends so; a fault happens `times`, then all is well."""

    ending: str
    status: int = 0  # answer this instead
    cut_after: int = 0  # close the connection after so many bytes
    location: str = ""  # redirect there
    body: bytes | None = None  # send this instead, as if it were all
    ignore_range: bool = False
    wait: threading.Event | None = None  # answer only when it is set
    times: int = 1


@dataclass
class FakeHub:
    address: str
    files: dict[str, bytes]
    faults: list[Behaviour] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)  # path and Range of every request
    commit: str = COMMIT
    told_sizes: dict[str, int] = field(default_factory=dict)
    told_hashes: dict[str, str] = field(default_factory=dict)

    def requests_for(self, ending: str) -> list[str]:
        return [wanted for path, wanted in self.asked if path.endswith(ending)]

    def fault(self, ending: str) -> Behaviour | None:
        """Take the next fault for this path."""
        for fault in self.faults:
            if ending.endswith(fault.ending) and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def listing(self) -> dict[str, Any]:
        return {"sha": self.commit, "siblings": [self._sibling(path) for path in self.files]}

    def _sibling(self, path: str) -> dict[str, Any]:
        content = self.files[path]
        told: dict[str, Any] = {"rfilename": path, "size": self.told_sizes.get(path, len(content))}
        if len(content) >= LARGE:
            told["lfs"] = {"sha256": self.told_hashes.get(path, hashlib.sha256(content).hexdigest())}
        return told


@contextmanager
def serving(folder: Path) -> Iterator[FakeHub]:
    """Serve the files under `folder` as every repository."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    hub = FakeHub(f"http://127.0.0.1:{server.server_port}", files)
    server.hub = hub  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub: FakeHub = self.server.hub  # type: ignore[attr-defined]
        path = self.path.partition("?")[0]
        hub.asked.append((path, self.headers.get("Range", "")))
        fault = hub.fault(path)
        if fault and fault.wait:
            fault.wait.wait(10)
        if fault and (fault.status or fault.location):
            self._send(fault.status or 302, b"", Location=fault.location)
        elif path.startswith("/api/models/"):
            self._send(200, fault.body if fault and fault.body is not None else json.dumps(hub.listing()).encode())
        else:
            self._file(hub, path, fault)

    def _file(self, hub: FakeHub, path: str, fault: Behaviour | None) -> None:
        found = re.fullmatch(rf"(?:/elsewhere)?/[\w.-]+/[\w.-]+/resolve/{hub.commit}/(.+)", path)
        if not found or found[1] not in hub.files:
            self._send(404, b"Entry not found")
            return
        content = fault.body if fault and fault.body is not None else hub.files[found[1]]
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if "Range" not in self.headers or (fault and fault.ignore_range):
            self._send(200, content, fault)
        elif start >= len(content):
            self._send(416, b"")
        else:
            told = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(206, content[start:], fault, **{"Content-Range": told})

    def _send(self, status: int, body: bytes, fault: Behaviour | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        cut = fault.cut_after if fault else 0
        self.wfile.write(body[:cut] if cut else body)
        self.close_connection = self.close_connection or bool(cut)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
