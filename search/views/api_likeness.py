"""Likeness over HTTP: to photos, to a part of one, to an image that is not in the library."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.api.parameters import ManyField, StrictJSONParser, StrictSerializer, body_of, query_of
from photos.api.requests import owner_of, photos_of
from photos.api.serializers import UploadSerializer
from photos.names import clean_name
from photos.regions import PATTERN, BadRegion, Region, read_region, side_for_any
from photos.thumbnails import SIZES
from photos.uploads import decode_upload, received_file
from search.language.examples import LARGEST_ID, MOST_EXAMPLES
from search.ranking.hits import Hit
from search.ranking.queries import like_image, like_region, similar_to
from search.views.api import ResultsSerializer, TopQuery, example_of

_REGION = "Only this part of it: `left,top,width,height`, each a fraction of the upright picture from 0 to 1."


@extend_schema_field({"type": "string", "pattern": f"^{PATTERN}$", "example": "0.25,0.1,0.5,0.4"})
class RegionField(serializers.CharField):
    """A part of a picture, as photos.regions reads it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, required=False, help_text=_REGION, **options)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return read_region(super().to_internal_value(data))
        except BadRegion as exc:
            raise serializers.ValidationError(str(exc)) from exc


def _photo_numbers(**options: Any) -> ManyField:
    number = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    return ManyField(child=number, max_length=MOST_EXAMPLES, **options)


class SimilarQuery(TopQuery):
    reference_photo_id = _photo_numbers(
        min_length=1, help_text=f"The photo to be like. Up to {MOST_EXAMPLES}, each as a parameter: like all of them."
    )
    less_like = _photo_numbers(required=False, help_text="Photos to be less like, in the same way.")
    region = RegionField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted, unwanted = set(attrs["reference_photo_id"]), set(attrs.get("less_like", []))
        if both := wanted & unwanted:
            raise serializers.ValidationError({"less_like": [f"Photo {min(both)} is to be like already."]})
        if "region" in attrs and (len(wanted) > 1 or unwanted):
            words = "It is a part of one photo: give one reference_photo_id and no less_like."
            raise serializers.ValidationError({"region": [words]})
        return attrs


class ByImageQuery(TopQuery):
    region = RegionField()


class SimilarView(APIView):
    """The photos most like one of yours, several of them together, or a part of one. These are not among them."""

    # The query says it all; whatever form a client wraps its empty body in is fine.
    parser_classes = [StrictJSONParser, FormParser, MultiPartParser]

    @extend_schema(
        operation_id="search_similar",
        parameters=[SimilarQuery],
        request=None,
        responses=OpenApiResponse(
            ResultsSerializer,
            examples=[example_of(query, ["semantic"]) for query in ("Similar to photo 1", "Similar to photos 1, 2")],
        ),
    )
    def post(self, request: Request) -> Response:
        query = query_of(request, SimilarQuery)
        body_of(request, StrictSerializer)
        photos = photos_of(request, query["reference_photo_id"])
        if "region" in query:
            hits = like_region(photos[0], query["region"], owner_of(request), query["top_k"])
            return _answer(f"Similar to a part of photo {photos[0].pk}", hits)
        unlike = photos_of(request, query.get("less_like", []))
        hits = similar_to(photos, owner_of(request), query["top_k"], unlike)
        numbers = ", ".join(str(photo.pk) for photo in photos)
        return _answer(f"Similar to photo{'s' if len(photos) > 1 else ''} {numbers}", hits)


class ByImageView(APIView):
    """The photos most like an image you send, or a part of it. The image is not kept."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="search_by_image",
        parameters=[ByImageQuery],
        request={"multipart/form-data": UploadSerializer},
        responses=OpenApiResponse(ResultsSerializer, examples=[example_of("Similar to beach.jpg", ["semantic"])]),
    )
    def post(self, request: Request) -> Response:
        query = query_of(request, ByImageQuery)
        file = received_file(request)
        if unknown := sorted(set(request.data) - {"file"}):
            raise ValidationError({name: ["Unknown. Allowed: file."] for name in unknown})
        region: Region | None = query.get("region")
        side = max(*SIZES, side_for_any(region) if region else 0)
        hits = like_image(decode_upload(file, side).image, owner_of(request), query["top_k"], region)
        return _answer(f"Similar to {clean_name(file.name or '')}", hits)


def _answer(query: str, hits: list[Hit]) -> Response:
    return Response(ResultsSerializer({"query": query, "results": hits, "total_results": len(hits)}).data)
