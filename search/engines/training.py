"""What an index learns of a library before it takes its vectors: the scale of each number, and what sketches show."""

from __future__ import annotations

import numpy as np

from search.engines.codes import Codes
from search.engines.late import faiss
from search.engines.rows import Rows, Step
from search.engines.sketches import Sketches

_SEED = 1234
_SAMPLED = 60_000
# Fewer are compared one and all sooner than anything is learned of them.
_FEWEST = 1_000

# Of 512 numbers the 256 widest directions hold nearly all of a picture, by the recall that was measured at a million;
# four of them a part.
_PARTS = 64
_DIRECTIONS = 256
_BITS = 4


def trained(dimension: int, rows: Rows) -> tuple[Codes, Sketches | None]:
    """Return codes and sketches fit for these unit vectors, none of which are in them yet; few need no sketches.

    The same rows give the same.
    """
    sample, bounds = _sampled(dimension, rows)
    rows.told(Step("training", 0, 0))
    return Codes.empty(bounds), _sketches(dimension, sample) if len(sample) >= _FEWEST else None


def _sketches(dimension: int, sample: np.ndarray) -> Sketches:
    parts = min(_PARTS, dimension)
    directions = min(_DIRECTIONS, dimension) // parts * parts
    pca = faiss.PCAMatrix(dimension, directions, 0, True)
    pca.train(sample)
    axes = faiss.vector_to_array(pca.A).reshape(directions, dimension)
    index = faiss.IndexPQFastScan(directions, parts, _BITS, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.seed = _SEED
    index.train(np.ascontiguousarray(sample @ axes.T))
    return Sketches(axes, index)


def _sampled(dimension: int, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Return a random sample of about so many rows, and the lowest and highest number of all in each dimension."""
    chance = np.random.default_rng(_SEED)
    share = min(1.0, _SAMPLED / max(1, rows.count))
    sample = [np.empty((0, dimension), np.float32)]
    bounds = np.zeros((2, dimension), np.float32)
    for _, vectors in rows.chunks("sampling"):
        sample.append(vectors[chance.random(len(vectors)) < share])
        bounds[0] = np.minimum(bounds[0], vectors.min(axis=0))
        bounds[1] = np.maximum(bounds[1], vectors.max(axis=0))
    return np.concatenate(sample), bounds
