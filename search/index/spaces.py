from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ai.encoders.base import Encoder, model_key
from photos.encoding import current_encoder
from photos.models import ActiveModel

_KEY = re.compile(r"(?P<name>\w[\w.-]*)@(?P<revision>[\w.]+)-(?P<dimension>\d+)d")


@dataclass(frozen=True)
class Space:
    """The space one model's vectors live in; vectors of two spaces never meet."""

    model: str  # as `photos.embeddings` calls it
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


def space_of(encoder: Encoder) -> Space:
    return Space.of(model_key(encoder))


def current_space() -> Space:
    """Return the space the library is searched in; raises EncoderUnavailable where only the encoder could tell."""
    active = ActiveModel.current()
    return Space.of(active.key) if active else space_of(current_encoder())
