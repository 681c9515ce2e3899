"""The record of what was destroyed: who did it, what, when and from where. Rows are added, never changed or deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.db import models
from django.utils import timezone as clock

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


class AppendOnly(Exception):  # noqa: N818 - a rule, not a fault
    """Somebody tried to change or delete what was recorded."""


class Where(models.TextChoices):
    PAGE = "page", "A page"
    API = "api", "The API"
    ADMIN = "admin", "The admin"
    PURGE = "purge", "The trash, after its time"
    COMMAND = "command", "A command"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Actor:
    """Who destroys something, and from where; nobody's name where the machine does it by itself."""

    who: str
    where: Where

    @classmethod
    def of(cls, user: AbstractBaseUser | AnonymousUser, where: Where) -> Self:
        return cls(user.get_username(), where)


UNKNOWN = Actor("", Where.ELSEWHERE)
_acting: ContextVar[Actor] = ContextVar("acting", default=UNKNOWN)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Have what is destroyed meanwhile recorded under this name: receivers of signals are told of no person."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


class DestructiveActQuerySet(models.QuerySet["DestructiveAct"]):
    def update(self, **_: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly


class DestructiveAct(models.Model):
    """One photo, or one file, that is no more."""

    class What(models.TextChoices):
        DELETED = "deleted", "Photo deleted for good"
        STRAY = "stray", "File of no photo deleted"

    what = models.CharField(max_length=8, choices=What)
    at = models.DateTimeField(db_index=True)
    who = models.CharField(max_length=150, blank=True)
    where = models.CharField(max_length=9, choices=Where)
    # Plain values and no foreign keys: what they name is gone, or may go.
    photo_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    name = models.CharField("original name", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)

    objects = DestructiveActQuerySet.as_manager()

    class Meta:
        db_table = "destructive_act"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_what_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnly

    @classmethod
    def record(
        cls, what: What, name: str, sha256: str, photo_id: int | None = None, owner_id: int | None = None
    ) -> DestructiveAct:
        """Add what happens now, by whoever is acting, with the fate of the caller's transaction."""
        actor = _acting.get()
        return cls.objects.create(
            what=what,
            at=clock.now(),
            who=actor.who,
            where=actor.where,
            photo_id=photo_id,
            owner_id=owner_id,
            name=name,
            sha256=sha256,
        )
