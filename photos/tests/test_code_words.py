from __future__ import annotations

import pytest

from photos.templatetags.code_words import code_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No code.", "No code."),
        ("in the field `file`.", "in the field <code>file</code>."),
        ("`a` and `<b>`", "<code>a</code> and <code>&lt;b&gt;</code>"),
        ("<i> & `x`", "&lt;i&gt; &amp; <code>x</code>"),
        ("", ""),
    ],
)
def test_what_stands_between_backticks_is_set_as_code(text: str, expected: str) -> None:
    assert code_words(text) == expected
