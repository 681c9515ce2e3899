"""Models from a hub that speaks as huggingface.co does. Only the commands of a person come here, no running service."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from ai.catalogue import COMMIT, Order
from ai.manifests import ModelProblem

ATTEMPTS = 5
LONGEST_PAUSE = 30.0

_MOST_REDIRECTS = 5
_PASSING = {408, 425, 429, 500, 502, 503, 504}

Answer = TypeVar("Answer")
Progress = Callable[[int], None]  # told how many bytes of a file are here


class FetchFailed(ModelProblem):
    """The hub did not give what was asked for; what came is kept, and the next fetch goes on from there."""


class _Passing(Exception):  # noqa: N818 - it never leaves this module
    """It may work the next time."""


@dataclass(frozen=True)
class RemoteFile:
    path: str
    size: int
    sha256: str  # empty where the hub does not tell, which it does for large files only


@dataclass(frozen=True)
class RemoteModel:
    """What a repository holds at one commit."""

    repo: str
    commit: str
    files: tuple[RemoteFile, ...]


class Hub:
    """A client of one hub. It follows a redirect to any host, but never from https to anything else."""

    def __init__(self, address: str, pause: Callable[[float], None] = time.sleep, timeout: float = 60.0) -> None:
        self._address = address.rstrip("/")
        self._pause = pause
        headers = {"User-Agent": "cloudzy", "Accept-Encoding": "identity"}
        self._client = httpx.Client(timeout=httpx.Timeout(timeout, connect=15.0), headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def look_up(self, order: Order) -> RemoteModel:
        """Resolve the revision of an order to a commit and list the files there; raise FetchFailed."""
        url = f"{self._address}/api/models/{order.repo}/revision/{order.revision.replace('/', '%2F')}?blobs=true"
        told = self._patiently(lambda: self._json(url), order.repo, lambda: 0)
        try:
            if not COMMIT.fullmatch(told["sha"]):  # it becomes the name of a folder
                raise ValueError(f"{told['sha']!r} is no commit")
            return RemoteModel(order.repo, told["sha"], tuple(map(_remote_file, told["siblings"])))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise FetchFailed(f"The hub's answer about {order.repo} is not understood.") from error

    def download(self, model: RemoteModel, file: RemoteFile, target: Path, progress: Progress) -> None:
        """Bring one file to `target`, going on where an earlier attempt broke off; raise FetchFailed.

        Until all of it is there it lies beside the target, with `.part` at the end of its name.
        """
        part = target.with_name(f"{target.name}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        url = f"{self._address}/{model.repo}/resolve/{model.commit}/{file.path}"
        self._patiently(lambda: self._continue(url, file, part, progress), file.path, lambda: _size(part))
        part.replace(target)

    def _patiently(self, attempt: Callable[[], Answer], what: str, got: Callable[[], int]) -> Answer:
        """Try again, after longer and longer pauses, as long as every few attempts `got` more bytes."""
        failures, most = 0, got()
        while True:
            try:
                return attempt()
            except (httpx.TransportError, _Passing) as error:
                failures, most = (1, got()) if got() > most else (failures + 1, most)
                if failures >= ATTEMPTS:
                    raise FetchFailed(
                        f"{what} could not be fetched ({str(error) or type(error).__name__}). "
                        "What came is kept: run the same command again to go on."
                    ) from error
                self._pause(min(LONGEST_PAUSE, 2.0 ** (failures - 1)))

    def _json(self, url: str) -> Any:
        with self._answer(url, {}) as response:
            response.read()
            try:
                return response.json()
            except ValueError as error:
                raise FetchFailed("The hub answered with something that is no JSON.") from error

    def _continue(self, url: str, file: RemoteFile, part: Path, progress: Progress) -> None:
        have = _size(part)
        if have > file.size:
            part.unlink()
            have = 0
        if have < file.size or not part.exists():
            with self._answer(url, {"Range": f"bytes={have}-"} if have else {}) as response:
                _receive(response, file, part, progress)
        progress(file.size)

    @contextmanager
    def _answer(self, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """Open a GET and follow its redirects; raise _Passing for what may pass, FetchFailed for what will not."""
        at = httpx.URL(url)
        for _ in range(_MOST_REDIRECTS + 1):
            with self._client.stream("GET", at, headers=headers) as response:
                if response.next_request is None:
                    _refuse_errors(response)
                    yield response
                    return
                target = response.next_request.url
            if target.scheme not in {"https", at.scheme}:
                raise FetchFailed(f"The hub redirects from {at.scheme} to {target.scheme}, which is not safe.")
            at = target
        raise FetchFailed(f"The hub redirects more than {_MOST_REDIRECTS} times.")


def _refuse_errors(response: httpx.Response) -> None:
    status = f"the hub answers {response.status_code}"
    if response.status_code in _PASSING:
        raise _Passing(status)
    if response.status_code in {401, 403, 404}:
        raise FetchFailed(f"There is no such model, revision or file, or it is not public ({status}).")
    if response.status_code not in {200, 206, 416}:
        raise FetchFailed(f"It cannot be fetched: {status}.")


def _receive(response: httpx.Response, file: RemoteFile, part: Path, progress: Progress) -> None:
    """Write what comes to the end of `part`, or anew where the hub did not go on from there."""
    have = _size(part) if response.status_code == 206 else 0
    if response.status_code == 416 or not _continues(response, have):
        part.unlink()
        raise _Passing("the hub does not go on where it broke off")
    with part.open("ab" if have else "wb") as out:
        # As it comes: gathered into larger pieces, the last one before a cut would be lost.
        for chunk in response.iter_bytes():
            have += len(chunk)
            if have > file.size:
                part.unlink()
                raise FetchFailed(f"{file.path} is longer than the {file.size} bytes it should have.")
            out.write(chunk)
            progress(have)
        out.flush()
        os.fsync(out.fileno())
    if have < file.size:
        raise _Passing(f"{have} of {file.size} bytes came")


def _continues(response: httpx.Response, have: int) -> bool:
    return response.status_code != 206 or response.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def _remote_file(told: dict[str, Any]) -> RemoteFile:
    large = told.get("lfs") or {}
    return RemoteFile(str(told["rfilename"]), int(told["size"]), str(large.get("sha256") or large.get("oid") or ""))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
