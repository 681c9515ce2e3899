"""A caption server of the tests: real HTTP on a real socket, as good or as bad as a test wants it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Exchange(BaseHTTPRequestHandler):
    """One request, with what a behaviour needs to answer it."""

    server: CaptionServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = True
        self.server.serve(self, Asked(self.path, dict(self.headers), json.loads(body)))

    def do_GET(self) -> None:
        self.server.followed = True
        self.answer(200, b"{}")

    def answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the tests look at `asked`."""


Behaviour = Callable[[Exchange], None]


@dataclass(frozen=True)
class Asked:
    path: str
    headers: dict[str, str]
    payload: dict[str, Any]


class CaptionServer(ThreadingHTTPServer):
    """Start with `with`; answers the first request by the first behaviour and so on, the last one for ever."""

    daemon_threads = False  # `with` ends when every request has

    def __init__(self, *behaviours: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.behaviours: Sequence[Behaviour] = behaviours
        self.asked: list[Asked] = []
        self.followed = False  # somebody went where a redirect led
        self.most_at_once = 0
        self.ending = threading.Event()
        self._at_once = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def serve(self, exchange: Exchange, asked: Asked) -> None:
        with self._lock:
            behaviour = self.behaviours[min(len(self.asked), len(self.behaviours) - 1)]
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            behaviour(exchange)
        except OSError:
            return  # the client went away, as it should from some of these
        finally:
            with self._lock:
                self._at_once -= 1


def says(content: str | None) -> Behaviour:
    """Answer well, with these words of the model."""
    return lambda exchange: exchange.answer(200, completion(content))


def completion(content: str | None) -> bytes:
    message = {"role": "assistant", "content": content}
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


def described(caption: str, description: str = "More of it.", tags: Sequence[str] = ("dog", "beach")) -> str:
    return json.dumps({"caption": caption, "description": description, "tags": list(tags)})


def status(number: int) -> Behaviour:
    return lambda exchange: exchange.answer(number, b'{"error": {"message": "no"}}')


def html(exchange: Exchange) -> None:
    exchange.answer(200, b"<!doctype html><title>Welcome to the router</title>", "text/html")


def broken_json(exchange: Exchange) -> None:
    exchange.answer(200, completion("A dog.")[:-9])


def deep_json(exchange: Exchange) -> None:
    exchange.answer(200, b"[" * 60_000)


def no_completion(exchange: Exchange) -> None:
    exchange.answer(200, b'{"choices": []}')


def five_megabytes(exchange: Exchange) -> None:
    exchange.answer(200, completion("dog " * 1_250_000))


def redirect(exchange: Exchange) -> None:
    exchange.answer(302, b"", Location="/elsewhere")


def breaks_off(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", "1000")
    exchange.end_headers()
    exchange.wfile.write(b"{")


def hangs(exchange: Exchange) -> None:
    """Take the request and say nothing."""
    exchange.server.ending.wait()


def never_closes(exchange: Exchange) -> None:
    """Answer well, but leave open where the answer ends."""
    exchange.send_response(200)
    exchange.end_headers()
    exchange.wfile.write(completion(described("A dog.")))
    exchange.server.ending.wait()


def drips(exchange: Exchange) -> None:
    """Send headers without end, one at a time: each comes in time, the answer never does."""
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not exchange.server.ending.wait(0.02):
        exchange.wfile.write(b"X-More: 1\r\n")


def takes_a_moment(exchange: Exchange) -> None:
    exchange.server.ending.wait(0.05)
    exchange.answer(200, completion(described("A dog.")))
