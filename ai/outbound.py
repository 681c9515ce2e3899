"""Requests to a server that a person named in the settings, and that is trusted with nothing.

The time of a whole exchange is bounded, however slowly bytes come; so is the size of the answer. No redirect is
followed, no proxy of the environment asked, and the address that was checked is the address connected to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from ai.addresses import AddressRefused, Resolve, checked, resolve

Clock = Callable[[], float]


class Unreachable(Exception):  # noqa: N818 - it reads as what it is where it is raised
    """Nobody took the request: no such name, a refused address, no connection."""


class NoAnswer(Exception):  # noqa: N818 - it reads as what it is where it is raised
    """The request was taken and no usable answer came: too late, too long, broken off, not HTTP."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True)
class Limits:
    seconds: float  # from resolving the name to the last byte
    answer_bytes: int


def post_json(
    url: str,
    payload: Mapping[str, Any],
    headers: Mapping[str, str],
    limits: Limits,
    resolve: Resolve = resolve,
    clock: Clock = time.monotonic,
) -> Answer:
    """Post `payload` on a connection of its own and return the answer, whatever its status.

    Raise Unreachable or NoAnswer.
    """
    backend = _CheckedBackend(_Deadline(clock() + limits.seconds, clock), resolve)
    plain = {**headers, "Accept-Encoding": "identity"}  # what is not compressed cannot swell
    try:
        with (
            httpx.Client(transport=_Transport(backend), follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, json=payload, headers=plain) as response,
        ):
            return Answer(response.status_code, _bounded(response.iter_raw(), limits.answer_bytes))
    except (AddressRefused, httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.UnsupportedProtocol) as error:
        raise Unreachable(str(error) or "no connection in time") from error
    except httpcore.TimeoutException as error:
        raise NoAnswer(f"it took longer than {limits.seconds:g} s") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        # Not its own words: they may hold a header, and that the key.
        raise NoAnswer("the connection broke off, or what came was not HTTP") from error


def _bounded(chunks: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise NoAnswer(f"it is longer than {limit // 1024} kB")
    return bytes(body)


@dataclass(frozen=True)
class _Deadline:
    moment: float
    clock: Clock

    def left(self) -> float:
        """Return the seconds left, more than none; raise httpcore.ReadTimeout where there are none."""
        left = self.moment - self.clock()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class _Transport(httpx.BaseTransport):
    """httpx over a connection pool whose network is ours: httpx's own transport does not let it be chosen."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=httpx.create_ssl_context(), network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.read(),
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to addresses that were checked, and lets nothing last longer than the deadline."""

    def __init__(self, deadline: _Deadline, resolve: Resolve) -> None:
        self._deadline = deadline
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline rules over each step's own timeout
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = checked(host, port, self._resolve)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        refusal: httpcore.ConnectError | None = None
        for address in addresses:
            try:
                left = self._deadline.left()
                stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
            except httpcore.ConnectError as error:
                refusal = error
            else:
                return _TimedStream(stream, self._deadline)
        raise refusal or httpcore.ConnectError(f"{host} has no address")


class _TimedStream(httpcore.NetworkStream):
    # Each read may wait until the deadline and no longer: a timeout for each of them alone would let a server that
    # sends one byte a minute keep us for ever.
    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        encrypted = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(encrypted, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
