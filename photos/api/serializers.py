"""The JSON of photos, as the published contract has it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ai.colours.palette import Shade
from photos.api.fields import NumberField, TextField, TruthField, WallTimeField, WholeNumberField
from photos.api.kept import KeptFileSerializer
from photos.api.parameters import QuerySerializer, StrictSerializer
from photos.models import Photo, PhotoFace, PhotoFile, Stage
from photos.models.tag import MAX_TAG_LENGTH, MAX_TAGS, normalise_tag


class LocationSerializer(StrictSerializer):
    latitude = NumberField(min_value=-90, max_value=90)
    longitude = NumberField(min_value=-180, max_value=180)
    altitude = NumberField(
        min_value=-12_000, max_value=100_000, required=False, allow_null=True, help_text="Metres above the sea."
    )


class ExposureSerializer(serializers.Serializer[Photo]):
    aperture = serializers.FloatField(allow_null=True, help_text="f-number.")
    shutter = serializers.CharField(allow_null=True, help_text="Seconds, as a fraction where below one.")
    iso = serializers.IntegerField(allow_null=True)
    focal_length = serializers.FloatField(allow_null=True, help_text="Millimetres.")


class PlaceSerializer(serializers.Serializer[Photo]):
    city = serializers.CharField()
    region = serializers.CharField()
    country = serializers.CharField()


class FaceSerializer(serializers.Serializer[PhotoFace]):
    name = serializers.CharField(help_text="Empty where nobody is named.")
    left = serializers.FloatField(help_text="As the others: a fraction of the upright picture.")
    top = serializers.FloatField()
    width = serializers.FloatField()
    height = serializers.FloatField()


class ColourSerializer(serializers.Serializer[Shade]):
    hex = serializers.CharField()
    name = serializers.CharField(help_text="What searches call it: `color:teal`.")
    share = serializers.FloatField(help_text="How much of the picture it covers, 0 to 1.")


class PhotoSerializer(serializers.Serializer[Photo]):
    """A photo as lists show it; `palettes`, `faces` and `files` in the context map ids to what they name."""

    id = serializers.IntegerField()
    filename = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField(), source="tag_names")
    caption = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    original_name = serializers.CharField()
    status = serializers.ChoiceField(choices=Photo.Status.choices)
    error = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    width = serializers.IntegerField(help_text="Pixels, upright.")
    height = serializers.IntegerField(help_text="Pixels, upright.")
    bytes = serializers.IntegerField()
    format = serializers.CharField()
    animated = serializers.BooleanField(help_text="Its first frame is shown.")
    panorama = serializers.BooleanField()
    has_motion = serializers.BooleanField(help_text="A video comes with it: `/photo/{id}/motion`.")
    taken_at = WallTimeField(source="taken_locally")
    taken_at_source = serializers.ChoiceField(choices=Photo.DateSource.choices)
    camera = serializers.CharField()
    lens = serializers.CharField()
    exposure = serializers.SerializerMethodField()
    focal_length_35mm = serializers.FloatField(allow_null=True, help_text="Millimetres on 35 mm film.")
    flash = serializers.BooleanField(allow_null=True, help_text="Whether it fired.")
    software = serializers.CharField()
    artist = serializers.CharField()
    copyright = serializers.CharField()
    location = serializers.SerializerMethodField()
    direction = serializers.FloatField(allow_null=True, help_text="Where the camera looked: degrees from north.")
    place = serializers.SerializerMethodField()
    faces = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    colors = serializers.SerializerMethodField()
    rating = serializers.IntegerField(allow_null=True)
    favorite = serializers.BooleanField()
    archived = serializers.BooleanField()

    @extend_schema_field(ExposureSerializer)
    def get_exposure(self, photo: Photo) -> dict[str, Any]:
        return {
            "aperture": photo.aperture,
            "shutter": photo.shutter_text or None,
            "iso": photo.iso,
            "focal_length": photo.focal_length,
        }

    @extend_schema_field(LocationSerializer(allow_null=True))
    def get_location(self, photo: Photo) -> dict[str, Any] | None:
        if photo.latitude is None or photo.longitude is None:
            return None
        return {"latitude": photo.latitude, "longitude": photo.longitude, "altitude": photo.altitude}

    @extend_schema_field(PlaceSerializer(allow_null=True))
    def get_place(self, photo: Photo) -> dict[str, str] | None:
        """What its place is called, as far as that is known."""
        return {"city": photo.city, "region": photo.region, "country": photo.country} if photo.place else None

    @extend_schema_field(FaceSerializer(many=True))
    def get_faces(self, photo: Photo) -> Any:
        """The faces that are marked in its file."""
        faces: Any = self.context["faces"].get(photo.pk, [])
        return FaceSerializer(faces, many=True).data

    @extend_schema_field(KeptFileSerializer(many=True))
    def get_files(self, photo: Photo) -> Any:
        """The files that are kept beside the one it shows."""
        files: Any = self.context["files"].get(photo.pk, [])
        return KeptFileSerializer(files, many=True).data

    @extend_schema_field(ColourSerializer(many=True))
    def get_colors(self, photo: Photo) -> Any:
        """Its dominant colours, the largest first; none until it is analysed."""
        shades: Any = self.context["palettes"].get(photo.pk, [])
        return ColourSerializer(shades, many=True).data


class PhotoWithEmbeddingSerializer(PhotoSerializer):
    """A photo with its vector; `embeddings` in the context maps ids to vectors."""

    embedding = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": {"type": "number", "format": "float"}, "nullable": True})
    def get_embedding(self, photo: Photo) -> list[float] | None:
        vector = self.context["embeddings"].get(photo.pk)
        return None if vector is None else vector.tolist()


class ListedPhotoSerializer(PhotoSerializer):
    """A photo as a list is described: with its vector only where that is asked for."""

    embedding = serializers.ListField(
        child=serializers.FloatField(), required=False, allow_null=True, help_text="With `include=embedding`."
    )


class UploadedSerializer(serializers.Serializer[Photo]):
    """The answer to an upload."""

    id = serializers.IntegerField()
    filename = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    caption = serializers.CharField()
    message = serializers.CharField()
    status = serializers.ChoiceField(choices=Photo.Status.choices)
    error = serializers.CharField(required=False, help_text="Why the analysis failed, where it did.")
    kept_as = serializers.ChoiceField(
        choices=PhotoFile.Kind.choices,
        required=False,
        help_text="What it is to a photo that was there, whose `id` it is.",
    )
    duplicate = serializers.BooleanField(required=False, help_text="You had these bytes already.")
    restored = serializers.BooleanField(required=False, help_text="They lay in your trash and are out of it again.")


class WaitingSerializer(serializers.Serializer[Any]):
    """The answer to the moving half of a photo that has not come."""

    status = serializers.ChoiceField(choices=["waiting"])
    expires_at = serializers.DateTimeField(help_text="Until when it is kept.")
    message = serializers.CharField()


class PhotoChangesSerializer(StrictSerializer):
    """What a person may change. A key that is absent leaves its field alone; null clears it."""

    tags = serializers.ListField(
        child=TextField(max_length=MAX_TAG_LENGTH),
        max_length=MAX_TAGS,
        allow_null=True,
        required=False,
        help_text="The whole list from now on: words left out are rejected for good, and no model adds or takes any.",
    )
    caption = TextField(max_length=10_000, allow_blank=True, allow_null=True, required=False)
    title = TextField(max_length=255, allow_blank=True, allow_null=True, required=False)
    description = TextField(max_length=10_000, allow_blank=True, allow_null=True, required=False)
    taken_at = WallTimeField(allow_null=True, required=False)
    location = LocationSerializer(allow_null=True, required=False)
    rating = WholeNumberField(min_value=0, max_value=5, allow_null=True, required=False)
    favorite = TruthField(allow_null=True, required=False)
    archived = TruthField(allow_null=True, required=False)

    def validate_tags(self, names: list[str] | None) -> list[str] | None:
        if any(not normalise_tag(name) for name in names or []):
            raise serializers.ValidationError("A tag needs at least one visible character.")
        return names


class StagesSerializer(StrictSerializer):
    stages = serializers.ListField(
        child=serializers.ChoiceField(choices=Stage.Name.choices),
        required=False,
        help_text="What to repeat; without it, what failed. A description and text are left to a worker, soon after.",
    )


class ListQuery(QuerySerializer):
    skip = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=10)
    cursor = serializers.CharField(max_length=200, default="", help_text="From the Link header of the page before.")
    archived = serializers.BooleanField(default=False, help_text="The archived photos instead.")
    trashed = serializers.BooleanField(default=False, help_text="The photos in the trash instead.")
    include = serializers.ChoiceField(choices=["embedding"], required=False, help_text="Adds `embedding`.")


class DeleteQuery(QuerySerializer):
    permanent = serializers.BooleanField(default=False, help_text="For good, also out of the trash.")


class ThumbnailQuery(QuerySerializer):
    size = serializers.ChoiceField(choices=[512, 1600], default=512, help_text="Pixels on the longer side.")


class TagQuery(QuerySerializer):
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=1000)


class TagSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    count = serializers.IntegerField(source="photo_count")


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP, HEIC, HEIF or JPEG 2000.")
