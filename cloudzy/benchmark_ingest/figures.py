from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Took:
    """How long something took by the clock, and how much of the processors, in seconds."""

    seconds: float
    cpu_seconds: float

    def __add__(self, other: Took) -> Took:
        return Took(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)


@dataclass(frozen=True)
class IngestFigures:
    """What the benchmark found out; times of a stage are means of the workers' clocks, in milliseconds a photo.

    What is compared with vipsthumbnail is None where that is not installed.
    """

    photos: int
    rounds: int
    photos_per_s: float
    stage_ms: Mapping[str, float]
    thumbnails_vs_vips: float | None  # both thumbnails alone, by the clock
    pipeline_vs_vips: float | None  # everything, by the clock
    pipeline_vs_vips_cpu: float | None  # everything, by the processors' time
    seconds: Mapping[str, float]
    cpu_seconds: Mapping[str, float]
    worker_peak_mb: float  # the most that a worker held, and what decodes for it
    memory: Sequence[tuple[int, float]]  # how many photos a worker had taken in, and what the largest held then

    @classmethod
    def of(
        cls,
        photos: int,
        rounds: int,
        took: Mapping[str, Took],
        stages: Mapping[str, float],
        memory: Sequence[tuple[int, float]],
        peak_mb: float,
    ) -> Self:
        """Sum up what each side took over all rounds, by the names "vips", "thumbnails" and "pipeline"."""
        done = photos * rounds
        vips, pipeline = took.get("vips"), took["pipeline"]
        return cls(
            photos=photos,
            rounds=rounds,
            photos_per_s=round(done / pipeline.seconds, 2),
            stage_ms={name: round(1000 * seconds / done, 1) for name, seconds in stages.items()},
            thumbnails_vs_vips=round(took["thumbnails"].seconds / vips.seconds, 2) if vips else None,
            pipeline_vs_vips=round(pipeline.seconds / vips.seconds, 2) if vips else None,
            pipeline_vs_vips_cpu=round(pipeline.cpu_seconds / vips.cpu_seconds, 2) if vips else None,
            seconds={side: round(taken.seconds, 2) for side, taken in took.items()},
            cpu_seconds={side: round(taken.cpu_seconds, 2) for side, taken in took.items()},
            worker_peak_mb=round(peak_mb, 1),
            memory=memory,
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def table(self) -> list[str]:
        """Return the figures line by line, for a terminal."""
        plain = {name: value for name, value in self.as_dict().items() if not isinstance(value, dict | list | tuple)}
        plain |= {f"{stage} ms": value for stage, value in self.stage_ms.items()}
        for side in self.seconds:
            plain |= {f"{side} s": self.seconds[side], f"{side} CPU s": self.cpu_seconds[side]}
        plain |= {f"MB after {photos} photos": mb for photos, mb in self.memory}
        width = max(map(len, plain))
        return [f"{name:<{width}}  {'unknown' if value is None else value:>10}" for name, value in plain.items()]
