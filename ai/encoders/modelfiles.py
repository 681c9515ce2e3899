from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ai.encoders.base import EncoderUnavailable
from ai.encoders.checksums import published_sums, verify
from ai.encoders.preprocessing import Preprocessing
from ai.jsontext import read_json
from ai.texts import Lexicon
from ai.vectors import BadVector, unit_rows
from ai.vocabulary import Vocabulary, Word

logger = logging.getLogger(__name__)

FORMAT = 1
GRAPH, LEAVES, VOCABULARY = "image.onnx", "leaves.npy", "vocabulary.json"

# Name and revision become the name of a folder.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Model:
    """What the files of one encoder say: everything but the weights, which stay on disk until they are needed."""

    name: str
    revision: str
    dimension: int
    vocabulary: Vocabulary
    lexicon: Lexicon
    preprocessing: Preprocessing
    input_name: str
    graph: Path
    graph_sha256: str | None  # to be verified when it is opened


def read_model(folder: Path) -> Model:
    """Read and cross-check the files in `folder`; raise EncoderUnavailable where they are no usable encoder."""
    if missing := _missing(folder):
        raise unavailable(folder, missing)
    try:
        described = read_json((folder / VOCABULARY).read_text(encoding="utf-8"))
        sums = published_sums(folder, described["encoder"], described["revision"])
        for name in (VOCABULARY, LEAVES):
            verify(folder / name, sums.get(name))
        leaves = np.load(folder / LEAVES, allow_pickle=False)
        return _model(described, leaves, folder / GRAPH, sums.get(GRAPH))
    # EOFError is what numpy makes of an empty file, AttributeError what we make of JSON that is no object.
    except (OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, BadVector) as error:
        raise unavailable(folder, f"{type(error).__name__}: {error}") from error


def unavailable(folder: Path, reason: str) -> EncoderUnavailable:
    """Log what exactly is wrong; the exception says it without paths and library words, for it reaches clients."""
    logger.warning("The image encoder in %s cannot be used: %s", folder, reason)
    state = _missing(folder) or "its files are damaged or do not fit together"
    return EncoderUnavailable(
        f"The image encoder cannot be used ({state}). "
        f"Put {GRAPH}, {LEAVES} and {VOCABULARY} of one revision into the folder CLOUDZY_ENCODER_DIR."
    )


def _missing(folder: Path) -> str:
    """Return which files are not there, in words; "" where all are."""
    missing = [name for name in (GRAPH, LEAVES, VOCABULARY) if not (folder / name).is_file()]
    return f"{', '.join(missing)} missing" if missing else ""


def _model(described: Mapping[str, Any], leaves: np.ndarray, graph: Path, graph_sha256: str | None) -> Model:
    if described["format"] != FORMAT:
        raise ValueError(f"format {described['format']!r} is not {FORMAT}")
    name, revision, dimension = described["encoder"], described["revision"], described["dimension"]
    if not (_PLAIN.fullmatch(name) and _PLAIN.fullmatch(revision)):
        raise ValueError(f"{name!r} or {revision!r} is not a plain name")
    vocabulary = _vocabulary(described, unit_rows(leaves, dimension))
    return Model(
        name=name,
        revision=revision,
        dimension=dimension,
        vocabulary=vocabulary,
        lexicon=Lexicon(vocabulary),
        preprocessing=Preprocessing.from_description(described["input"]),
        input_name=described["input"]["name"],
        graph=graph,
        graph_sha256=graph_sha256,
    )


def _vocabulary(described: Mapping[str, Any], leaves: np.ndarray) -> Vocabulary:
    temperature = float(described["temperature"])
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature {temperature} is not a positive number")
    words = tuple(_word(entry, len(leaves)) for entry in described["words"])
    if len({word.word for word in words}) < len(words) or not words:
        raise ValueError("the words are not a list of different words")
    return Vocabulary(words, leaves, temperature)


def _word(entry: Mapping[str, Any], leaf_count: int) -> Word:
    word, threshold = entry["word"], entry["threshold"]
    if not entry["leaves"] or not all(0 <= leaf < leaf_count for leaf in entry["leaves"]):
        raise ValueError(f"the leaves of {word!r} are not among the {leaf_count} in {LEAVES}")
    if threshold is not None and not 0 < threshold <= 1:
        raise ValueError(f"the threshold {threshold} of {word!r} is not a probability")
    return Word(word, tuple(entry["leaves"]), tuple(entry["parents"]), tuple(entry["synonyms"]), threshold)
