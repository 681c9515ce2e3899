"""What is offered while somebody types a query: only what has results among one's own photos, the language apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from rest_framework.exceptions import APIException

from accounts.models import User
from ai.plaintext import printable
from search.language import begun_value, complete, operator_of, writing
from search.language.folding import fold
from search.models import PastSearch
from search.remembered import Memory
from search.suggesting.answering import any_answers, best_answers, still_answers
from search.suggesting.tag_counts import tags_among, tags_of
from search.suggesting.values import values
from search.suggesting.written import words_beginning

MOST = 12
MOST_FOUND = 8  # of what has results; the rest is the language
MOST_PAST, MOST_TAGS, MOST_NAMED, MOST_WORDS = 3, 4, 2, 3
_CONTEXT = 200  # photos that answer what stands before, the best of them
_LOOKED_AT = 4  # past searches, to find those that have results still

_LAST_WORD = re.compile(r"(?:^|(?<=[\s(]))[^\s():+\"“”„-][^\s():\"“”„]*$")
_OPEN_QUOTE = re.compile(r'^[^"]*"(?:[^"]*"[^"]*")*[^"]*$')
_CONNECTIVE = re.compile(r"(?:^|\s)OR\s*$")


class Kind(StrEnum):
    PAST = "past"
    TAG = "tag"
    PLACE = "place"
    PERSON = "person"
    WORD = "word"
    FIELD = "field"
    VALUE = "value"


@dataclass(frozen=True)
class Suggestion:
    kind: Kind
    text: str  # the whole query with it
    label: str
    help: str
    mark: tuple[int, int] = (0, 0)  # what was typed, as a slice of the label
    swatch: str = ""  # a colour to show with it, `#rrggbb`


def suggest(typed: str, user: User) -> list[Suggestion]:
    """Offer past searches, tags, places, people, words of titles and captions, and what the language has, in order."""
    typed, memory = printable(typed), Memory()
    found = list(islice(_found(typed, user, memory), MOST_FOUND))
    return [*found, *islice(_language(typed, user, memory), MOST - len(found))]


def _found(typed: str, user: User, memory: Memory) -> Iterator[Suggestion]:
    yield from _past(typed.lstrip(), user, memory)
    if not typed.strip():
        yield from _tags("", typed, user, None, memory)
    last = _LAST_WORD.search(typed)
    if last is None or _OPEN_QUOTE.match(typed):
        return
    before, piece = typed[: last.start()], last[0]
    with suppress(APIException):  # what stands before cannot be read yet: nobody knows what would be found with more
        among = _answers(before, user, memory)
        tags = list(_tags(piece, before, user, among, memory))
        yield from tags
        yield from _named(Kind.PLACE, piece, before, user, among)
        yield from _named(Kind.PERSON, piece, before, user, among)
        yield from _words(piece, before, user, among, {fold(tag.label) for tag in tags})


def _past(typed: str, user: User, memory: Memory) -> Iterator[Suggestion]:
    past = PastSearch.objects.of(user).beginning_with(typed) if typed.strip() else PastSearch.objects.of(user)
    looked_at = [search for search in past[:_LOOKED_AT] if search.text != typed.strip()]
    found = (search for search in looked_at if still_answers(search.text, user, search.examples, memory))
    for search in islice(found, MOST_PAST):
        yield Suggestion(Kind.PAST, search.text, search.text, "searched before", _mark(search.text, typed))


def _answers(before: str, user: User, memory: Memory) -> frozenset[int] | None:
    """Return what the query finds as far as it stands there; None where it rules out nothing. Raises BadQuery."""
    if not before.strip() or _CONNECTIVE.search(before):
        return None
    return frozenset(memory.ask(lambda: best_answers(before, user, _CONTEXT), "before", user.pk, before.strip()))


def _tags(piece: str, before: str, user: User, among: Collection[int] | None, memory: Memory) -> Iterator[Suggestion]:
    counted = tags_of(user, piece, memory) if among is None else tags_among(among, piece)
    for tag in islice(counted, MOST_TAGS):
        text = f"{before}tag:{writing.value(tag.name)} "
        yield Suggestion(Kind.TAG, text, tag.name, str(tag) if among is None else "tag", _mark(tag.name, piece))


def _named(kind: Kind, piece: str, before: str, user: User, among: Collection[int] | None) -> Iterator[Suggestion]:
    """Offer names of places or people that photos have; what kind they are is the name of their field."""
    operator = operator_of(kind)
    for name in operator.complete(piece, user)[:MOST_NAMED] if operator else ():
        text = f"{before}{kind}:{writing.value(name)} "
        if among is None or any_answers(text, user, among):
            yield Suggestion(kind, text, name, kind, _mark(name, piece))


def _words(
    piece: str, before: str, user: User, among: Collection[int] | None, known: Collection[str]
) -> Iterator[Suggestion]:
    new = (written for written in words_beginning(piece, user, among) if fold(written.word) not in known)
    for written in islice(new, MOST_WORDS):
        text = f"{before}{writing.plain(written.word)} "
        # Words beside each other are one text, of which all must be written, or which has a meaning of its own.
        if among is None or any_answers(text, user, written.photo_ids):
            yield Suggestion(Kind.WORD, text, written.word, "in titles and captions", _mark(written.word, piece))


def _language(typed: str, user: User, memory: Memory) -> Iterator[Suggestion]:
    """Offer fields, and values that have results with what stands before."""
    if (begun := begun_value(typed)) is None:
        for field in complete(typed, user):
            yield Suggestion(Kind.FIELD, field.text, field.label, field.help)
        return
    with suppress(APIException):
        among = _answers(begun.before.removesuffix("-"), user, memory)
        for value in values(begun, user, among, memory):
            yield Suggestion(Kind.VALUE, value.text, value.label, value.help, swatch=value.swatch)


def _mark(label: str, typed: str) -> tuple[int, int]:
    """Return where the typed part stands in the label: at its beginning, however it is written there."""
    wanted = fold(typed)
    ends = (end for end in range(len(label) + 1) if fold(label[:end]) == wanted)
    return (0, next(ends, 0))
