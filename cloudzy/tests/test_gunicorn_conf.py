"""The site as gunicorn really serves it, each time in processes of its own."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from cloudzy import gunicorn_conf
from cloudzy.environment import BASE_DIR
from photos.tests.libraries import empty_library

SERVER = {
    "CLOUDZY_MODE": "server",
    "CLOUDZY_URL": "http://localhost:8000",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "HOST": "127.0.0.1",
}
COMMAND = [sys.executable, "-m", "gunicorn", "--config", "cloudzy/gunicorn_conf.py"]
Start = Callable[..., tuple[subprocess.Popen[str], int]]


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def ask(port: int, path: str = "/accounts/sign-in/", **headers: str) -> HTTPResponse:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.read()
        return answer


@contextmanager
def starting(home: Path) -> Iterator[Start]:
    """Start gunicorn on a free port and an empty, migrated library; end its whole process group afterwards."""
    started: list[subprocess.Popen[str]] = []

    def start_one(**environment: str) -> tuple[subprocess.Popen[str], int]:
        port = free_port()
        own = {"CLOUDZY_DATA_DIR": str(home / "data"), "PORT": str(port), "HOME": str(home)}
        everything = {**os.environ, **own, **environment}
        empty_library(home / "data")
        process = subprocess.Popen(
            COMMAND, env=everything, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process, port

    yield start_one
    for process in started:
        if group_is_alive(process):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as start_one:
        yield start_one


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a site in local mode with one process, for tests that only ask it something."""
    with starting(tmp_path_factory.mktemp("local")) as start_one:
        process, port = start_one(WEB_CONCURRENCY="1")
        first_line(process)
        yield port


def group_ends(process: subprocess.Popen[str]) -> bool:
    """Tell whether all processes go; a worker that was just starting notices a moment later that its parent has."""
    deadline = time.monotonic() + 20
    while group_is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not group_is_alive(process)


def group_is_alive(process: subprocess.Popen[str]) -> bool:
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_it_says_where_it_is_and_ctrl_c_leaves_no_process_behind(start: Start) -> None:
    process, port = start(WEB_CONCURRENCY="2")
    greeting = first_line(process)
    answered = ask(port).status

    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=90)

    assert greeting == f"Cloudzy is ready at http://127.0.0.1:{port}  (Ctrl-C stops it)\n"
    assert answered == 302
    assert group_ends(process)


def test_a_stop_asked_for_politely_leaves_no_process_behind(start: Start) -> None:
    process, port = start()
    first_line(process)
    ask(port)

    process.terminate()

    assert process.wait(timeout=90) == 0
    assert group_ends(process)


def test_a_real_request_through_a_proxy_is_refused_in_local_mode(local: int) -> None:
    assert ask(local, X_Forwarded_Proto="https").status == 403
    assert ask(local, Host="evil.com").status == 400


def test_a_server_believes_no_proxy_it_was_not_told_of(start: Start) -> None:
    https = {**SERVER, "CLOUDZY_URL": "https://photos.example.org", "CLOUDZY_TRUSTED_PROXIES": "10.0.0.2"}
    process, port = start(**https, WEB_CONCURRENCY="1")
    first_line(process)

    forged = ask(port, X_Forwarded_Proto="https", Host="photos.example.org")

    assert (forged.status, forged.headers["Location"]) == (301, "https://photos.example.org/accounts/sign-in/")


def test_a_server_believes_the_proxy_it_was_told_of(start: Start) -> None:
    https = {**SERVER, "CLOUDZY_URL": "https://photos.example.org", "CLOUDZY_TRUSTED_PROXIES": "127.0.0.1"}
    process, port = start(**https, WEB_CONCURRENCY="1")
    first_line(process)

    through_proxy = ask(port, X_Forwarded_Proto="https", Host="photos.example.org")

    assert through_proxy.status == 200
    assert through_proxy.headers["Strict-Transport-Security"]


def test_a_server_asks_the_api_client_for_credentials_and_shows_its_health_to_all(start: Start) -> None:
    process, port = start(**SERVER, WEB_CONCURRENCY="1")
    first_line(process)

    api, health, page = ask(port, "/photos"), ask(port, "/health"), ask(port, "/gallery/", Accept="text/html")

    assert (api.status, health.status, page.status) == (401, 200, 302)
    assert api.headers["WWW-Authenticate"]
    assert page.headers["Location"] == "/accounts/sign-in/?next=/gallery/"


def test_a_dozen_clients_that_stall_leave_the_site_answering(local: int) -> None:
    with ExitStack() as stalled:
        for _ in range(12):
            client = stalled.enter_context(closing(socket.create_connection(("127.0.0.1", local))))
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")

        assert ask(local, "/health").status == 200


def test_a_client_is_not_waited_for_for_ever() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        gunicorn_conf._bound_silence(listener)
        with closing(socket.create_connection(listener.getsockname())), closing(listener.accept()[0]) as accepted:
            seconds = [
                struct.unpack("ll", accepted.getsockopt(socket.SOL_SOCKET, option, 16))[0]
                for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO)
            ]

    assert seconds == [gunicorn_conf.SILENCE] * 2


def test_a_query_of_ten_thousand_characters_is_told_so_by_us(local: int) -> None:
    with closing(HTTPConnection("127.0.0.1", local, timeout=30)) as connection:
        connection.request("GET", "/search?q=" + "%C3%A9" * 10_000)
        answer = connection.getresponse()
        facts = json.loads(answer.read())

    assert (answer.status, facts["type"]) == (400, "/problems/bad_query")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"HOST": "192.168.1.7"}, ["CLOUDZY_MODE=server"]),
        ({"SECRET_KEY": ""}, ["SECRET_KEY is missing", "make run"]),
        ({**SERVER, "SECRET_KEY": "weak", "DEBUG": "yes", "CLOUDZY_URL": ""}, ["SECRET_KEY", "DEBUG", "CLOUDZY_URL"]),
        ({"CLOUDZY_MODE": "cloud"}, ["CLOUDZY_MODE='cloud'", "use one of: local, server"]),
    ],
)
def test_it_does_not_start_on_settings_that_are_not_safe(environment: dict[str, str], words: list[str]) -> None:
    run = subprocess.run(
        COMMAND,
        env={**os.environ, **environment},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 1
    assert run.stderr.startswith("Cloudzy does not start:\n- ")
    assert "Traceback" not in run.stderr
    assert [word for word in words if word not in run.stderr] == []
