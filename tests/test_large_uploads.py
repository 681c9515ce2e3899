"""Uploads over real connections: clients that vanish, a server that is killed, and files too large for its memory."""

from __future__ import annotations

import hashlib
import http.client
import itertools
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from photos.tests.pictures import encoded, jpeg, noise
from photos.tests.resuming import STREAM, TUS
from tests.running_site import RunningSite

LARGE = 500 * 2**20
GROWTH = 60 * 2**10  # KiB that a process may have more at its peak than decoding such a photo took it before


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path_factory.mktemp("site"), processes=1)
    running.environment = running.environment | {"CLOUDZY_MAX_UPLOAD_MB": "600"}
    with running:
        yield running


def ask(
    site: RunningSite, method: str, path: str, headers: dict[str, str], body: object = None
) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=120)
    try:
        connection.request(method, path, body, TUS | headers)  # type: ignore[arg-type]
        answer = connection.getresponse()
        answer.read()
        return answer.status, dict(answer.getheaders())
    finally:
        connection.close()


def begun(site: RunningSite, length: int) -> str:
    status, headers = ask(site, "POST", "/uploads/", {"Upload-Length": str(length)})
    assert status == 201
    return headers["Location"]


def send_and_vanish(site: RunningSite, where: str, offset: int, announced: int, data: bytes) -> None:
    """Send the head of a piece and a part of its body, then close the connection with a reset."""
    head = [f"PATCH {where} HTTP/1.1", "Host: 127.0.0.1", "Tus-Resumable: 1.0.0", f"Content-Type: {STREAM}"]
    head += [f"Upload-Offset: {offset}", f"Content-Length: {announced}", "", ""]
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall("\r\n".join(head).encode() + data)
        arrived = site.home / "media" / ".incoming" / where.rpartition("/")[2].replace("-", "")
        until(lambda: arrived.stat().st_size >= offset + 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))


def until(true: object) -> None:
    deadline = time.monotonic() + 20
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def offset_of(site: RunningSite, where: str) -> int:
    """Ask how far it is, again while the server has not noticed yet that its client is gone."""
    status, headers = 423, dict[str, str]()
    while status == 423:
        status, headers = ask(site, "HEAD", where, {})
    assert status == 200
    return int(headers["Upload-Offset"])


def finished(site: RunningSite, where: str, data: bytes) -> bytes:
    """Send the rest; return the SHA-256 of the photo it has become."""
    offset = offset_of(site, where)
    headers = {"Content-Type": STREAM, "Upload-Offset": str(offset)}
    status, answer = ask(site, "PATCH", where, headers, data[offset:])
    assert status == 204
    photo = site.get(f"/photo/{answer['X-Photo-Id']}").data
    [original] = (site.home / "media" / "originals").rglob(f"*.{photo['filename'].rpartition('.')[2]}")
    return hashlib.sha256(original.read_bytes()).digest()


def test_a_client_that_vanishes_goes_on_where_it_was(site: RunningSite) -> None:
    data = encoded(noise((400, 300)), "PNG")
    where = begun(site, len(data))

    send_and_vanish(site, where, 0, len(data), data[: len(data) // 3])
    middle = offset_of(site, where)
    send_and_vanish(site, where, middle, len(data) - middle, data[middle : len(data) // 2])

    assert 0 < middle <= len(data) // 3
    assert finished(site, where, data) == hashlib.sha256(data).digest()


def test_a_server_that_is_killed_goes_on_where_it_was(site: RunningSite) -> None:
    data = encoded(noise((300, 200)), "TIFF")
    where = begun(site, len(data))

    send_and_vanish(site, where, 0, len(data), data[:100_000])
    site.stop(signal.SIGKILL)
    site.start()

    assert finished(site, where, data) == hashlib.sha256(data).digest()


@pytest.fixture
def large(site: RunningSite, tmp_path: Path) -> Path:
    """A JPEG of 500 MB, most of them zeros, for a server that has decoded one of as many pixels before."""
    path = tmp_path / "large.jpg"
    path.write_bytes(jpeg((4000, 3000)))
    os.truncate(path, LARGE)
    assert site.upload(jpeg((4000, 3000), "blue"), "as many pixels.jpg").status < 300
    return path


def test_a_file_of_500_mb_in_one_piece_is_never_held_in_memory(site: RunningSite, large: Path) -> None:
    before = peak(site)
    where = begun(site, LARGE)
    headers = {"Content-Type": STREAM, "Upload-Offset": "0", "Content-Length": str(LARGE)}

    with large.open("rb") as body:
        status, _ = ask(site, "PATCH", where, headers, body)

    assert status == 204
    assert peak(site) - before < GROWTH


def test_nor_is_one_in_a_form(site: RunningSite, large: Path) -> None:
    before = peak(site)
    head = b'--boundary\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    tail = b"x\r\n--boundary--\r\n"  # one byte more than the other file
    length = len(head) + LARGE + len(tail)
    headers = {"Content-Type": "multipart/form-data; boundary=boundary", "Content-Length": str(length)}

    with large.open("rb") as body:
        status, _ = ask(
            site, "POST", "/upload", headers, itertools.chain([head], iter(lambda: body.read(2**16), b""), [tail])
        )

    assert status == 201
    assert peak(site) - before < GROWTH


def peak(site: RunningSite) -> int:
    """Return the most memory, in KiB, that any process of the web server has had resident."""
    children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text().split()
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in children]
    return max(int(re.search(r"VmHWM:\s+(\d+)", status)[1]) for status in statuses)  # type: ignore[index]
