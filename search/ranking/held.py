"""Which facts of a query hold of the photos found: what must be so holds of all, of this or that one has to ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Case, Value, When

from accounts.models import User
from photos.models import Photo
from photos.oneof import OneOf
from search.filters import fact_condition
from search.language import And, Field, Node, Not, Or, walk

Held = Mapping[int, Collection[Field]]  # of each photo the fields that hold, of those that were asked about


def held_among(photo_ids: Collection[int], facts: Iterable[Node], user: User) -> Held:
    """Ask once which fields of alternatives hold of these photos; nothing where no facts leave a choice."""
    fields = list(dict.fromkeys(part for fact in facts if isinstance(fact, Or) for part in walk(fact)))
    asked = {f"fact_{at}": field for at, field in enumerate(fields) if isinstance(field, Field)}
    if not asked:
        return {}
    holds = {name: Case(When(fact_condition(field, user), then=1), default=Value(0)) for name, field in asked.items()}
    rows = Photo.objects.filter(pk__in=OneOf(photo_ids)).order_by().annotate(**holds).values("pk", *asked)
    return {row["pk"]: {field for name, field in asked.items() if row[name]} for row in rows}


def told(facts: Sequence[Node], held: Collection[Field]) -> list[str]:
    """Return the facts a photo is found for as they are written: of alternatives those that hold of it."""
    found = (
        [str(fact)] if isinstance(fact, Field) else _told(fact, held) for fact in facts if not isinstance(fact, Not)
    )
    return [text for texts in found for text in texts or ()]


def _told(node: Node, held: Collection[Field], wanted: bool = True) -> list[str] | None:
    """Return what makes a condition true, or below a Not false; None where it is not so."""
    if isinstance(node, Not):
        return _told(node.child, held, not wanted)
    if isinstance(node, And | Or):
        parts = [_told(child, held, wanted) for child in node.children]
        holding = [part for part in parts if part is not None]
        enough = bool(holding) if isinstance(node, Or) is wanted else len(holding) == len(parts)
        return [text for part in holding for text in part] if enough else None
    if not isinstance(node, Field):
        return None
    return ([str(node)] if wanted else [f"-{node}"]) if (node in held) is wanted else None
