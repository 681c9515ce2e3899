"""Model fields of this project."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import models


class VectorField(models.BinaryField):
    """A float32 vector kept as little-endian bytes: an array of shape (d,) in Python, a BLOB in the database.

    Finite numbers only: NaN or infinity in one row would poison every search that meets it, so such a value raises
    ValueError before anything is written.
    """

    description = "A vector of float32"
    # What the type checker takes and gives for it.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: bytes | memoryview | None, *_: Any) -> np.ndarray | None:
        return None if value is None else np.frombuffer(bytes(value), dtype="<f4")

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None or isinstance(value, bytes | memoryview):
            return None if value is None else bytes(value)
        vector = np.asarray(value, dtype="<f4")
        if vector.ndim != 1 or not np.isfinite(vector).all():
            raise ValueError(f"not a finite vector: shape {vector.shape}")
        return vector.tobytes()

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(value if prepared else self.get_prep_value(value), connection, prepared=True)

    def to_python(self, value: Any) -> Any:
        """Read also what value_to_string wrote into a dump."""
        return np.frombuffer(bytes.fromhex(value), dtype="<f4") if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        vector = self.value_from_object(obj)
        return "" if vector is None else np.asarray(vector, dtype="<f4").tobytes().hex()
