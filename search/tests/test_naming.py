from __future__ import annotations

import pytest

from search.language import parse
from search.saved.naming import proposed_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dog beach", "Dog beach"),
        ("dog -night tag:pet taken:2019", "Dog, not night, pet, 2019"),
        ("dog OR cat", "Dog or cat"),
        ('camera:"canon eos" iso:>=800', "Canon eos, iso >=800"),
        ("-(tag:work dog)", "Not work dog"),
        ("similar:12", "Similar:12"),
        ("x" * 200, "X" + "x" * 99),
    ],
)
def test_a_name_says_what_is_asked_for(text: str, name: str) -> None:
    assert proposed_name(parse(text)) == name
