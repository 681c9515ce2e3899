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
from search.language import Standing, begun_value, complete, operator_of, standing_before, writing
from search.language.folding import fold
from search.language.kinds import Fact
from search.models import PastSearch, SavedSearch
from search.remembered import Memory
from search.suggesting.answering import any_answers, best_answers, still_answers
from search.suggesting.tag_counts import tags_among, tags_of
from search.suggesting.values import has_results, values
from search.suggesting.written import words_beginning

MOST = 12
MOST_FOUND = 8  # of what has results; the rest is the language
MOST_PAST, MOST_TAGS, MOST_NAMED, MOST_WORDS = 3, 4, 2, 3
_CONTEXT = 200  # photos that answer what stands before, the best of them
_LOOKED_AT = 4  # past searches, to find those that have results still

_LAST_WORD = re.compile(r"(?:^|(?<=^-)|(?<=[\s(])|(?<=[\s(]-))[^\s():+\"“”„-][^\s():\"“”„]*$")
_OPEN_QUOTE = re.compile(r'^[^"]*"(?:[^"]*"[^"]*")*[^"]*$')


class Kind(StrEnum):
    PINNED = "pinned"
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
    address: str = ""  # of the page it leads to at once


@dataclass(frozen=True)
class _Begun:
    """A word that is being typed, what stands before it, and the photos that answer that: None for all."""

    piece: str
    before: str
    standing: Standing
    user: User
    among: Collection[int] | None
    memory: Memory

    def is_found_with(self, written: str, photo_ids: Collection[int] = ()) -> bool:
        """Tell whether one of these photos, or of those that answer what stands there, answers this with it."""
        return self.among is None or any_answers(f"{self.standing.text} {written}", self.user, photo_ids or self.among)

    def leaves_some(self, field: str, value: str) -> bool:
        """Tell whether what stands there has results without what has this value."""
        operator = operator_of(field)
        return isinstance(operator, Fact) and has_results(
            operator, value, self.standing, self.user, self.among, self.memory
        )


def suggest(typed: str, user: User) -> list[Suggestion]:
    """Offer past searches, tags, places, people, words of titles and captions, and what the language has, in order.

    The empty box begins with the pinned searches: on a phone it has the place that the sidebar has elsewhere.
    """
    typed, memory = printable(typed), Memory()
    found = [] if typed.strip() else list(_pinned(user))
    found += islice(_found(typed, user, memory), MOST_FOUND)
    return [*found, *islice(_language(typed, user, memory), max(0, MOST - len(found)))]


def _pinned(user: User) -> Iterator[Suggestion]:
    for search in SavedSearch.objects.of(user).pinned():
        yield Suggestion(Kind.PINNED, search.query, search.name, "pinned", address=search.get_absolute_url())


def _found(typed: str, user: User, memory: Memory) -> Iterator[Suggestion]:
    yield from _past(typed.lstrip(), user, memory)
    if not typed.strip():
        yield from _tags(_Begun("", typed, Standing(""), user, None, memory))
    last = _LAST_WORD.search(typed)
    if last is None or _OPEN_QUOTE.match(typed):
        return
    before, piece = typed[: last.start()], last[0]
    with suppress(APIException):  # what stands before cannot be read yet: nobody knows what would be found with more
        standing = standing_before(before)
        one = _Begun(piece, before, standing, user, _answers(standing, user, memory), memory)
        tags = list(_tags(one))
        yield from tags
        yield from _named(Kind.PLACE, one)
        yield from _named(Kind.PERSON, one)
        if not standing.is_excluded:
            yield from _words(one, {fold(tag.label) for tag in tags})


def _past(typed: str, user: User, memory: Memory) -> Iterator[Suggestion]:
    past = PastSearch.objects.of(user).beginning_with(typed) if typed.strip() else PastSearch.objects.of(user)
    looked_at = [search for search in past[:_LOOKED_AT] if search.text != typed.strip()]
    found = (search for search in looked_at if still_answers(search.text, user, search.examples, memory))
    for search in islice(found, MOST_PAST):
        yield Suggestion(Kind.PAST, search.text, search.text, "searched before", _mark(search.text, typed))


def _answers(standing: Standing, user: User, memory: Memory) -> frozenset[int] | None:
    """Return what a query finds as far as it stands there; None where it rules out nothing. Raises BadQuery."""
    if not (text := standing.text):
        return None
    return frozenset(memory.ask(lambda: best_answers(text, user, _CONTEXT), "before", user.pk, text))


def _tags(one: _Begun) -> Iterator[Suggestion]:
    counted = tags_of(one.user, one.piece, one.memory) if one.among is None else tags_among(one.among, one.piece)
    excluded = one.standing.is_excluded
    fitting = (tag for tag in counted if not excluded or one.leaves_some(Kind.TAG, tag.name))
    for tag in islice(fitting, MOST_TAGS):
        text = f"{one.before}tag:{writing.value(tag.name)} "
        told = str(tag) if one.among is None and not excluded else "tag"
        yield Suggestion(Kind.TAG, text, tag.name, told, _mark(tag.name, one.piece))


def _named(kind: Kind, one: _Begun) -> Iterator[Suggestion]:
    """Offer names of places or people that photos have; what kind they are is the name of their field."""
    operator = operator_of(kind)
    for name in operator.complete(one.piece, one.user)[:MOST_NAMED] if operator else ():
        field = f"{kind}:{writing.value(name)}"
        if one.leaves_some(kind, name) if one.standing.is_excluded else one.is_found_with(field):
            yield Suggestion(kind, f"{one.before}{field} ", name, kind, _mark(name, one.piece))


def _words(one: _Begun, known: Collection[str]) -> Iterator[Suggestion]:
    new = (each for each in words_beginning(one.piece, one.user, one.among) if fold(each.word) not in known)
    for written in islice(new, MOST_WORDS):
        word = writing.plain(written.word)
        # Words beside each other are one text, of which all must be written, or which has a meaning of its own.
        if one.is_found_with(word, written.photo_ids):
            mark = _mark(written.word, one.piece)
            yield Suggestion(Kind.WORD, f"{one.before}{word} ", written.word, "in titles and captions", mark)


def _language(typed: str, user: User, memory: Memory) -> Iterator[Suggestion]:
    """Offer fields, and values that have results with what stands before."""
    if (begun := begun_value(typed)) is None:
        for field in complete(typed, user):
            yield Suggestion(Kind.FIELD, field.text, field.label, field.help)
        return
    with suppress(APIException):
        standing = begun.standing
        for value in values(begun, standing, user, _answers(standing, user, memory), memory):
            yield Suggestion(Kind.VALUE, value.text, value.label, value.help, swatch=value.swatch)


def _mark(label: str, typed: str) -> tuple[int, int]:
    """Return where the typed part stands in the label: at its beginning, however it is written there."""
    wanted = fold(typed)
    ends = (end for end in range(len(label) + 1) if fold(label[:end]) == wanted)
    return (0, next(ends, 0))
