from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from photos.archives.directory import NotAnArchive
from photos.exports.journal import HEADER
from photos.imports.earlier import EarlierSource, NotALibrary
from photos.imports.exported import ExportSource, NotAnExport, is_export
from photos.imports.found import Source
from photos.imports.importing import ImportHalted, Plan, bring_in
from photos.imports.report import Report
from photos.imports.takeout import Part, TakeoutSource, UnpackedPart, ZippedPart, is_takeout, takeout_roots
from photos.imports.taking import Manner
from photos.imports.walking import FolderSource
from photos.imports.workers import Unattended, doze, wait_for, workers
from photos.imports.zips import ZipPlace, ZipSource, is_zip
from photos.management.imports import tell, unanalysed, write
from photos.management.owners import owner_named
from photos.management.progress import progress_bar

AGAIN = "What was taken is safe: run the command again, and it goes on."


class Command(BaseCommand):
    help = (
        "Take in the photos in folders and ZIPs, and return when all are analysed. Nothing is taken twice: an import "
        "that broke off is begun again. Every file that is not taken is named, with the reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="Folders, ZIPs, or single files.")
        parser.add_argument("--from-cloudzy", type=Path, metavar="DB", help="The photos.db of the earlier service.")
        parser.add_argument("--uploads", type=Path, metavar="DIR", help="The folder of its files.")
        parser.add_argument("--owner", default="", metavar="NAME", help="Whose photos they are; else the local owner.")
        parser.add_argument("--albums-from-folders", action="store_true", help="Make an album of each folder.")
        how = parser.add_mutually_exclusive_group()
        for manner, told in (
            (Manner.COPY, "Leave the files as they are (the default)."),
            (Manner.LINK, "Share their bytes, where the file system can; else copy."),
            (Manner.MOVE, "Delete each file when it is safely kept."),
        ):
            how.add_argument(f"--{manner}", dest="manner", action="store_const", const=manner, help=told)
        parser.add_argument("--dry-run", action="store_true", help="Change nothing; say what would become of them.")
        count = settings.CLOUDZY_WORKERS
        told = "How many processes analyse; 0 leaves it to the worker that is running."
        parser.add_argument("--workers", type=int, default=count, metavar="N", help=told)
        parser.add_argument("--report", type=Path, metavar="FILE", help="Write what became of them as JSON.")

    def handle(self, *_: Any, **options: Any) -> None:
        earlier = [options["from_cloudzy"], options["uploads"]]
        if any(earlier) != all(earlier) or not (any(earlier) or options["paths"]):
            raise CommandError("Name folders or files, or both --from-cloudzy DB and --uploads DIR.")
        if lacking := [str(path) for path in [*options["paths"], *filter(None, earlier)] if not path.exists()]:
            raise CommandError(f"There is no {lacking[0]}.")
        if options["manner"] is Manner.MOVE and any(map(is_zip, options["paths"])):
            raise CommandError("--move takes no files out of a ZIP. Import it by a copy, then delete it yourself.")
        plan = Plan(owner_named(options["owner"]), options["manner"] or Manner.COPY, options["dry_run"])
        sources = _sources(options["paths"], options["albums_from_folders"])
        sources += [EarlierSource(*earlier)] if all(earlier) else []
        report = Report()
        halted = self._import(sources, plan, max(0, options["workers"]), report)
        failed = [] if plan.dry_run else unanalysed(report)
        tell(report, plan, failed, self.stdout)
        if options["report"]:
            try:
                write(report, plan, failed, halted, options["report"])
            except OSError as exc:
                raise CommandError(f"The report cannot be written: {exc}. {halted}") from exc
        if halted:
            raise CommandError(halted)
        if count := report.failed + len(failed):
            raise CommandError(f"{count} files need to be looked at.")

    def _import(self, sources: Sequence[Source], plan: Plan, count: int, report: Report) -> str:
        """Take all in and wait until it is analysed; return why that broke off, "" when it is done."""
        try:
            with workers(0 if plan.dry_run else count) as attended:
                for source in sources:
                    title = "Looking at" if plan.dry_run else "Taking in"
                    with progress_bar(self.stdout, title, lambda total: f"{total} files") as told:
                        bring_in(source, plan, timezone.now, told, report)
                if not plan.dry_run:
                    with progress_bar(self.stdout, "Analysing", lambda total: f"{total} photos") as told:
                        wait_for(report.photo_ids, told, attended, doze)
        except (NotAnExport, NotALibrary) as exc:
            return str(exc)
        except ImportHalted as exc:
            return f"{exc} {AGAIN}"
        except Unattended as exc:
            return f"All files are taken in, but not all are analysed. {exc}"
        except KeyboardInterrupt:
            return f"Interrupted. {AGAIN}"
        return ""


def _sources(paths: Sequence[Path], albums: bool) -> list[Source]:
    """Tell exports of ours and Google's from other folders; those of a kind are gone through together."""
    sources: list[Source] = [ExportSource(path) for path in paths if is_export(path)]
    others = [path for path in paths if not is_export(path)]
    google: list[Part] = [UnpackedPart(root) for path in others for root in takeout_roots(path)]
    places = [_zip_at(path) for path in others if is_zip(path)]
    sources += [ExportSource(place.path, place) for place in places if place.has(HEADER)]
    places = [place for place in places if not place.has(HEADER)]
    google += [ZippedPart(place) for place in places if is_takeout(place)]
    sources += [TakeoutSource(google, timezone.now())] if google else []
    if zips := [place for place in places if not is_takeout(place)]:
        sources.append(ZipSource(zips, albums))
    if folders := [path for path in others if not is_zip(path) and not takeout_roots(path)]:
        sources.append(FolderSource(folders, albums))
    return sources


def _zip_at(path: Path) -> ZipPlace:
    try:
        return ZipPlace(path)
    except NotAnArchive as exc:
        raise CommandError(f"{path}: {exc.detail}") from exc
    except OSError as exc:
        raise CommandError(f"{path} cannot be read: {exc.strerror}.") from exc
