"""Promises that only real processes can keep: several of them, killed, restarted, or under load."""

from __future__ import annotations

import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from photos.tests.pictures import jpeg
from tests.running_site import Answer, RunningSite

COLOURS = ["red", "green", "blue", "yellow", "white", "black", "orange", "purple"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    with RunningSite(tmp_path, processes=4) as running:
        yield running


def picture(number: int) -> bytes:
    return jpeg(size=(64, 48), colour=COLOURS[number % len(COLOURS)], comment=f"picture {number}".encode())


def index_files(site: RunningSite) -> list[Path]:
    return [path for path in (site.home / "data" / "index").rglob("*") if path.is_file() and path.stat().st_size]


def upload_some(site: RunningSite, count: int = 16) -> list[int]:
    return [site.upload(picture(number), f"{number}.jpg").data["id"] for number in range(count)]


def asked_often(question: Callable[[], object], times: int = 24) -> list[object]:
    """Ask on so many connections at once that all processes answer."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: question(), range(times)))


def test_all_processes_find_an_uploaded_photo_and_lose_a_deleted_one_at_the_next_search(site: RunningSite) -> None:
    upload_some(site)
    new = site.upload(jpeg(size=(80, 80), colour="red"), "new.jpg").data["id"]

    lists = asked_often(lambda: site.found("red"))

    assert new in site.found("red")
    assert all(found == lists[0] for found in lists)

    assert site.delete(f"/photo/{new}").status == 204
    assert all(new not in found for found in asked_often(lambda: site.found("red")))  # type: ignore[operator]


def test_the_same_search_answers_after_a_restart_without_and_with_a_broken_index(site: RunningSite) -> None:
    upload_some(site)
    assert site.manage("rebuild_index").returncode == 0
    before = site.get("/search", q="red", top_k=50).data

    site.stop(signal.SIGTERM)
    site.start()
    assert site.get("/search", q="red", top_k=50).data == before

    for file in index_files(site):
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 0xFF
        file.write_bytes(data)
    assert site.get("/search", q="red", top_k=50).data == before
    site.stop(signal.SIGKILL)
    site.start()
    assert site.get("/search", q="red", top_k=50).data == before

    _remove(site.home / "data" / "index")
    assert site.get("/search", q="red", top_k=50).data == before
    site.stop(signal.SIGTERM)
    site.start()
    assert site.get("/search", q="red", top_k=50).data == before


def _remove(folder: Path) -> None:
    """Delete a folder in which a process may be writing at this moment."""
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def test_a_site_killed_while_uploads_arrive_has_no_row_without_bytes_and_takes_them_again(site: RunningSite) -> None:
    answers: list[Answer] = []

    def send() -> None:
        for number in range(200):
            try:
                answers.append(site.upload(picture(number), f"{number}.jpg"))
            except OSError:
                return

    sender = threading.Thread(target=send)
    sender.start()
    half = _half_an_upload(site.port)
    while len(answers) < 20:
        assert sender.is_alive(), answers
        threading.Event().wait(0.01)
    site.stop(signal.SIGKILL)
    sender.join()
    half.close()
    site.start()

    assert site.manage("check_integrity", "--hashes").returncode == 0
    kept = {answer.data["id"] for answer in answers}
    assert len(kept) == len(answers)
    assert all(site.get(f"/photo/{pk}").status == 200 for pk in kept)
    assert site.upload(picture(199), "again.jpg").status == 201


def _half_an_upload(port: int) -> socket.socket:
    """Begin an upload that never ends."""
    connection = socket.create_connection(("127.0.0.1", port))
    head = "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n"
    body = 'Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; '
    connection.sendall(f'{head}{body}filename="half.jpg"\r\n\r\n'.encode() + picture(0))
    return connection


def test_uploads_searches_and_a_rebuild_at_once_lose_nothing(site: RunningSite) -> None:
    done = threading.Event()

    def search_until_done() -> int:
        searches = 0
        while not done.is_set():
            site.found("red")
            searches += 1
        return searches

    def rebuild_until_done() -> list[int]:
        codes = []
        while not done.is_set():
            codes.append(site.manage("rebuild_index").returncode)
        return codes

    def send(numbers: range) -> list[int]:
        return [site.upload(picture(number), f"{number}.jpg").status for number in numbers]

    with ThreadPoolExecutor(4) as pool:
        searching, rebuilding = pool.submit(search_until_done), pool.submit(rebuild_until_done)
        sending = [pool.submit(send, range(0, 60)), pool.submit(send, range(60, 120))]
        statuses = [status for client in sending for status in client.result()]
        done.set()

    assert statuses == [201] * 120
    assert searching.result() > 0
    assert set(rebuilding.result()) == {0}
    assert site.get("/photos", limit=1).status == 200
    assert site.get("/health").data["search_engine"]["total_embeddings"] == 120
    assert site.get("/health").data["problems"] == []
    check = site.manage("rebuild_index", "--check")
    assert check.returncode == 0, check.stdout
