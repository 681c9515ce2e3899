from __future__ import annotations

from collections.abc import Callable

import pytest

from photos.models import Photo
from search.fulltext import Fts5Index, Term
from search.fulltext.standing import says

TEXTS = ["A dog on the beach", "dogs", "IMG_2682.heic", "hotdog", "Café au lait", "sunset over berries", "hot dog"]
TERMS = ["dog", "dogs", "beach", "img_2682", "cafe", "sun", "berry", "hot dog", "dog hot", "lait"]


@pytest.mark.django_db
@pytest.mark.parametrize("exact", [False, True])
def test_it_is_told_as_the_index_tells_it(make_photo: Callable[..., Photo], exact: bool) -> None:
    photos = {make_photo(caption=text).pk: text for text in TEXTS}

    for text in TERMS:
        term = Term(text, exact=exact or " " in text)
        found = set(Fts5Index().candidates([term], 50).ids.tolist())
        assert {pk for pk, caption in photos.items() if says(caption, term)} == found, term


def test_signs_are_looked_for_as_they_are() -> None:
    assert says("a 😀 b", Term("😀"))
    assert not says("a b", Term("😀"))
