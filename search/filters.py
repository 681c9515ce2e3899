"""Which photos a query allows: its facts, decided by the database."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from accounts.models import User
from photos.models import Photo
from photos.models.queryset import PhotoQuerySet
from search.language.fields import operator_of
from search.language.kinds import Fact
from search.language.nodes import And, Field, Node, Not, Or, Query, walk

_ARCHIVED = Field("is", "archived")

_NONE = Q(pk__in=[])
_ALL = ~_NONE  # not Q(), which stands for nothing: the Or of it and a fact is the fact


def allowed(query: Query, user: User) -> PhotoQuerySet:
    """Return the photos of this user that no fact of the query rules out; its words are the ranking's affair.

    Photos in the trash never; archived ones where the query names `is:archived`. What words would have to decide,
    such as `dog OR tag:dog`, rules out nothing.
    """
    return holding([query.root], user, with_archive=names_archive(query))


def holding(facts: Iterable[Node], user: User, with_archive: bool) -> PhotoQuerySet:
    """Return the photos of this user about which all of this is so, as far as facts decide."""
    photos = Photo.objects.visible_to(user)
    if not with_archive:
        photos = photos.listed()
    return photos.filter(*(_condition(fact, user, unknown=True) for fact in facts))


def names_archive(query: Query) -> bool:
    """Tell whether the query asks about the archive, and so looks into it."""
    return _ARCHIVED in walk(query.root)


def is_fact(node: Node) -> bool:
    """Tell whether the database alone decides about it."""
    return all(isinstance(part, Field | And | Or | Not) for part in walk(node))


def fact_condition(node: Field, user: User) -> Q:
    """Return when one field is so of a photo: true or false, never NULL."""
    operator = operator_of(node.name)
    if not isinstance(operator, Fact):
        raise TypeError(f"no fact: {node}")
    return operator.matches(node.value, user)


def _condition(node: Node, user: User, unknown: bool) -> Q:
    """Return when a photo is allowed; `unknown` is taken for what facts do not decide, the opposite below a Not."""
    if isinstance(node, And | Or):
        conditions = [_condition(child, user, unknown) for child in node.children]
        return reduce(and_ if isinstance(node, And) else or_, conditions)
    if isinstance(node, Not):
        return ~_condition(node.child, user, not unknown)
    if isinstance(node, Field):
        return fact_condition(node, user)
    return _ALL if unknown else _NONE
