from __future__ import annotations

from django.db import models


class DateSource(models.TextChoices):
    """Who says when a photo was taken, the most credible first but for a person, who always is."""

    HUMAN = "human", "A person"
    SIDECAR = "sidecar", "XMP file beside it"
    EXIF = "exif", "EXIF"
    XMP = "xmp", "XMP"
    IPTC = "iptc", "IPTC"
    GPS = "gps", "GPS time"
    FILENAME = "filename", "File name"
    FOLDER = "folder", "Folder name"
    FILE = "file", "File time"
    UPLOAD = "upload", "Upload time"
