"""Search over HTTP: each view reads the request, calls one function and answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.api.parameters import QuerySerializer, query_of
from photos.api.requests import owner_of, page_url
from search.errors import BadQuery
from search.ranking.hits import Hit
from search.ranking.hybrid import Found, find
from search.ranking.modes import Mode
from search.ranking.paging import Turn, page
from search.ranking.queries import LONGEST_ASKED
from search.ranking.relevance import Relevance
from search.ranking.sorts import Sort


class RawField(serializers.CharField):
    """A text as it came."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = []


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": LONGEST_ASKED})
class TextField(RawField):
    """A text to search for, as long as it was published to be; `queries.clean` decides what else is one."""

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if len(text.strip()) > LONGEST_ASKED:
            raise BadQuery
        return text


@extend_schema_field({"type": "string"})
class CursorField(RawField):
    """A cursor; `paging.page` decides what is one."""


@extend_schema_field({"type": "string", "format": "uri", "nullable": True})
class NextField(serializers.CharField):
    """The address of the next page, null on the last one."""


def _none_of(names: type[StrEnum]) -> dict[str, Any]:
    """Return what a choice says to a word it does not take: which it does."""
    return {"invalid_choice": f"“{{input}}” is none of {', '.join(names)}."}


_LANGUAGE = (
    'What to search for: words, `"exact words"`, `-without`, `OR`, brackets, fields such as `tag:food`, '
    "`taken:2024-07`, `iso:>=800` or `color:teal`, and `similar:12` for photos like number 12."
)


class TopQuery(QuerySerializer):
    top_k = serializers.IntegerField(min_value=1, max_value=50, default=5, help_text="How many to answer at most.")


class AskedQuery(QuerySerializer):
    q = TextField(allow_blank=True, help_text=_LANGUAGE)
    mode = serializers.ChoiceField(
        choices=[str(mode) for mode in Mode],
        default=str(Mode.SEMANTIC),
        error_messages=_none_of(Mode),
        help_text="What to rank by: `semantic`, how near a photo is to the text; `text`, where the words are written; "
        "`hybrid`, both in one ranking. In `semantic` an unknown field or bad value is plain text, otherwise a 400.",
    )


class SearchQuery(AskedQuery, TopQuery):
    min_relevance = serializers.ChoiceField(
        choices=[str(relevance) for relevance in Relevance],
        default=str(Relevance.WEAK),
        error_messages=_none_of(Relevance),
        help_text="`strong` leaves out results that only come nearest: of nonsense nothing is left. They are sought "
        "among the 1,000 best.",
    )
    sort = serializers.ChoiceField(
        choices=[str(sort) for sort in Sort],
        default=str(Sort.RELEVANCE),
        error_messages=_none_of(Sort),
        help_text="`relevance`, or the strong results alone: `newest` or `oldest` first, or by `rating`, the best "
        "first. A query of facts alone has no relevance: the newest come first.",
    )
    paginate = serializers.BooleanField(
        default=False,
        help_text="Adds `next`: the address of the next `top_k` results. By relevance there are 1,000 of them at most.",
    )
    cursor = CursorField(allow_blank=True, default="", help_text="From `next`; the other parameters stay as they were.")


class ResultSerializer(serializers.Serializer[Hit]):
    photo_id = serializers.IntegerField(source="photo.pk")
    filename = serializers.CharField(source="photo.filename")
    tags = serializers.ListField(child=serializers.CharField(), source="photo.tag_names")
    caption = serializers.CharField(source="photo.caption")
    distance = serializers.FloatField(
        min_value=0,
        max_value=4,
        help_text="Squared Euclidean distance of unit vectors; 2.0 where there is nothing to measure.",
    )
    score = serializers.FloatField(
        help_text="What the order goes by, higher is better: the cosine in `semantic` mode, else weighted reciprocal "
        "ranks, 0.5 more for strong results, and 1 or 2 more for photos with all of the text as a tag or title. Of "
        "meaning within one answer only."
    )
    matched_by = serializers.ListField(
        child=serializers.CharField(),
        help_text="`semantic`, `tag:<tag>`, `title`, `caption`, `description`, `place`, `filename`, `camera`, "
        "`artist`, `text` (in the picture), or a field of the query such as `iso:>=800`, of alternatives those that "
        "hold; best first.",
    )
    relevance = serializers.ChoiceField(
        choices=[str(relevance) for relevance in Relevance],
        help_text="`strong`: all words are written on it, or it is near enough to what is wanted; `weak`: it only "
        "comes nearest.",
    )


class ResultsSerializer(serializers.Serializer[Any]):
    query = serializers.CharField()
    results = ResultSerializer(many=True)
    total_results = serializers.IntegerField()
    corrected = serializers.CharField(
        required=False, help_text="What was searched for instead, where words of the query are written nowhere."
    )
    suggestions = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Queries near this one that have strong results, where it has none.",
    )
    next = NextField(required=False, help_text="With `paginate`: where the next results are; null at the end.")


_NEXT = "http://127.0.0.1:8000/search?q=mountain&paginate=true&cursor=zXJzFQ3W0vvOzq4oGQm1cQ5pq1Ni8-xk.5"


def example_of(query: str, matched_by: list[str], **more: str) -> OpenApiExample:
    result = {
        "photo_id": 1,
        "filename": "photo_20231023_120000.jpg",
        "tags": ["nature", "mountain"],
        "caption": "A mountain, photographed in October 2023.",
        "distance": 0.123,
        "score": 0.9385,
        "matched_by": matched_by,
        "relevance": "strong",
    }
    answer = {"query": query, "results": [result], "total_results": 1, **more}
    return OpenApiExample(" ".join([query, *more]), answer, response_only=True)


class SearchView(APIView):
    """Search by meaning, nearest first; or by words, or by both. Fields and what is excluded hold in every mode.

    By meaning, a text the encoder knows nothing of is searched as words.
    """

    @extend_schema(
        operation_id="search",
        parameters=[SearchQuery],
        responses=OpenApiResponse(
            ResultsSerializer,
            examples=[
                example_of("mountain", ["semantic", "tag:mountain"]),
                example_of("mountain", ["semantic", "tag:mountain"], next=_NEXT),
            ],
        ),
    )
    def get(self, request: Request) -> Response:
        query = query_of(request, SearchQuery)
        text, user, mode, sort = query["q"], owner_of(request), Mode(query["mode"]), Sort(query["sort"])
        least = Relevance(query["min_relevance"])
        if sort is Sort.RELEVANCE and not (query["paginate"] or query["cursor"]):
            return _answer(text, find(text, user, query["top_k"], mode, least))
        turned = page(Turn(text, mode, sort, query["top_k"], query["cursor"], least), user)
        answer = _answer(text, turned.found)
        return _with_next(answer, request, turned.next_cursor) if query["paginate"] or query["cursor"] else answer


def _with_next(answer: Response, request: Request, cursor: str) -> Response:
    answer.data["next"] = page_url(request, cursor) if cursor else None
    if cursor:
        answer["Link"] = f'<{answer.data["next"]}>; rel="next"'
    return answer


def _answer(query: str, found: Found) -> Response:
    answer: dict[str, Any] = {"query": query, "results": found.hits, "total_results": len(found.hits)}
    if found.corrected:
        answer["corrected"] = found.corrected
    if found.suggestions:
        answer["suggestions"] = found.suggestions
    return Response(ResultsSerializer(answer).data)
