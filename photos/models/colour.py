from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models, transaction

from ai.colours.grid import cell_of
from ai.colours.palette import Palette, Shade

if TYPE_CHECKING:
    from photos.models.photo import Photo


class PhotoColourQuerySet(models.QuerySet["PhotoColour"]):
    def put(self, photo: Photo, palette: Palette) -> None:
        """Keep the colours of a photo, and what they are called, in the place of those it had."""
        with transaction.atomic():
            self.filter(photo=photo).delete()
            PhotoColour.objects.bulk_create(
                PhotoColour(photo=photo, number=shade.number, share=shade.share, cell=cell_of(shade.number))
                for shade in palette.shades
            )
            ColourName.objects.put(photo, palette.names)

    def palettes(self, photo_ids: Collection[int]) -> dict[int, list[Shade]]:
        """Return the colours of these photos by their ids, the largest of each first; one query for all."""
        found: defaultdict[int, list[Shade]] = defaultdict(list)
        rows = self.filter(photo__in=photo_ids).order_by("photo_id", "pk")
        for photo_id, number, share in rows.values_list("photo_id", "number", "share"):
            found[photo_id].append(Shade(number, share))
        return found


class PhotoColour(models.Model):
    """One of the dominant colours of a photo: a cluster of its pixels in CIELAB."""

    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="colours")
    number = models.PositiveIntegerField(help_text="sRGB, 0xRRGGBB.")
    share = models.FloatField(help_text="How much of the picture it covers, 0 to 1.")
    cell = models.PositiveIntegerField(help_text="Where it lies in CIELAB; see ai.colours.grid.")

    objects = PhotoColourQuerySet.as_manager()

    class Meta:
        db_table = "photo_colour"
        indexes = [models.Index(fields=["cell", "photo"], name="photo_colour_by_cell")]

    def __str__(self) -> str:
        return f"{Shade(self.number, self.share).hex} {self.share:.0%}"


class ColourNameQuerySet(models.QuerySet["ColourName"]):
    def put(self, photo: Photo, names: Collection[str]) -> None:
        """Let a photo have the colours of these names and no others; what it has already is not written again."""
        had = set(self.filter(photo=photo).values_list("name", flat=True))
        self.filter(photo=photo, name__in=had - set(names)).delete()
        ColourName.objects.bulk_create(ColourName(photo=photo, name=name) for name in sorted(set(names) - had))


class ColourName(models.Model):
    """What searches go by: each name that a colour of the photo has, with the broader ones, once."""

    photo = models.ForeignKey("photos.Photo", models.CASCADE, db_index=False, related_name="colour_names")
    name = models.CharField(max_length=16)

    objects = ColourNameQuerySet.as_manager()

    class Meta:
        db_table = "photo_colour_name"
        constraints = [models.UniqueConstraint(fields=["photo", "name"], name="photo_colour_name_once")]
        # Who looks for a name, or counts names, reads this index and no row.
        indexes = [models.Index(fields=["name", "photo"], name="photo_colour_by_name")]

    def __str__(self) -> str:
        return self.name
