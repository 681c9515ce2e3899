from __future__ import annotations

import pytest

from ai.jsontext import read_json


@pytest.mark.parametrize("text", ['{"a": [1, 2.5, null, "\u00e9"]}', b'{"a": [1, 2.5, null, "\xc3\xa9"]}'])
def test_json_is_read_from_text_and_bytes(text: str | bytes) -> None:
    assert read_json(text) == {"a": [1, 2.5, None, "\u00e9"]}


@pytest.mark.parametrize("text", ["", "{", b"\xff\xfe\xff", "[" * 200_000, '{"a":' * 200_000])
def test_what_is_no_json_is_a_value_error_also_where_it_is_nested_without_end(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        read_json(text)
