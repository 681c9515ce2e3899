"""What a word of the vocabulary must not be, told to the curator who tries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


@dataclass(frozen=True)
class Neighbour:
    """A word as the others see it."""

    word: str
    synonyms: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()


def objections(
    word: Neighbour, others: Sequence[Neighbour], stored: Neighbour | None, languages: Sequence[str] = ()
) -> dict[str, list[str]]:
    """Return by field what is wrong with the word beside the others; nothing for one that is good.

    Names that it has already, as `stored`, may stay: among those that came with Cloudzy some mean several words.
    """
    found = {
        "word": _of_the_word(word, others, stored),
        "synonyms": _of_synonyms(word, others, stored),
        "parents": _of_parents(word, others, stored),
        "translations": [
            f"'{code}' is not the code of a language, such as de." for code in languages if not _code(code)
        ],
    }
    return {field: problems for field, problems in found.items() if problems}


def _of_the_word(word: Neighbour, others: Sequence[Neighbour], stored: Neighbour | None) -> list[str]:
    if not word.word:
        return ["A word needs at least one visible character."]
    if stored and stored.word == word.word:
        return []
    elsewhere = [other.word for other in others if word.word in other.synonyms]
    return [f"'{word.word}' is a synonym of '{other}': take it away there first." for other in elsewhere]


def _of_synonyms(word: Neighbour, others: Sequence[Neighbour], stored: Neighbour | None) -> list[str]:
    new = [name for name in word.synonyms if not stored or name not in stored.synonyms]
    words = {other.word for other in others}
    meant = {name: other.word for other in others for name in other.synonyms}
    return [f"'{name}' is a word of its own." for name in new if name in words] + [
        f"'{name}' is a synonym of '{meant[name]}' already." for name in new if name in meant and name not in words
    ]


def _of_parents(word: Neighbour, others: Sequence[Neighbour], stored: Neighbour | None) -> list[str]:
    parents = {other.word: other.parents for other in others} | {word.word: word.parents}
    new = [name for name in word.parents if not stored or name not in stored.parents]
    unknown = [f"'{name}' is not in the vocabulary: add it first." for name in new if name not in parents]
    circles = [circle for parent in word.parents if (circle := _way_back(word.word, parent, parents))]
    return unknown + [f"The parents go round in a circle: {' > '.join(circle)}." for circle in circles]


def _way_back(start: str, parent: str, parents: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the words from `start` over this parent up to `start` again; none where there is no such way."""
    waiting, seen = [[start, parent]], set[str]()
    while waiting:
        way = waiting.pop()
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            waiting.extend([*way, above] for above in parents.get(way[-1], ()))
    return []


def _code(language: str) -> bool:
    return _LANGUAGE.fullmatch(language) is not None
