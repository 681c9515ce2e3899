from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from django.db.models import QuerySet

from ai.encoders.base import Encoder, model_key
from photos.models import TextVector

# So many texts are embedded before they are written: who breaks off loses no more.
AT_ONCE = 64
_ASKED_AT_ONCE = 500


class RememberedTexts:
    """An encoder's answers for texts, from the database where it gave them before."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._model = model_key(encoder)

    def embed_texts(self, texts: Sequence[str]) -> list[np.ndarray | None]:
        """Return what Encoder.embed_texts would; raise EncoderUnavailable where a new text is among them."""
        digests = {text: hashlib.sha256(text.encode()).hexdigest() for text in texts}
        known = self._known(list(digests.values()))
        new = [text for text, digest in digests.items() if digest not in known]
        for start in range(0, len(new), AT_ONCE):
            chunk = new[start : start + AT_ONCE]
            found = dict(zip([digests[text] for text in chunk], self._encoder.embed_texts(chunk), strict=True))
            self._remember(found)
            known |= found
        return [known[digests[text]] for text in texts]

    def _known(self, digests: Sequence[str]) -> dict[str, np.ndarray | None]:
        rows = TextVector.objects.filter(model=self._model)
        parts = (digests[start : start + _ASKED_AT_ONCE] for start in range(0, len(digests), _ASKED_AT_ONCE))
        return {sha256: vector for part in parts for sha256, vector in _vectors(rows.filter(sha256__in=part))}

    def _remember(self, found: Mapping[str, np.ndarray | None]) -> None:
        rows = [TextVector(model=self._model, sha256=sha256, vector=vector) for sha256, vector in found.items()]
        TextVector.objects.bulk_create(rows, ignore_conflicts=True)


def _vectors(rows: QuerySet[TextVector]) -> list[tuple[str, np.ndarray | None]]:
    return list(rows.values_list("sha256", "vector"))
