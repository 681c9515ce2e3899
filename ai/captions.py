from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from ai.nouns import noun_phrase
from ai.vocabulary import TagScore

MOST_SUBJECTS = 3
LEAST_SURE = 0.5  # what is less likely than not is a tag at most, and no statement

# Not strftime: its month names follow the locale of the machine.
# fmt: off
_MONTHS = ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December")
# fmt: on
# What says where or how rather than what: it follows the things in the picture instead of standing among them.
_SETTINGS = {
    "aerial view": "from above",
    "black and white": "in black and white",
    "bokeh": "before a blurred background",
    "close-up": "close up",
    "long exposure": "in a long exposure",
    "indoor": "indoors",
    "outdoor": "outdoors",
    "urban": "in an urban setting",
    "industrial": "in an industrial setting",
    "underwater": "under water",
    "night": "at night",
    "spring": "in spring",
    "summer": "in summer",
    "autumn": "in autumn",
    "winter": "in winter",
}
_NOTHING_BROADER: Mapping[str, Collection[str]] = MappingProxyType({})


def write_caption(
    tags: Sequence[TagScore],
    taken_at: datetime | None,
    place: str | None,
    broader: Mapping[str, Collection[str]] = _NOTHING_BROADER,
    strange: Collection[str] = (),
) -> str:
    """Return one English sentence that says what tags, date and place say and nothing else; "" where they say nothing.

    `taken_at` is local wall time, None where it is not known. `broader` (Vocabulary.broader) names the words each word
    implies, which then need no mention. `strange` words, such as names that a person gave, are quoted: nobody knows
    what part of a sentence they could be.
    """
    sure = [tag.word for tag in sorted(tags, key=lambda tag: -tag.probability) if tag.probability >= LEAST_SURE]
    words = _worth_saying([word for word in sure if word not in strange], broader)
    quoted = [f"“{word}”" for word in sure if word in strange][:MOST_SUBJECTS]
    where = f" in {' '.join(place.split())}" if place and place.strip() else ""
    if words:
        when = f" in {_MONTHS[taken_at.month - 1]} {taken_at.year}" if taken_at else ""
        parts = [_subject(words), f"tagged {_enumeration(quoted)}" if quoted else ""]
        parts.append(f"photographed{when}{where}" if when or where else "")
    elif quoted or taken_at or where:
        when = f" on {taken_at.day} {_MONTHS[taken_at.month - 1]} {taken_at.year}" if taken_at else ""
        taken = f"taken{when}{where}" if when or where else ""
        parts = [f"a photo tagged {_enumeration(quoted)}", taken] if quoted else [f"a photo {taken}"]
    else:
        return ""
    return sentence(", ".join(filter(None, parts)))


def _worth_saying(words: Sequence[str], broader: Mapping[str, Collection[str]]) -> list[str]:
    """Drop what a narrower word of the same list says already."""
    implied = {parent for word in words for parent in broader.get(word, ())}
    return [word for word in words if word not in implied]


def _subject(words: Sequence[str]) -> str:
    things = [noun_phrase(word) for word in words if word not in _SETTINGS][:MOST_SUBJECTS]
    settings = [word for word in words if word in _SETTINGS][:1]
    if not things:
        return noun_phrase(settings[0])
    return " ".join([_enumeration(things), *(_SETTINGS[word] for word in settings)])


def _enumeration(phrases: Sequence[str]) -> str:
    *others, last = phrases
    return f"{', '.join(others)} and {last}" if others else last


def sentence(text: str) -> str:
    """Begin with a capital and end with one full stop, without touching the letters between (ATM, Omaha)."""
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
