from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import models

from photos.models.picture import Picture


class PhotoFileQuerySet(models.QuerySet["PhotoFile"]):
    def versions(self) -> PhotoFileQuerySet:
        """Those that could be shown in place of the original."""
        return self.filter(kind__in=PhotoFile.VERSIONS)

    def by_photo(self, photo_ids: Collection[int]) -> dict[int, Sequence[PhotoFile]]:
        """Map ids of photos to their files, the oldest first; one query."""
        found: dict[int, list[PhotoFile]] = defaultdict(list)
        for file in self.filter(photo_id__in=photo_ids).order_by("pk"):
            found[file.photo_id].append(file)
        return dict(found)


class PhotoFile(Picture):
    """A file that belongs to a photo beside its original, kept among the originals and never rewritten.

    What Picture says is known of versions of the photo only, empty for sidecars and videos.
    """

    class Kind(models.TextChoices):
        SIDECAR = "sidecar", "Notes of another program (XMP)"
        RAW = "raw", "Raw"
        EDITED = "edited"
        ORIGINAL = "original", "As the camera made it"
        MOTION = "motion", "Video of a motion photo"

    VERSIONS = (Kind.RAW, Kind.EDITED, Kind.ORIGINAL)

    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=255, help_text="As it was called where it came from.")
    stored = models.CharField(max_length=255, unique=True, help_text="Relative to the media folder.")
    sha256 = models.CharField("SHA-256", max_length=64)
    bytes = models.PositiveBigIntegerField()
    # With a photo merged into this one: what such a sidecar says has moved by the merge, and is not read again.
    inherited_at = models.DateTimeField(null=True, editable=False)

    objects = PhotoFileQuerySet.as_manager()
    bytes_stay = False  # set where another row has taken them over: what goes then is the row alone
    is_one_of_two = False  # set where another row has the same under a name of its own: nothing is destroyed then

    class Meta:
        db_table = "photo_file"
        indexes = [
            models.Index(fields=["sha256"], name="photo_file_by_hash"),
            # What a person keeps is added up while the database is held.
            models.Index(fields=["photo", "bytes"], name="photo_file_bytes_by_photo"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_version(self) -> bool:
        return self.kind in self.VERSIONS

    def let_go(self) -> None:
        """Delete the row and leave its bytes to the row that names them by now."""
        self.bytes_stay = True
        self.delete()

    def give_back(self) -> None:
        """Delete the row and this name of its bytes, which another photo of the owner keeps: no act of destruction."""
        self.is_one_of_two = True
        self.delete()
