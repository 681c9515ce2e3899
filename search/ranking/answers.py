"""Which photos are an answer to a query, however far any ranking is read: totals, facets and other orders go by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.models import User
from photos.models import PhotoTag
from search.filters import names_archive
from search.fulltext import index_for
from search.idlists import NO_IDS, among, column_of, united
from search.language import Query, parse
from search.merged import following
from search.once import sharing
from search.ranking.alternatives import Alternative, alternatives
from search.ranking.correcting import mended
from search.ranking.meaning import Meaning
from search.ranking.modes import Mode
from search.ranking.nearest import measured, reaching
from search.ranking.queries import clean
from search.ranking.rankings import readings
from search.ranking.wishes import Wish, wish


def strong_ids(text: str, user: User, mode: Mode) -> np.ndarray:
    """Return the ids of every strong answer, int64 and ascending; raises what `find` does."""
    return answers_to(parse(clean(text), lenient=mode is Mode.SEMANTIC), user, mode)


def answers_to(query: Query, user: User, mode: Mode) -> np.ndarray:
    """Return the ids of every strong answer to a query, int64 and ascending."""
    return answered(query, user, mode).ids


@dataclass(frozen=True, eq=False)
class Answered:
    """Every strong answer to a query, the alternatives it has, and what their words were mended to, if at all."""

    ids: np.ndarray
    asked: list[tuple[Alternative, Wish]]
    corrected: list[str]

    @property
    def wishes(self) -> list[Wish]:
        return [wished for _, wished in self.asked]


def answered(query: Query, user: User, mode: Mode) -> Answered:
    """Return every strong answer to a query, ids int64 and ascending.

    Its facts hold and nothing it excludes does, and all its words are written on a photo, or it is near enough: in text
    mode the words alone count. More facts only take photos away: what is near enough, and how typos are mended, hangs
    on no fact. These are the rules of `search.ranking.bands`, which tells results apart.
    """
    query, meaning, with_archive = following(query, user), Meaning.now(user), names_archive(query)
    every = alternatives(query)
    with sharing(worthwhile=len(every) > 1):
        either = [_answers(one, mode, wish(one, meaning, with_archive)) for one in every]
    wishes = [one.asked for one in either]
    return Answered(
        united([one.ids for one in either]), list(zip(every, wishes, strict=True)), [one.corrected for one in either]
    )


@dataclass(frozen=True, eq=False)
class _Answers:
    """Strong answers to one alternative of a query, and what it had to be corrected to."""

    asked: Wish
    ids: np.ndarray
    corrected: str = ""


def _answers(alternative: Alternative, mode: Mode, asked: Wish) -> _Answers:
    if asked.is_only_facts:
        return _Answers(asked, asked.left_of(asked.scope.every_id()))
    written = _written(asked)
    if mode is not Mode.SEMANTIC and not len(written) and (better := mended(asked, alternative)):
        return _Answers(better.wish, _with_near(_written(better.wish), better.wish, mode), better.text)
    return _Answers(asked, _with_near(written, asked, mode))


def _with_near(written: np.ndarray, asked: Wish, mode: Mode) -> np.ndarray:
    by_words_alone = mode is Mode.TEXT and asked.terms and not asked.is_moved
    return written if by_words_alone else united([written, _near(asked)])


def _written(asked: Wish) -> np.ndarray:
    """Return the photos on which all words and phrases are written."""
    found = [index_for(terms).every(terms) for terms in readings(asked)]
    return asked.left_of(asked.scope.among(united(found)))


def _near(asked: Wish) -> np.ndarray:
    """Return the photos that are near enough, but for those from which a person took the tag."""
    space, edge = asked.meaning.space, asked.split.distance
    if asked.vector is None or space is None or edge < 0:
        return NO_IDS
    indexed = asked.scope.among(reaching(asked.vector, space, asked.scope.ids, 1 - edge / 2))
    archived = measured(asked.scope.archived_ids(), asked.vector, space)
    near = united([indexed, np.array([hit.photo_id for hit in archived if hit.distance <= edge], dtype=np.int64)])
    if asked.named:
        refused = PhotoTag.objects.filter(rejected=True, tag__name__in=asked.named.all_tags)
        near = near[~among(column_of(refused, "photo_id"), near)]
    return asked.left_of(near)
