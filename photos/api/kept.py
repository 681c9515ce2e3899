"""A file of a photo as the API describes it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from photos.models import PhotoFile


class KeptFileSerializer(serializers.Serializer[PhotoFile]):
    """A file that is kept beside what the photo shows."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=PhotoFile.Kind.choices)
    name = serializers.CharField(help_text="As it was called where it came from.")
    format = serializers.CharField(help_text="Empty for sidecars and videos.")
    width = serializers.SerializerMethodField()
    height = serializers.SerializerMethodField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_width(self, file: PhotoFile) -> int | None:
        return file.width or None

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_height(self, file: PhotoFile) -> int | None:
        return file.height or None
