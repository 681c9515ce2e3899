from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from ai.encoders.checksums import verify
from ai.encoders.modelfiles import unavailable

# onnxruntime gives its errors no common base.
_RUNTIME_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


class ImageGraph:
    """An ONNX graph from pictures to vectors, opened at the first use: a session does not survive a fork."""

    def __init__(self, path: Path, input_name: str, threads: int, sha256: str | None = None) -> None:
        self._path = path
        self._sha256 = sha256
        self._input_name = input_name
        self._threads = threads
        self._lock = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None

    def run(self, batch: np.ndarray) -> np.ndarray:
        """Return the first output of the graph for `batch`; raise EncoderUnavailable where the graph does not take it.

        Any number of threads may call this at once.
        """
        session = self.open()
        try:
            return np.asarray(session.run(None, {self._input_name: batch})[0])
        except _RUNTIME_ERRORS as error:
            raise unavailable(self._path.parent, str(error)) from error

    def open(self) -> onnxruntime.InferenceSession:
        """Return the one session; raise EncoderUnavailable, and try again next time, where it cannot be opened.

        onnxruntime computes with damaged weights without a word, so the file is compared with its published sum first.
        """
        with self._lock:
            if self._session is None:
                self._session = self._opened()
            return self._session

    def _opened(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # Idle threads that spin would take the processors from the web server.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            verify(self._path, self._sha256)
            session = onnxruntime.InferenceSession(self._path, options, providers=["CPUExecutionProvider"])
        except (*_RUNTIME_ERRORS, OSError, ValueError) as error:
            raise unavailable(self._path.parent, str(error)) from error
        names = [given.name for given in session.get_inputs()]
        if names != [self._input_name]:
            raise unavailable(self._path.parent, f"{self._path.name} takes {names}, not {self._input_name!r}")
        return session
