"""The text decoder of a captioner as a graph, with or without a cache of what it has computed for earlier tokens.

The names of inputs and outputs are those that Hugging Face Optimum gives its exports.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnxruntime

from ai.captioners.base import CaptionFailed

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
_PAST, _PRESENT = "past_key_values.", "present."
_KNOWN = {
    "input_ids", "position_ids", "attention_mask", "encoder_hidden_states", "encoder_attention_mask", "use_cache_branch"
}  # fmt: skip


class UnknownLayout(Exception):  # noqa: N818 - it reads as what it is where it is raised
    """A graph that is no decoder of the kind we know; the message says why."""


class DecoderGraph:
    """A session with what its inputs and outputs say of it."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        """Raise UnknownLayout for inputs nobody could fill."""
        self.session = session
        self.types = {given.name: _TYPES.get(given.type) for given in session.get_inputs()}
        self.shapes = {given.name: given.shape for given in session.get_inputs()}
        self.outputs = [given.name for given in session.get_outputs()]
        self.past = [name for name in self.types if name.startswith(_PAST)]
        unknown = [name for name, kind in self.types.items() if kind is None or name not in {*_KNOWN, *self.past}]
        if unknown or "logits" not in self.outputs:
            raise UnknownLayout(f"takes {unknown} and gives {self.outputs}")
        if missing := [name for name in self.past if _present(name) not in self.outputs]:
            raise UnknownLayout(f"takes {missing} and does not give them")
        if any(not all(isinstance(size, int) for size in self._fixed(name)) for name in self.past):
            raise UnknownLayout("does not say how large its cache is")

    def run(self, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        typed = {name: np.ascontiguousarray(feeds[name], kind) for name, kind in self.types.items()}
        wanted = ["logits", *map(_present, self.past)]
        return dict(zip(wanted, self.session.run(wanted, typed), strict=True))

    def empty_cache(self, rows: int) -> dict[str, np.ndarray]:
        sizes = {name: self._fixed(name) for name in self.past}
        return {name: np.zeros((rows, heads, 0, width), self.types[name]) for name, (heads, width) in sizes.items()}

    def _fixed(self, name: str) -> tuple[int, int]:
        """Number of heads and their width; the other two axes, rows and length, vary."""
        _, heads, _, width = self.shapes[name]
        return heads, width


class Decoding:
    """One caption in the making: a `Decoder` for the pictures' `hidden` states, (1, patches, width).

    With a cache only the newest token of each row is computed; the cache follows the rows as `parents` says.
    """

    def __init__(self, graph: DecoderGraph, hidden: np.ndarray) -> None:
        self._graph = graph
        self._hidden = hidden
        self._cache: dict[str, np.ndarray] = {}

    def logits(self, tokens: np.ndarray, parents: np.ndarray) -> np.ndarray:
        rows, length = tokens.shape
        begun = bool(self._cache)
        past = {name: kept[parents] for name, kept in self._cache.items()} or self._graph.empty_cache(rows)
        new = 1 if begun else length
        given = self._graph.run(
            {
                "input_ids": tokens[:, -new:],
                "position_ids": np.arange(length - new, length)[None].repeat(rows, axis=0),
                "attention_mask": np.ones((rows, length)),
                "encoder_hidden_states": self._hidden.repeat(rows, axis=0),
                "encoder_attention_mask": np.ones((rows, self._hidden.shape[1])),
                "use_cache_branch": np.array([begun]),
                **past,
            }
        )
        # What the cache holds of the picture is computed once; later steps answer with nothing in its place.
        self._cache = {
            name: past[name] if begun and ".encoder." in name else given[_present(name)] for name in self._graph.past
        }
        logits = given["logits"][:, -1]
        if np.isnan(logits).any():
            raise CaptionFailed("The caption model answered with numbers that are none.")
        return logits


def _present(name: str) -> str:
    return _PRESENT + name.removeprefix(_PAST)
