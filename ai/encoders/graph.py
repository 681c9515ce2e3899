from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from ai.encoders.base import EncoderUnavailable
from ai.encoders.checksums import verify
from ai.encoders.modelfiles import unavailable

# onnxruntime gives its errors no common base.
RUNTIME_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


class Graph:
    """An ONNX graph, opened at the first use: a session does not survive a fork."""

    def __init__(
        self,
        path: Path,
        threads: int,
        refusal: Callable[[str], EncoderUnavailable],
        objection: Callable[[onnxruntime.InferenceSession], str],
        sha256: str | None = None,
    ) -> None:
        """`refusal` words the exception for a reason; `objection` tells why an opened graph is not the one, or "".

        Where `sha256` is given, the file must have it.
        """
        self._path = path
        self._sha256 = sha256
        self._threads = threads
        self._refusal = refusal
        self._objection = objection
        self._lock = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None

    def run(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the first output of the graph; raise EncoderUnavailable where the graph does not take the inputs.

        Any number of threads may call this at once.
        """
        session = self.open()
        try:
            return np.asarray(session.run(None, dict(feeds))[0])
        except RUNTIME_ERRORS as error:
            raise self._refusal(str(error)) from error

    def open(self) -> onnxruntime.InferenceSession:
        """Return the one session; raise EncoderUnavailable, and try again next time, where it cannot be opened.

        onnxruntime computes with damaged weights without a word, so the file is compared with its published sum first.
        """
        with self._lock:
            if self._session is None:
                self._session = self._opened()
            return self._session

    def _opened(self) -> onnxruntime.InferenceSession:
        try:
            verify(self._path, self._sha256)
            session = open_session(self._path, self._threads)
        except (*RUNTIME_ERRORS, OSError, ValueError) as error:
            raise self._refusal(str(error)) from error
        if objection := self._objection(session):
            raise self._refusal(f"{self._path.name} {objection}")
        return session


class ImageGraph:
    """A graph from one batch of pictures to their vectors."""

    def __init__(self, path: Path, input_name: str, threads: int, sha256: str | None = None) -> None:
        self._input_name = input_name
        self._graph = Graph(path, threads, partial(unavailable, path.parent), self._objection, sha256)

    def run(self, batch: np.ndarray) -> np.ndarray:
        """Return the vectors of `batch`; raise EncoderUnavailable where the graph does not take it."""
        return self._graph.run({self._input_name: batch})

    def open(self) -> onnxruntime.InferenceSession:
        """Return the one session; raise EncoderUnavailable where it cannot be opened."""
        return self._graph.open()

    def _objection(self, session: onnxruntime.InferenceSession) -> str:
        names = [given.name for given in session.get_inputs()]
        return "" if names == [self._input_name] else f"takes {names}, not {self._input_name!r}"


def open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """Open a graph on the CPU; raises one of RUNTIME_ERRORS."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Idle threads that spin would take the processors from the web server.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
