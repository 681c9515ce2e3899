from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from ai.encoders.base import EncoderUnavailable
from photos.embeddings import count_vectors
from search.index.live import State, live_index
from search.index.spaces import Space, current_space
from search.models import Library


@dataclass(frozen=True)
class IndexHealth:
    """How the index of the current model stands in this process; zeros and a problem where it cannot be told."""

    total_embeddings: int = 0  # what a search can find
    dimension: int = 0
    index_type: str = "none"
    model: str = ""
    rows: int = 0  # photos with a vector of this model, neither archived nor in the trash
    snapshot_count: int = 0
    snapshot_made_at: datetime | None = None
    cursor: int = 0
    tail: int = 0
    problems: tuple[str, ...] = ()

    @property
    def drift(self) -> int:
        return self.total_embeddings - self.rows


def report() -> IndexHealth:
    """Tell how the index is, after catching up; never raises for what the machine lacks."""
    try:
        space = current_space()
    except EncoderUnavailable as exc:
        return IndexHealth(problems=(str(exc),))
    try:
        return _report(space)
    except DatabaseError:
        return IndexHealth(dimension=space.dimension, model=space.model, problems=("The database does not answer.",))


def _report(space: Space) -> IndexHealth:
    state, rows, problems = _counted(space)
    manifest = state.look.snapshot.manifest if state.look.snapshot else None
    return IndexHealth(
        total_embeddings=len(state),
        dimension=space.dimension,
        index_type=state.base.kind,
        model=space.model,
        rows=rows,
        snapshot_count=manifest.count if manifest else 0,
        snapshot_made_at=datetime.fromisoformat(manifest.made_at) if manifest else None,
        cursor=state.cursor,
        tail=state.tail.count,
        problems=problems,
    )


def _counted(space: Space) -> tuple[State, int, tuple[str, ...]]:
    state, rows = live_index(space).current(), count_vectors(space.model)
    problems = [state.problem] if state.problem else []
    # Something changed between the two counts where the position has moved: then they say nothing of each other.
    if rows != len(state) and Library.position() == (state.library, state.cursor):
        problems.append(f"The index holds {len(state)} photos, the database {rows}: run manage.py rebuild_index.")
    return state, rows, tuple(problems)
