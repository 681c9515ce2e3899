"""Which photos answer a query, as far as suggestions need to know: a few of them, or whether certain ones still do."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from rest_framework.exceptions import APIException

from accounts.models import User
from search.filters import names_archive
from search.language import parse
from search.merged import following
from search.ranking.alternatives import alternatives
from search.ranking.bands import strong_among
from search.ranking.hybrid import rank
from search.ranking.meaning import Meaning
from search.ranking.modes import Mode
from search.ranking.queries import clean
from search.ranking.relevance import Relevance
from search.ranking.wishes import Wish, wish
from search.remembered import Memory
from search.saved.lasting import is_passing


def any_answers(text: str, user: User, photo_ids: Collection[int]) -> bool:
    """Tell whether one of these photos is a strong answer to the text, as the page's hybrid search reads it."""
    try:
        query = following(parse(clean(text)), user)
        if is_passing(query):
            return False
        meaning, with_archive = Meaning.now(user), names_archive(query)
        wishes = (wish(alternative, meaning, with_archive) for alternative in alternatives(query))
        return any(strong_among(one, _answering(one, photo_ids)) for one in wishes)
    except APIException:  # an operator that is no more, a photo that is gone
        return False


def still_answers(text: str, user: User, photo_ids: Collection[int], memory: Memory) -> bool:
    """The same, remembered."""
    return bool(memory.ask(lambda: any_answers(text, user, photo_ids), "past", user.pk, text, tuple(photo_ids)))


def best_answers(text: str, user: User, limit: int) -> list[int]:
    """Return the photos that answer a text strongly, best first: so many at most. Raises what a search does."""
    found = rank(text, user, limit, Mode.HYBRID).results
    return [ranked.photo_id for ranked, _ in found if ranked.relevance is Relevance.STRONG]


def _answering(asked: Wish, photo_ids: Collection[int]) -> list[int]:
    """Return those of these photos that the wish allows, and that nothing unwanted rules out."""
    allowed = asked.scope.among(np.array(sorted(photo_ids), dtype=np.int64)).tolist()
    return asked.keeps(allowed, len(allowed)) if allowed else []
