from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from tokenizers import Tokenizer

from ai.captioners.base import CaptionFailed, Described
from ai.captioners.decoder import DecoderGraph, Decoding, UnknownLayout
from ai.captioners.decoding import decode
from ai.captioners.files import CaptionFiles, read_files, unusable
from ai.captions import sentence
from ai.encoders.graph import RUNTIME_ERRORS, open_session
from ai.outbound import Clock


@dataclass(frozen=True)
class _Opened:
    encoder: onnxruntime.InferenceSession
    pixels: str  # the encoder's one input
    decoder: DecoderGraph
    tokenizer: Tokenizer


class LocalCaptioner:
    """A caption model on this machine, BLIP or ViT-GPT2, in the files that Hugging Face Optimum exports.

    `seconds` bounds the words of one picture, not the opening of the model.
    """

    def __init__(self, folder: Path, threads: int, seconds: float, clock: Clock = time.monotonic) -> None:
        """Raise CaptionerUnavailable where the files are missing or do not say what is needed."""
        self._folder = folder
        self._files: CaptionFiles = read_files(folder)
        self._threads = threads
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    @property
    def name(self) -> str:
        return self._folder.name

    def check(self) -> None:
        """Do nothing: what the model lacks shows when it is loaded, and opening it is slow."""

    def describe(self, image: Image.Image) -> Described:
        text = self._open().tokenizer.decode(self.tokens(image), skip_special_tokens=True)
        caption = Described.from_untrusted(text).caption
        return Described.from_untrusted(sentence(caption))

    def tokens(self, image: Image.Image) -> list[int]:
        """Return the caption of an upright sRGB image as tokens, without start and end; raises as describe does."""
        opened = self._open()
        deadline = self._clock() + self._seconds

        def check_time() -> None:
            if self._clock() > deadline:
                raise CaptionFailed(f"The caption model took longer than {self._seconds:g} s.")

        try:
            hidden = opened.encoder.run(None, {opened.pixels: self._files.pixels.batch(image)})[0]
            return decode(Decoding(opened.decoder, np.asarray(hidden)), self._files.generation, check_time)
        except (*RUNTIME_ERRORS, IndexError) as error:  # a start token beyond the vocabulary is an IndexError
            raise unusable(self._folder, str(error)) from error

    def _open(self) -> _Opened:
        """Open the model at the first use, for a session does not survive a fork; try again where that failed."""
        with self._lock:
            if self._opened is None:
                self._opened = self._open_files()
            return self._opened

    def _open_files(self) -> _Opened:
        files = self._files
        try:
            encoder = open_session(files.encoder, self._threads)
            decoder = DecoderGraph(open_session(files.decoder, self._threads))
            return _Opened(encoder, _one_input(encoder), decoder, self._tokenizer())
        except (*RUNTIME_ERRORS, UnknownLayout) as error:
            raise unusable(self._folder, str(error)) from error

    def _tokenizer(self) -> Tokenizer:
        try:
            return Tokenizer.from_file(str(self._files.tokenizer))
        except Exception as error:  # tokenizers raises nothing narrower
            raise unusable(self._folder, f"tokenizer: {error}") from error


def _one_input(encoder: onnxruntime.InferenceSession) -> str:
    names = [given.name for given in encoder.get_inputs()]
    if len(names) != 1:
        raise UnknownLayout(f"an image encoder that takes {names}")
    return str(names[0])
