"""What people searched for: remembered where it found something, and forgotten when they say so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from accounts.models import User
from photos.models import Photo
from search.models import PastSearch, UnkeptHistory
from search.suggesting.answering import any_answers
from search.suggesting.past import EXAMPLES


def remember(user: User, text: str, found: Collection[int], now: datetime) -> bool:
    """Note a search of the page that found these photos; False where it did not, or where the person wants no history.

    Nothing is believed: the photos must be the person's own, and one of them must answer the text.
    """
    if not keeps_history(user):
        return False
    numbers = list(found)[:EXAMPLES]
    own = set(Photo.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True))
    examples = [number for number in numbers if number in own]
    if not any_answers(text, user, examples):
        return False
    PastSearch.objects.remember(user, text, examples, now)
    return True


def keeps_history(user: User) -> bool:
    return not UnkeptHistory.objects.filter(owner=user).exists()


def clear(user: User) -> int:
    """Forget everything a person searched for; return how many searches that were."""
    return PastSearch.objects.filter(owner=user).delete()[0]


def switch_off(user: User) -> None:
    """Remember nothing from now on, and forget what was remembered."""
    UnkeptHistory.objects.get_or_create(owner=user)
    clear(user)


def switch_on(user: User) -> None:
    UnkeptHistory.objects.filter(owner=user).delete()
