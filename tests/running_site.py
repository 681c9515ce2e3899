"""A real site for tests: gunicorn with several processes, its own database and media, and a client to talk to it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from jobs.tests.running import family_of, is_gone
from photos.tests.libraries import empty_library

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    status: int
    data: Any


class RunningSite:
    """Start with `with`; every request is a connection of its own, so that any of the processes may answer it."""

    def __init__(self, home: Path, processes: int) -> None:
        self.home = home
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "CLOUDZY_DECODER": "child",
            "CLOUDZY_DATA_DIR": str(home / "data"),
            "CLOUDZY_MEDIA_DIR": str(home / "media"),
            "WEB_CONCURRENCY": str(processes),
            "PORT": str(self.port),
        }

    def __enter__(self) -> Self:
        empty_library(self.home / "data")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGTERM)

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "cloudzy/gunicorn_conf.py"]
        self.log = (self.home / "log").open("ab")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log, start_new_session=True
        )
        self._wait_for(self._answers)

    def begin_anew(self) -> None:
        """Have an empty library, and processes that never saw another: gunicorn, which has imported all, forks them."""
        self.process.send_signal(signal.SIGSTOP)  # none of them before the library is empty
        old = family_of(self.process.pid) - {self.process.pid}
        for pid in old:
            os.kill(pid, signal.SIGKILL)
        self._wait_for(lambda: all(map(is_gone, old)))
        for folder in ("data", "media"):
            shutil.rmtree(self.home / folder, ignore_errors=True)
        empty_library(self.home / "data")
        self.process.send_signal(signal.SIGCONT)
        self._wait_for(self._answers)

    def stop(self, how: signal.Signals) -> None:
        """End the whole process group: SIGTERM lets it finish its requests, SIGKILL nothing."""
        os.killpg(self.process.pid, how)
        self.process.wait(timeout=90)
        self.log.close()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)

    def get(self, path: str, **query: object) -> Answer:
        return self._ask("GET", f"{path}?{urlencode(query)}")

    def delete(self, path: str) -> Answer:
        return self._ask("DELETE", path)

    def upload(self, data: bytes, name: str) -> Answer:
        boundary = "a-boundary-that-no-picture-holds"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
        return self._ask("POST", "/upload", body, f"multipart/form-data; boundary={boundary}")

    def found(self, text: str, limit: int = 50) -> list[int]:
        answer = self.get("/search", q=text, top_k=limit)
        assert answer.status == 200, answer
        return [result["photo_id"] for result in answer.data["results"]]

    def _ask(self, method: str, path: str, body: bytes | None = None, content_type: str = "") -> Answer:
        headers = {"Content-Type": content_type} if body is not None else {}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, json.loads(response.read() or b"null"))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, json.loads(error.read() or b"null"))

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not condition():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.home / "log").read_text())
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return self.get("/health").status == 200
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
