from __future__ import annotations

from ai.encoders.base import Encoder
from ai.loading import get_encoder


def current_encoder() -> Encoder:
    """Return the encoder that the library is read with just now; raise EncoderUnavailable where it cannot be used."""
    return get_encoder()
