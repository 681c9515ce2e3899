"""What to ask instead where facts and phrases leave no photo over: names that are there, words, or less."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rapidfuzz import fuzz, process

from accounts.models import User
from photos.models import Photo
from search.language import Field, Node, Not, operator_of
from search.language.folding import fold
from search.language.kinds import TextFact
from search.ranking.alternatives import Alternative
from search.ranking.wishes import Wish

_OF_A_FACT = 3
_LIKE_ENOUGH = 75.0  # of 100, by which two names are written alike


def leaves_nothing(asked: Wish) -> bool:
    """Tell whether no photo is left to look for words on."""
    return asked.scope.ids is not None and not len(asked.scope.ids)


def relaxed(alternative: Alternative, user: User) -> Iterator[Alternative]:
    """Yield an alternative with names of one's own photos that are written nearly so, with words in the place of names
    and of phrases, and without one fact."""
    if alternative.sums:  # no loose words stand beside a sum
        return
    facts = alternative.facts
    for at, fact in enumerate(facts):
        for other in _written_nearly(fact, user):
            yield replace(alternative, facts=(*facts[:at], other, *facts[at + 1 :]))
    if alternative.phrases:
        yield replace(alternative, phrases=(), texts=(*alternative.texts, *alternative.phrases))
    for at, fact in enumerate(facts):
        without = replace(alternative, facts=(*facts[:at], *facts[at + 1 :]))
        if isinstance(fact, Field) and isinstance(operator_of(fact.name), TextFact):
            yield replace(without, texts=(*alternative.texts, str(fact.value)))
        if without.texts or without.phrases or any(not isinstance(left, Not) for left in without.facts):
            yield without


def _written_nearly(fact: Node, user: User) -> Iterator[Field]:
    operator = operator_of(fact.name) if isinstance(fact, Field) else None
    if not isinstance(fact, Field) or not isinstance(operator, TextFact):
        return
    names = operator.occurring("", user, Photo.objects.visible_to(user).listed())
    for name in spelled_nearly(str(fact.value), names, _OF_A_FACT):
        yield Field(fact.name, operator.read(name))


def spelled_nearly(text: str, names: Iterable[str], most: int) -> list[str]:
    """Return so many names at most that are written nearly like a text, the likest first; case and accents aside."""
    folded = {name: fold(name) for name in names}
    alike = process.extract(fold(text), folded, scorer=fuzz.ratio, score_cutoff=_LIKE_ENOUGH, limit=most)
    return [name for _, _, name in alike]
