"""What an IVF index learns of a library before it takes its vectors: where lists are, and the scale of each number."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np

from search.engines.rows import Rows, Step

_SEED = 1234
_ROUNDS = 10
_SAMPLED_A_LIST = 64


def lists_of(count: int) -> int:
    """Return how many lists suit so many vectors: 1,265 for 100,000, 4,000 for a million.

    With half as many a search for a thing that few photos show misses twice as much; with twice as many a build takes
    four times as long.
    """
    return max(1, min(round(4 * count**0.5), count))


def trained(dimension: int, rows: Rows) -> Any:
    """Return an empty faiss.IndexIVFScalarQuantizer fit for these unit vectors; the same rows give the same."""
    count = lists_of(rows.count)
    sample, bounds = _sampled(dimension, rows, _SAMPLED_A_LIST * count)
    count = max(1, min(count, len(sample)))  # some may have gone since they were counted
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        count,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        False,  # codes of the vectors themselves: they can be compared with rows, whatever list they are in
    )
    rows.told(Step("training", 0, 0))
    index.quantizer.add(_centroids(sample, count))
    index.sq.train(bounds)
    index.is_trained = True
    return index


def _sampled(dimension: int, rows: Rows, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a random sample of about so many rows, and the lowest and highest number of all in each dimension."""
    chance = np.random.default_rng(_SEED)
    share = min(1.0, size / max(1, rows.count))
    sample = [np.empty((0, dimension), np.float32)]
    bounds = np.zeros((2, dimension), np.float32)
    for _, vectors in rows.chunks("sampling"):
        sample.append(vectors[chance.random(len(vectors)) < share])
        bounds[0] = np.minimum(bounds[0], vectors.min(axis=0))
        bounds[1] = np.maximum(bounds[1], vectors.max(axis=0))
    return np.concatenate(sample), bounds


def _centroids(sample: np.ndarray, count: int) -> np.ndarray:
    dimension = sample.shape[1]
    if len(sample) <= count:
        return sample if len(sample) else np.zeros((1, dimension), np.float32)
    # FAISS would print that it likes to have more points a centroid.
    means = faiss.Kmeans(dimension, count, niter=_ROUNDS, seed=_SEED, spherical=True, min_points_per_centroid=1)
    means.train(sample)
    return np.asarray(means.centroids)
