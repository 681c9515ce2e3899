"""Saved searches over HTTP: each view reads the request, calls one function and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.api.fields import TextField, TruthField, WholeNumberField
from photos.api.parameters import StrictSerializer, body_of, query_of
from photos.api.requests import owner_of
from photos.paging import MAX_ID
from search.ranking.modes import Mode
from search.ranking.queries import LONGEST_ASKED
from search.ranking.sorts import Sort
from search.saved import saving
from search.saved.counting import Count, count_of
from search.saved.searches import BEST_FIRST, LONGEST_NAME, SavedSearch

_QUERY = "In the language of `GET /search`; kept in its canonical form."
_SEEN = "The highest number a photo had when one last looked: matches with a higher one are new."


@dataclass(frozen=True)
class Shown:
    """A saved search as it is answered: with its place in the list, and what it finds where that is told."""

    search: SavedSearch
    position: int
    count: Count | None = None


class SavedSearchSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="search.pk")
    name = serializers.CharField(source="search.name")
    query = serializers.CharField(source="search.query", help_text=_QUERY)
    mode = serializers.ChoiceField(source="search.mode", choices=[str(mode) for mode in Mode])
    sort = serializers.ChoiceField(source="search.sort", choices=[str(sort) for sort in Sort])
    pinned = serializers.BooleanField(source="search.pinned", help_text="In the sidebar of every page.")
    position = serializers.IntegerField(help_text="Its place in the list, from 0.")
    seen_up_to = serializers.IntegerField(source="search.seen_up_to", help_text=_SEEN)
    created_at = serializers.DateTimeField(source="search.created_at")


class CountedSearchSerializer(SavedSearchSerializer):
    """A saved search with what it finds at this moment."""

    count = serializers.IntegerField(
        source="count.total", default=None, help_text="Strong matches; null where the query can not be answered."
    )
    new = serializers.IntegerField(source="count.new", default=None, help_text="Those of them above `seen_up_to`.")


class NewSearchSerializer(StrictSerializer):
    query = TextField(max_length=LONGEST_ASKED, help_text=_QUERY)
    name = TextField(max_length=LONGEST_NAME, required=False, help_text="Without it, one made of the query.")
    mode = serializers.ChoiceField(choices=[str(mode) for mode in Mode], default=str(Mode.HYBRID))
    sort = serializers.ChoiceField(choices=[str(sort) for sort in Sort], default=BEST_FIRST)
    pinned = TruthField(default=False)


class SearchChangesSerializer(StrictSerializer):
    """What may be changed. A key that is absent leaves its field alone."""

    query = TextField(max_length=LONGEST_ASKED, required=False, help_text=_QUERY)
    name = TextField(max_length=LONGEST_NAME, required=False)
    mode = serializers.ChoiceField(choices=[str(mode) for mode in Mode], required=False)
    sort = serializers.ChoiceField(choices=[str(sort) for sort in Sort], required=False)
    pinned = TruthField(required=False)
    position = WholeNumberField(min_value=0, max_value=MAX_ID, required=False, help_text="Past the end, the last.")
    seen_up_to = WholeNumberField(min_value=0, max_value=MAX_ID, required=False, help_text=_SEEN)


_LISTED: dict[str, Any] = {
    "id": 1,
    "name": "Beach",
    "query": "beach -night",
    "mode": "hybrid",
    "sort": "relevance",
    "pinned": True,
    "position": 0,
    "seen_up_to": 4711,
    "created_at": "2023-10-23T12:00:00Z",
}
_EXAMPLE = OpenApiExample("saved search", _LISTED | {"count": 128, "new": 3}, response_only=True)
_ONE = OpenApiResponse(CountedSearchSerializer, examples=[_EXAMPLE])
_MANY = OpenApiResponse(
    SavedSearchSerializer(many=True), examples=[OpenApiExample("saved searches", [_LISTED], response_only=True)]
)


class SavedSearchListView(APIView):
    """The searches you keep, in your order: 100 at most."""

    @extend_schema(operation_id="saved_searches", responses=_MANY)
    def get(self, request: Request) -> Response:
        query_of(request)
        kept = [Shown(search, place) for place, search in enumerate(SavedSearch.objects.of(owner_of(request)))]
        return Response(SavedSearchSerializer(kept, many=True).data)

    @extend_schema(
        operation_id="save_search",
        description="Keep a search, at the end of the list. What is there already counts as seen.",
        request=NewSearchSerializer,
        responses={201: _ONE},
    )
    def post(self, request: Request) -> Response:
        query_of(request)
        said = body_of(request, NewSearchSerializer)
        query, mode = said["query"], Mode(said["mode"])
        name = said.get("name") or saving.automatic_name(query, mode)
        draft = saving.Draft(name, query, mode, said["sort"], said["pinned"])
        search = saving.save(owner_of(request), draft, timezone.now())
        return Response(_counted(search), status=201, headers={"Location": f"/searches/{search.pk}"})


@extend_schema_view(
    get=extend_schema(operation_id="saved_search", responses=_ONE),
    patch=extend_schema(
        operation_id="change_saved_search",
        description="Rename it, move it, pin it, change what it finds, or say up to which photo you have looked.",
        request=SearchChangesSerializer,
        responses=_ONE,
    ),
    delete=extend_schema(
        operation_id="delete_saved_search", description="Delete it. No photo is touched.", responses={204: None}
    ),
)
class SavedSearchView(APIView):
    """One search you keep, with how many photos it finds."""

    def get(self, request: Request, pk: int) -> Response:
        query_of(request)
        return Response(_counted(saved_search_of(request, pk)))

    def patch(self, request: Request, pk: int) -> Response:
        query_of(request)
        search = saved_search_of(request, pk)
        changes = body_of(request, SearchChangesSerializer)
        place = changes.pop("position", None)
        saving.change(search, changes)
        if place is not None:
            saving.place(search, place)
        return Response(_counted(saved_search_of(request, pk)))

    def delete(self, request: Request, pk: int) -> Response:
        query_of(request)
        saving.delete(saved_search_of(request, pk), timezone.now())
        return Response(status=204)


def saved_search_of(request: Request, pk: int) -> SavedSearch:
    """Return a search of the person asking; raises Http404 alike for what is not there and what is not theirs."""
    search = SavedSearch.objects.of(owner_of(request)).filter(pk=pk).first()
    if search is None:
        raise Http404("There is no such saved search.")
    return search


def _counted(search: SavedSearch) -> dict[str, Any]:
    return dict(CountedSearchSerializer(Shown(search, saving.place_of(search), count_of(search))).data)
