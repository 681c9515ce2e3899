"""One box, one ranking: meaning, words and facts of a query answered together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.models import User
from photos.models import Photo
from search.filters import names_archive
from search.language import Query, Words, parse, walk
from search.merged import following
from search.once import sharing
from search.ranking.alternatives import Alternative, alternatives
from search.ranking.bands import banded, strong_first
from search.ranking.correcting import mended
from search.ranking.hits import Hit, Result, hits
from search.ranking.lists import LONGEST, Ranking
from search.ranking.meaning import Meaning
from search.ranking.modes import Mode
from search.ranking.nearmisses import near_misses
from search.ranking.queries import clean
from search.ranking.rankings import Ranked, ranked
from search.ranking.relevance import Relevance
from search.ranking.wishes import Wish, wish


@dataclass(frozen=True)
class Found:
    hits: list[Hit]
    query: Query
    corrected: str = ""  # what was searched for where words are written nowhere, empty where nothing had to be
    understood: bool = True  # the encoder knew the text, or there was none
    problem: str = ""  # why there is no search by meaning, in words for a person; empty where there is
    suggestions: Sequence[str] = ()  # queries with strong results, where this one has none

    @property
    def is_of_words(self) -> bool:
        """Tell whether it looked for words, not only for likeness or facts."""
        return any(isinstance(node, Words) for node in walk(self.query.root))


@dataclass(frozen=True, eq=False)
class _Answer:
    """The ranking of one alternative, and what it had to be corrected to."""

    wish: Wish
    ranking: Sequence[Ranked]
    corrected: str = ""


def find(text: str, user: User, limit: int, mode: Mode = Mode.SEMANTIC, least: Relevance = Relevance.WEAK) -> Found:
    """Search one's own photos; raises BadQuery, and NotAnalysed for a photo to be like that has no vector yet.

    In semantic mode, the published one, an unknown field or bad value is plain text, the nearest come first, and a
    text the encoder knows nothing of is searched as words. Results that do not reach `least` are left out.
    """
    ranking = rank(text, user, limit if least is Relevance.WEAK else LONGEST, mode, is_shown=True)
    results = [result for result in ranking.results if result[0].relevance.reaches(least)][:limit]
    seen = ranking.photos(user).for_listing().in_bulk([found.photo_id for found, _ in results])
    return shown(ranking, results, seen, user)


def rank(text: str, user: User, limit: int, mode: Mode, is_shown: bool = False) -> Ranking:
    """Return the best so many answers to a query, as `find` does, before the photos are read.

    Only where somebody is shown them, other queries are looked for where there is no strong answer.
    """
    text = clean(text)
    query = following(parse(text, lenient=mode is Mode.SEMANTIC), user)
    meaning, with_archive = Meaning.now(user), names_archive(query)
    either = alternatives(query)
    with sharing(worthwhile=len(either) > 1):
        answers = [_answer(one, mode, limit, meaning, with_archive) for one in either]
        wishes = [answer.wish for answer in answers]
        best = _best(answers, mode, limit)
        is_lost = is_shown and not any(found.relevance is Relevance.STRONG for found, _ in best)
        return Ranking.of(
            text,
            mode,
            wishes,
            results=[(found, one.asked) for found, one in best],
            corrected=[answer.corrected for answer in answers],
            suggestions=near_misses(list(zip(either, wishes, strict=True)), mode, with_archive) if is_lost else [],
        )


def shown(ranking: Ranking, results: Sequence[Result], photos: Mapping[int, Photo], user: User) -> Found:
    """Tell this user of these results of a ranking, those whose photos are given."""
    return Found(
        hits=hits(results, photos, user, meaning_first=ranking.mode is Mode.SEMANTIC),
        query=parse(ranking.text, lenient=ranking.mode is Mode.SEMANTIC),
        corrected=ranking.corrected,
        understood=ranking.understood,
        problem=ranking.problem,
        suggestions=ranking.suggestions,
    )


def _answer(alternative: Alternative, mode: Mode, limit: int, meaning: Meaning, with_archive: bool) -> _Answer:
    asked = wish(alternative, meaning, with_archive)
    ranking = ranked(asked, mode, limit)
    if mode is Mode.SEMANTIC or any(found.by_words for found in ranking):
        return _Answer(asked, ranking)
    better = mended(asked, alternative)
    return _Answer(better.wish, ranked(better.wish, mode, limit), better.text) if better else _Answer(asked, ranking)


def _best(answers: Sequence[_Answer], mode: Mode, limit: int) -> list[tuple[Ranked, Wish]]:
    """Return the best so many results with their relevance: the nearest first by meaning, else the strong ones."""
    united, wishes = _united(answers), [answer.wish for answer in answers]
    if mode is Mode.SEMANTIC:
        return banded(united[:limit], wishes)
    return strong_first(united, wishes, limit)


def _united(answers: Sequence[_Answer]) -> list[tuple[Ranked, Wish]]:
    """Unite rankings, best first: a photo is worth what it is to the alternative it fulfils best."""
    best: dict[int, tuple[Ranked, Wish]] = {}
    for answer in answers:
        for found in answer.ranking:
            known = best.get(found.photo_id)
            if known is None or found.score > known[0].score:
                best[found.photo_id] = found, answer.wish
    return sorted(best.values(), key=lambda pair: (-pair[0].score, pair[0].photo_id))
