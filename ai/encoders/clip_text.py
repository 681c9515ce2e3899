from __future__ import annotations

import gzip
import string
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.processors import RobertaProcessing

from ai.encoders.base import EncoderUnavailable

CONTEXT_LENGTH = 77

_NO_PUNCTUATION = str.maketrans("_", " ", string.punctuation.replace("_", ""))

# OpenAI's tokenizer keeps this many merges of its list and splits words so:
# https://github.com/openai/CLIP/blob/main/clip/simple_tokenizer.py
_MERGES = 49152 - 256 - 2
_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_START, _END = "<|startoftext|>", "<|endoftext|>"


@dataclass(frozen=True)
class TextSettings:
    """How a text is cleaned, and how many tokens the graph takes, filled up with which."""

    context_length: int
    pad_token: str
    clean: Callable[[str], str]

    @classmethod
    def from_config(cls, text_cfg: Mapping[str, Any], tokenizer_config: Mapping[str, Any]) -> TextSettings:
        """Read `text_cfg` of config.json and tokenizer_config.json; raise KeyError, TypeError or ValueError."""
        cleaning = (text_cfg.get("tokenizer_kwargs") or {}).get("clean", "whitespace")
        length = int(text_cfg.get("context_length", CONTEXT_LENGTH))
        pad = tokenizer_config["pad_token"]
        pad_token = pad["content"] if isinstance(pad, dict) else pad
        if not isinstance(pad_token, str) or length < 1:
            raise ValueError(f"{length} tokens filled up with {pad_token!r} are not supported")
        return cls(length, pad_token, _CLEANERS[cleaning])


class ClipTokenizer:
    """Texts as rows of token ids, opened at the first use: the larger ones take a second and hundreds of megabytes."""

    def __init__(self, path: Path, settings: TextSettings, refusal: Callable[[str], EncoderUnavailable]) -> None:
        self._path = path
        self._settings = settings
        self._refusal = refusal
        self._lock = threading.Lock()
        self._tokenizer: Tokenizer | None = None

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return ids and attention mask, both (n, context_length) int64; raise EncoderUnavailable."""
        tokenizer = self._open()
        # One by one: the parallel way of the library starts threads that do not survive a fork.
        encoded = [tokenizer.encode(self._settings.clean(_whole(text))) for text in texts]
        shape = (len(texts), self._settings.context_length)
        ids = np.array([row.ids for row in encoded], np.int64).reshape(shape)
        return ids, np.array([row.attention_mask for row in encoded], np.int64).reshape(shape)

    def _open(self) -> Tokenizer:
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = self._opened()
            return self._tokenizer

    def _opened(self) -> Tokenizer:
        try:
            tokenizer = _from_merges(self._path) if self._path.suffix == ".gz" else Tokenizer.from_file(str(self._path))
        except Exception as error:  # the library raises nothing narrower for a file it cannot make sense of
            raise self._refusal(f"{self._path.name}: {error}") from error
        length, pad_token = self._settings.context_length, self._settings.pad_token
        pad_id = tokenizer.token_to_id(pad_token)
        if pad_id is None:
            raise self._refusal(f"{self._path.name} has no token {pad_token!r} to fill up with")
        tokenizer.enable_truncation(length)
        tokenizer.enable_padding(length=length, pad_id=pad_id, pad_token=pad_token)
        return tokenizer


def collapse(text: str) -> str:
    return " ".join(text.split())


def canonicalise(text: str) -> str:
    """Return `text` as SigLIP was taught: lower case, without punctuation, single spaces."""
    return collapse(text.translate(_NO_PUNCTUATION).lower())


def _lower(text: str) -> str:
    return collapse(text).lower()


_CLEANERS = {"whitespace": collapse, "lower": _lower, "canonicalize": canonicalise}


def _whole(text: str) -> str:
    """Replace lone surrogates, which are no text and which the tokenizer refuses."""
    return text.encode(errors="replace").decode()


def _from_merges(path: Path) -> Tokenizer:
    """Build OpenAI's tokenizer from the list of merges that open_clip and rclip ship."""
    lines = gzip.decompress(path.read_bytes()).decode().split("\n")[1 : _MERGES + 1]
    merges = [(first, second) for first, second in (line.split() for line in lines if line)]
    letters = _byte_letters()
    names = [*letters, *(f"{letter}</w>" for letter in letters), *map("".join, merges), _START, _END]
    vocabulary = {name: number for number, name in enumerate(names)}
    tokenizer = Tokenizer(BPE(vocabulary, merges, unk_token=_END, end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), "removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.post_processor = RobertaProcessing(
        (_END, vocabulary[_END]), (_START, vocabulary[_START]), trim_offsets=False, add_prefix_space=False
    )
    return tokenizer


def _byte_letters() -> list[str]:
    """Return the letter that stands for each byte, in the order in which they were numbered: printable ones first."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    return [*map(chr, printable), *(chr(256 + number) for number in range(256 - len(printable)))]
