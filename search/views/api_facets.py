"""Totals and facets over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.api.parameters import query_of
from photos.api.requests import owner_of
from search.facets import Facet, facets
from search.ranking.modes import Mode
from search.ranking.totals import MOST, Group, Totals, totals
from search.views.api import AskedQuery

_EXAMPLE = {
    "query": "mountain",
    "total": 120,
    "tags": [{"name": "mountain", "count": 97}, {"name": "snow", "count": 31}],
    "years": [{"year": 2024, "count": 80}, {"year": 2019, "count": 40}],
    "cameras": [{"name": "Canon EOS R5", "count": 66}],
    "colors": [{"name": "blue", "count": 58}, {"name": "white", "count": 31}],
    "albums": [],
    "places": [{"name": "Switzerland", "count": 70}, {"name": "Zermatt", "count": 12}],
    "people": [{"name": "Anna", "count": 9}],
}


def _listed(facet: Facet) -> serializers.Serializer[Any]:
    """Describe the values of a facet: a year is a number, everything else has a name."""
    value = serializers.IntegerField() if facet.is_number else serializers.CharField()
    fields: dict[str, serializers.Field[Any, Any, Any, Any]] = {
        facet.value: value,
        "count": serializers.IntegerField(min_value=1),
    }
    help_text = f"At most {MOST}, the commonest first; `{facet.field}:` narrows the query to one of them."
    return inline_serializer(f"{facet.title}Facet", fields, many=True, help_text=help_text)


class FacetsView(APIView):
    """How many photos are strong answers to a query, and what they have.

    The counts of a facet are those of the narrowed query: with `tag:snow` added to it, so many answers are left. Each
    facet has its 50 commonest values.
    """

    @extend_schema(
        operation_id="search_facets",
        parameters=[AskedQuery],
        responses=OpenApiResponse(
            inline_serializer(
                "Facets",
                {
                    "query": serializers.CharField(),
                    "total": serializers.IntegerField(min_value=0),
                    **{facet.name: _listed(facet) for facet in facets()},
                },
            ),
            examples=[OpenApiExample("mountain", _EXAMPLE, response_only=True)],
        ),
    )
    def get(self, request: Request) -> Response:
        query = query_of(request, AskedQuery)
        return Response(_answer(query["q"], totals(query["q"], owner_of(request), Mode(query["mode"]))))


def _answer(query: str, found: Totals) -> dict[str, Any]:
    return {"query": query, "total": found.total} | {group.facet.name: _values(group) for group in found.groups}


def _values(group: Group) -> list[dict[str, int | str]]:
    number = group.facet.is_number
    return [
        {group.facet.value: int(value.name) if number else value.name, "count": value.count} for value in group.values
    ]
