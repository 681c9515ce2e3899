"""`manage.py import_photos`: what it says when it is done, as lines and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import OutputWrapper
from django.utils import timezone

from photos.imports.importing import Plan
from photos.imports.report import Report
from photos.imports.taking import Became
from photos.models import Photo

AT_ONCE = 500


def tell(report: Report, plan: Plan, unanalysed: list[dict[str, Any]], out: OutputWrapper) -> None:
    """Name every file that was left, and count all of them."""
    for line in report.left():
        out.write(f"{'FAILED' if line['failed'] else 'left'}  {line['path']}: {line['why']}")
    for line in unanalysed:
        out.write(f"FAILED  photo {line['id']}, {line['name']}: {line['why']}")
    would = "would be " if plan.dry_run else ""
    out.write(
        f"{report.files} files: {report.became[Became.NEW]} {would}new, {report.became[Became.VERSION]} versions, "
        f"{report.became[Became.THERE]} there already, {report.became[Became.RESTORED]} from the trash, "
        f"{report.sidecars} sidecars, {report.left_out} not taken."
    )
    if report.copied:
        out.write(f"{report.copied} were copied: they could not be linked from where they are.")


def write(report: Report, plan: Plan, unanalysed: list[dict[str, Any]], halted: str, path: Path) -> None:
    """Write all of it as JSON; raises OSError."""
    summary = {
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "owner": plan.owner.username,
        "dry_run": plan.dry_run,
        "halted": halted,
        "files": report.files,
        "new": report.became[Became.NEW],
        "versions": report.became[Became.VERSION],
        "there_already": report.became[Became.THERE],
        "from_the_trash": report.became[Became.RESTORED],
        "sidecars": report.sidecars,
        "not_taken": report.left_out,
        "failed": report.failed + len(unanalysed),
        "not_analysed": unanalysed,
    }
    report.write(path, summary)


def unanalysed(report: Report) -> list[dict[str, Any]]:
    """Return id, name and why of each photo of the import whose analysis failed."""
    found: list[dict[str, Any]] = []
    ids = report.photo_ids
    for start in range(0, len(ids), AT_ONCE):
        failed = Photo.objects.filter(pk__in=ids[start : start + AT_ONCE], status=Photo.Status.FAILED)
        rows = failed.order_by("pk").values_list("pk", "original_name", "error")
        found.extend({"id": pk, "name": name, "why": error} for pk, name, error in rows)
    return found
