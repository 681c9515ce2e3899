"""What the rooms to the right of photos may hear of besides saved rows; each is sent inside its transaction."""

from __future__ import annotations

from django.dispatch import Signal

# model: str, photo_ids: Sequence[int]. The vectors of these photos by this model were written or deleted.
vectors_changed = Signal()

# model: str. Every photo has its vector by this model, and it is about to be switched to. Sent outside a transaction.
generation_ready = Signal()

# model: str. The library is read with this model from now on: what was told by another one can be told anew.
model_switched = Signal()

# model: str. No vector of this model is left, and none will be asked for. Sent outside a transaction.
generation_gone = Signal()
