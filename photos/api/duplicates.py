"""Duplicates over HTTP: the groups there are, and what is decided about them."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.api.fields import WholeNumberField
from photos.api.parameters import QuerySerializer, StrictJSONParser, StrictSerializer, body_of, query_of
from photos.api.requests import owner_of, page_url
from photos.duplicates import wording
from photos.duplicates.listing import page_of_groups
from photos.duplicates.merging import Choice, dismiss, merge
from photos.duplicates.review import Candidate, Review, reviews
from photos.duplicates.stars import MOST
from photos.duplicates.undoing import undo, withdraw
from photos.models import Dismissal, DuplicateGroup, Merge, Tier
from photos.paging import MAX_ID

_TIERS = {tier.name.lower(): tier for tier in Tier}


class DuplicatesQuery(QuerySerializer):
    tier = serializers.ChoiceField(choices=list(_TIERS), required=False, help_text="Only groups of this kind.")
    limit = serializers.IntegerField(min_value=1, max_value=100, default=10)
    cursor = serializers.CharField(max_length=40, required=False, default="", help_text="From the `Link` header.")


class DuplicatePhotoSerializer(serializers.Serializer[Candidate]):
    id = serializers.IntegerField(source="photo.pk")
    original_name = serializers.CharField(source="photo.original_name")
    width = serializers.IntegerField(source="photo.width")
    height = serializers.IntegerField(source="photo.height")
    bytes = serializers.IntegerField(source="photo.bytes")
    format = serializers.CharField(source="photo.format")
    closeness = serializers.FloatField(help_text="To the photo that is suggested; 1 is the same.")


class DuplicateGroupSerializer(serializers.Serializer[Review]):
    """Photos that are the same or nearly so, the one to keep first."""

    id = serializers.IntegerField(source="group.pk")
    tier = serializers.SerializerMethodField(help_text="Why, the surest first: `pixels raw near burst similar`.")
    keep = serializers.IntegerField(source="group.keeper_id", help_text="The photo that is best to keep.")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Why that one.")
    moves = serializers.SerializerMethodField(help_text="What it would take over from the others, in words.")
    photos = DuplicatePhotoSerializer(source="candidates", many=True)

    def get_tier(self, review: Review) -> str:
        return review.tier.name.lower()

    def get_moves(self, review: Review) -> list[str]:
        return wording.moves(review.moving)


class MergeWishSerializer(StrictSerializer):
    """What is decided; without it, the suggestion. Photos of the group named in neither stay as well."""

    keep = WholeNumberField(min_value=1, max_value=MAX_ID, required=False)
    merge = serializers.ListField(
        child=WholeNumberField(min_value=1, max_value=MAX_ID), min_length=1, max_length=MOST, required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("keep" in attrs) != ("merge" in attrs):
            missing = "merge" if "keep" in attrs else "keep"
            raise serializers.ValidationError({missing: ["Give keep and merge together, or neither."]})
        return attrs


class MergeSerializer(serializers.Serializer[Merge]):
    id = serializers.IntegerField()
    keep = serializers.IntegerField(source="keeper_id", allow_null=True)
    merged = serializers.SerializerMethodField(help_text="Photos that went to the trash.")
    merged_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)

    def get_merged(self, merged: Merge) -> list[int]:
        return [row.photo_id for row in merged.merged.order_by("photo_id") if row.photo_id is not None]


class DismissalSerializer(serializers.Serializer[Dismissal]):
    id = serializers.IntegerField()


_GROUP = OpenApiExample(
    "group",
    [
        {
            "id": 7,
            "tier": "near",
            "keep": 12,
            "reasons": ["It has the most pixels"],
            "moves": ["It becomes a favorite"],
            "photos": [
                {
                    "id": pk,
                    "original_name": f"IMG_{pk}.jpg",
                    "width": width,
                    "height": width,
                    "bytes": 90_000,
                    "format": "jpeg",
                    "closeness": closeness,
                }
                for pk, width, closeness in ((12, 4000, 1.0), (15, 800, 0.97))
            ],
        }
    ],
    response_only=True,
)
_MERGED = OpenApiExample(
    "merge",
    {"id": 3, "keep": 12, "merged": [15], "merged_at": "2023-10-23T12:00:00Z", "undone_at": None},
    response_only=True,
)


class DuplicatesView(APIView):
    """Groups of duplicates that are left to decide about, the surest kind first."""

    @extend_schema(
        operation_id="duplicates",
        parameters=[DuplicatesQuery],
        responses=OpenApiResponse(DuplicateGroupSerializer(many=True), examples=[_GROUP]),
    )
    def get(self, request: Request) -> Response:
        query = query_of(request, DuplicatesQuery)
        tier = _TIERS[query["tier"]] if "tier" in query else None
        page = page_of_groups(owner_of(request), query["limit"], tier, query["cursor"])
        rows: Any = reviews(page.groups, owner_of(request))  # the stubs know a serializer of one row only
        link = {"Link": f'<{page_url(request, page.next_cursor)}>; rel="next"'} if page.next_cursor else {}
        return Response(DuplicateGroupSerializer(rows, many=True).data, headers=link)


class MergeDuplicatesView(APIView):
    """Merge a group: what is said of some of its photos moves to one, and they go to the trash."""

    parser_classes = [StrictJSONParser]

    @extend_schema(
        operation_id="duplicates_merge",
        request=MergeWishSerializer,
        responses={201: OpenApiResponse(MergeSerializer, "Merged.", examples=[_MERGED])},
    )
    def post(self, request: Request, pk: int) -> Response:
        query_of(request)
        if not DuplicateGroup.objects.visible_to(owner_of(request)).filter(pk=pk).exists():
            raise Http404("There is no such group.")  # before anything is said of the body
        wish = body_of(request, MergeWishSerializer)
        choice = Choice(wish["keep"], wish["merge"]) if wish else None
        try:
            done = merge(pk, owner_of(request), timezone.now(), choice)
        except DuplicateGroup.DoesNotExist as exc:
            raise Http404("There is no such group.") from exc
        return Response(MergeSerializer(done).data, status=201)


class DismissDuplicatesView(APIView):
    """Remember for ever that the photos of a group are no duplicates."""

    parser_classes = [StrictJSONParser]

    @extend_schema(
        operation_id="duplicates_dismiss",
        request=None,
        responses={
            201: OpenApiResponse(DismissalSerializer, "Remembered.", examples=[OpenApiExample("dismissal", {"id": 2})])
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        query_of(request)
        try:
            dismissal = dismiss(pk, owner_of(request))
        except DuplicateGroup.DoesNotExist as exc:
            raise Http404("There is no such group.") from exc
        return Response(DismissalSerializer(dismissal).data, status=201)


class UndoMergeView(APIView):
    """Take a merge back; what was changed of the kept photo since stays as it is."""

    parser_classes = [StrictJSONParser]

    @extend_schema(
        operation_id="merge_undo", request=None, responses=OpenApiResponse(MergeSerializer, examples=[_MERGED])
    )
    def post(self, request: Request, pk: int) -> Response:
        query_of(request)
        try:
            return Response(MergeSerializer(undo(pk, owner_of(request), timezone.now())).data)
        except Merge.DoesNotExist as exc:
            raise Http404("There is no such merge.") from exc


class DismissalView(APIView):
    """What was said to be no duplicates."""

    @extend_schema(operation_id="dismissal_withdraw", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Forget that it was said: the photos are compared again."""
        query_of(request)
        dismissal = Dismissal.objects.filter(owner=owner_of(request), pk=pk).select_related("group").first()
        if dismissal is None:
            raise Http404("There is no such dismissal.")
        withdraw(dismissal)
        return Response(status=204)
