"""What comes with a file in a form, beside its bytes."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request

from photos.api.parameters import StrictSerializer
from photos.arrival import Arrival


class BesideSerializer(StrictSerializer):
    modified_at = serializers.DateTimeField(
        required=False,
        help_text="When the file was last changed where it comes from: ISO 8601, taken for UTC where it has no offset.",
    )


class PhotoUploadSerializer(BesideSerializer):
    """The whole form; the file in it is looked for by photos.uploads, for it can be wrong in more ways."""

    file = serializers.FileField(help_text="JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP, HEIC, HEIF or JPEG 2000.")


def arrival_of(request: Request) -> Arrival:
    """Read the fields beside the file; raises ValidationError naming what is wrong or unknown."""
    fields = dict(request.data)
    form = BesideSerializer(data={name: fields[name][-1] for name in fields if name != "file"})
    form.is_valid(raise_exception=True)
    return Arrival(form.validated_data.get("modified_at"))
