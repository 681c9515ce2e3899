from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from statistics import median
from time import perf_counter, process_time
from typing import Any

from django.conf import settings
from django.utils import timezone
from PIL import Image

from accounts.local import local_owner
from accounts.models import User
from ai.encoders.base import model_key
from ai.fingerprints import perceptual_hash, pixel_hash
from ai.memory import peak_mb
from cloudzy.benchmark_duplicates.figures import DuplicateFigures, KindFigures
from cloudzy.benchmark_duplicates.planting import Planted, plant
from photos.duplicates import lookalikes, runs, scanning
from photos.duplicates.listing import page_of_groups
from photos.duplicates.review import reviews
from photos.duplicates.tiers import ordered
from photos.encoding import current_encoder
from photos.models import ActiveModel, DuplicateGroup, Fingerprint, MergeRun, Photo, Tier
from photos.models.duplicate import Pair
from photos.thumbnails import SIZES

PAGE = 10
ROUNDS = 5


def measure_duplicates(photos: int, progress: Callable[[str], None]) -> DuplicateFigures:
    """Plant duplicates among so many photos, find, merge and undo them; to be called within temporary_library()."""
    encoder, owner = current_encoder(), local_owner()
    key = model_key(encoder)
    planted = plant(owner, photos, encoder.dimension, key, progress)
    ActiveModel.adopt(settings.CLOUDZY_ENCODER, key)
    compare_s, compare_cpu_s = _timed(lambda: _compare(owner))
    scan_s, scan_cpu_s = _timed(lambda: scanning.scan(owner, timezone.now()))
    found = _found(owner)
    merging = _merge_and_undo(owner, progress)
    return DuplicateFigures(
        photos=photos,
        kinds={tier.name.lower(): _kind(tier, planted, found) for tier in Tier},
        look_alikes=len(planted.look_alikes),
        look_alikes_found=len(planted.look_alikes & found.keys()),
        fingerprint_ms=_median_ms(_fingerprinted()),
        compare_s=compare_s,
        compare_cpu_s=compare_cpu_s,
        scan_s=scan_s,
        scan_cpu_s=scan_cpu_s,
        one_more_s=_timed(lambda: _one_more(owner))[0],
        page_ms=_median_ms(lambda: reviews(page_of_groups(owner, PAGE).groups, owner)),
        peak_mb=round(peak_mb(), 1),
        **merging,
    )


def _compare(owner: User) -> None:
    while lookalikes.compare_some(owner, timezone.now()):
        pass


def _one_more(owner: User) -> None:
    newest = Fingerprint.objects.filter(photo__owner=owner).order_by("-photo_id").values_list("pk", flat=True)[:1]
    Fingerprint.objects.filter(pk__in=list(newest)).update(compared_by="", fresh=True)
    _compare(owner)
    scanning.scan(owner, timezone.now())


def _found(owner: User) -> Mapping[Pair, Tier]:
    """Return the pairs in the groups there are; of two kinds the surer."""
    found: dict[Pair, Tier] = {}
    for group in DuplicateGroup.objects.visible_to(owner).order_by("-tier").prefetch_related("members"):
        ids = sorted(member.photo_id for member in group.members.all())
        found |= {ordered(*pair): Tier(group.tier) for pair in combinations(ids, 2)}
    return found


def _kind(tier: Tier, planted: Planted, found: Mapping[Pair, Tier]) -> KindFigures:
    wanted = planted.pairs[tier]
    as_such = {pair for pair, kind in found.items() if kind is tier}
    known = frozenset().union(*planted.pairs.values())
    return KindFigures(len(wanted), len(wanted & as_such), len(as_such - known))


def _merge_and_undo(owner: User, progress: Callable[[str], None]) -> dict[str, Any]:
    """Merge all that is nearly identical and take it back; return the figures of that."""
    before = _standing(owner)
    merged = runs.begin(owner, timezone.now(), tier=Tier.NEAR)
    merge_s, merge_cpu_s = _timed(lambda: _run(merged))
    undoing = runs.begin_undo(MergeRun.objects.get(pk=merged.pk), timezone.now())
    undo_s, undo_cpu_s = _timed(lambda: _run(undoing))
    progress(f"{merged.total} groups merged and taken back")
    left = before.items() ^ _standing(owner).items()
    return {
        "merged_per_s": round(merged.total / merge_s, 1),
        "merge_cpu_ms": round(1000 * merge_cpu_s / merged.total, 1),
        "undone_per_s": round(undoing.total / undo_s, 1),
        "undo_cpu_ms": round(1000 * undo_cpu_s / undoing.total, 1),
        "left_after_undo": len({pk for pk, _ in left}),
    }


def _run(run: MergeRun) -> None:
    while runs.go_on(run.pk, timezone.now()):
        pass


def _standing(owner: User) -> dict[int, tuple[Any, ...]]:
    """Return by id what a merge would change of the photos that are not in the trash."""
    columns = ("pk", "title", "description", "rating", "favorite", "archived", "taken_at", "latitude", "edited")
    rows = Photo.objects.visible_to(owner).order_by().values_list(*columns)
    return {row[0]: (*row[1:-1], tuple(row[-1])) for row in rows}


def _fingerprinted() -> Callable[[], object]:
    side = max(SIZES)
    picture = Image.effect_noise((side, side * 3 // 4), 80).convert("RGB")
    return lambda: (pixel_hash(picture, picture.size), perceptual_hash(picture))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return how many seconds that took, by the clock and of the processor."""
    began, cpu = perf_counter(), process_time()
    work()
    return round(perf_counter() - began, 3), round(process_time() - cpu, 3)


def _median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return round(1000 * median(times), 1)
