from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ai.encoders.base import model_key
from photos.encoding import current_encoder

_KEY = re.compile(r"(?P<name>\w[\w.-]*)@(?P<revision>[\w.]+)-(?P<dimension>\d+)d")


@dataclass(frozen=True)
class Space:
    """The space one model's vectors live in; vectors of two spaces never meet."""

    model: str  # as Photo.embedding_model has it
    revision: str
    dimension: int

    @classmethod
    def of(cls, model: str) -> Space:
        """Read a model's key (`ai.encoders.base.model_key`); raises ValueError for what cannot be one."""
        found = _KEY.fullmatch(model)
        if found is None:
            raise ValueError(f"not the key of a model: {model!r}")
        return cls(model, found["revision"], int(found["dimension"]))

    @property
    def folder(self) -> Path:
        """Where the index of this space lies, and nothing else does."""
        return Path(settings.CLOUDZY_DATA_DIR) / "index" / self.model


def current_space() -> Space:
    """Return the space of the encoder in use; raises EncoderUnavailable."""
    return Space.of(model_key(current_encoder()))
