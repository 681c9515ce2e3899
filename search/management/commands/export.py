from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from albums.models import Album
from photos.exports.contents import Layout
from photos.exports.exporting import export
from photos.exports.journal import NotForExport
from photos.management.owners import owner_named
from photos.management.progress import progress_bar
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from search.filters import allowed, is_fact
from search.language import QueryError, parse


class Command(BaseCommand):
    help = (
        "Write photos into plain folders: originals as they are, an XMP file beside each, and a record of all that is "
        "known of them, which import_photos takes back. One that broke off is begun again and goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="An empty folder, or one whose export broke off.")
        parser.add_argument("--owner", default="", metavar="NAME", help="Whose photos; else the local owner's.")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--album", metavar="TITLE", help="Those of one album.")
        which.add_argument("--ids", metavar="1,2,3", help="Those with these numbers.")
        which.add_argument("--query", metavar="FACTS", help="Those of which this is so: “in:2019 is:favorite”.")
        told = "Folders by month, or by album where a photo is in one."
        parser.add_argument("--layout", choices=[*Layout], default=Layout.DATE, help=told)

    def handle(self, *_: Any, **options: Any) -> None:
        owner = owner_named(options["owner"])
        photo_ids = list(_selected(owner, options).order_by("pk").values_list("pk", flat=True))
        folder, layout = options["folder"], Layout(options["layout"])
        try:
            with progress_bar(self.stdout, "Exporting", lambda total: f"{total} photos") as told:
                done = export(folder, owner, photo_ids, layout, timezone.now(), told)
        except NotForExport as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            raise CommandError(f"The export broke off: {exc}. Run the command again, and it goes on.") from exc
        self.stdout.write(f"{done.photos} photos are in {folder}.")
        for name, why in done.lacking.items():
            self.stdout.write(f"FAILED  {name}: {why}")
        if done.lacking:
            raise CommandError(
                f"{len(done.lacking)} photos could not be exported; all others are. See check_integrity."
            )


def _selected(owner: User, options: dict[str, Any]) -> PhotoQuerySet:
    if title := options["album"]:
        album = Album.objects.visible_to(owner).filter(title=title).first()
        if album is None:
            raise CommandError(f"There is no album “{title}”.")
        return album.photos
    if text := options["query"]:
        return _matching(text, owner)
    mine = Photo.objects.visible_to(owner)
    return mine.filter(pk__in=_numbers(options["ids"])) if options["ids"] else mine


def _numbers(text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError as exc:
        raise CommandError(f"{text} are no numbers such as 1,2,3.") from exc


def _matching(text: str, owner: User) -> PhotoQuerySet:
    """Return the photos of which all facts are so; what words mean has no end at which a photo would be out."""
    try:
        query = parse(text)
    except QueryError as exc:
        raise CommandError(str(exc)) from exc
    if not is_fact(query.root):
        raise CommandError(
            "Name facts only, such as “in:2019 is:favorite tag:dog”: words alone say no clear yes or no."
        )
    return allowed(query, owner)
