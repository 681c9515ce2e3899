"""Values as they cross the border: JSON that says nothing of types, and bytes beside it.

They are read by the types that are expected, so that whoever wrote them can choose contents only.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from PIL import Image

from photos.image_types import IMAGE_TYPES, ImageType

_PLAIN = (str, int, float, bool, types.NoneType)


class BadValue(Exception):  # noqa: N818 - what it is
    """What came is not of the type that was expected."""


def write(value: object, beside: list[bytes]) -> Any:
    """Return what JSON can hold of a value; bytes and pictures are put beside it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        beside.append(value)
        return len(beside) - 1
    if isinstance(value, Image.Image):
        beside.append(value.convert("RGB").tobytes())
        return [len(beside) - 1, *value.size]
    if isinstance(value, ImageType):
        return value.name
    if is_dataclass(value):
        return {field.name: write(getattr(value, field.name), beside) for field in fields(value)}
    if isinstance(value, Mapping):
        return [[write(key, beside), write(one, beside)] for key, one in value.items()]
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        return [write(one, beside) for one in value]
    if isinstance(value, _PLAIN):
        return value
    raise BadValue(f"{type(value).__name__} cannot cross the border")


def read(kind: Any, told: Any, beside: Sequence[bytes]) -> Any:
    """Make a value of this type of what was written; raises BadValue."""
    try:
        return _read(kind, told, beside)
    except (TypeError, ValueError, LookupError, AttributeError) as exc:
        raise BadValue(f"{kind}: {exc}") from exc


def _read(kind: Any, told: Any, beside: Sequence[bytes]) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        return _any_of(get_args(kind), told, beside)
    if get_origin(kind) is not None:
        return _collection(get_origin(kind), get_args(kind), told, beside)
    if kind in _READERS:
        return _READERS[kind](told, beside)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{field.name: _read(hints[field.name], told[field.name], beside) for field in fields(kind)})
    if issubclass(kind, Enum):
        return kind(told)
    raise TypeError("no such type is expected")


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _any_of(kinds: Sequence[Any], told: Any, beside: Sequence[bytes]) -> Any:
    for kind in sorted(kinds, key=lambda kind: kind is not types.NoneType):
        try:
            return _read(kind, told, beside)
        except (TypeError, ValueError, LookupError, AttributeError):
            continue
    raise TypeError("none of the types fits")


def _collection(origin: Any, kinds: Sequence[Any], told: Any, beside: Sequence[bytes]) -> Any:
    if issubclass(origin, Mapping):
        return {_read(kinds[0], key, beside): _read(kinds[1], one, beside) for key, one in told}
    if origin is tuple and Ellipsis not in kinds:
        return tuple(_read(kind, one, beside) for kind, one in zip(kinds, told, strict=True))
    values = [_read(kinds[0], one, beside) for one in told]
    return tuple(values) if origin is tuple else origin(values) if origin in (set, frozenset) else values


def _plain(kind: type) -> Any:
    def read_plain(told: Any, _: Sequence[bytes]) -> Any:
        if type(told) is int and kind is float:
            return float(told)
        if type(told) is not kind:
            raise TypeError(f"{type(told).__name__} came")
        return told

    return read_plain


def _picture(told: Any, beside: Sequence[bytes]) -> Image.Image:
    at, width, height = (int(number) for number in told)
    return Image.frombytes("RGB", (width, height), beside[at])


def _image_type(told: Any, _: Sequence[bytes]) -> ImageType:
    return {kind.name: kind for kind in IMAGE_TYPES}[told]


_READERS: Mapping[Any, Any] = {
    **{kind: _plain(kind) for kind in _PLAIN},
    Path: lambda told, _: Path(told),
    datetime: lambda told, _: datetime.fromisoformat(told),
    bytes: lambda told, beside: bytes(beside[told]),
    Image.Image: _picture,
    ImageType: _image_type,
}
