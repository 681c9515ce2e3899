from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Lookup


class OneOf(Lookup[bool]):
    """A text column that holds one of a list of texts.

    The list goes to the database as one JSON value: `__in` sends each text apart, and SQLite counts those.
    """

    lookup_name = "one_of"
    prepare_rhs = False
    rhs: Sequence[str]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._within("json_each(%s)", compiler, connection)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._within("jsonb_array_elements_text(%s::jsonb)", compiler, connection)

    def _within(self, elements: str, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM {elements})", (*params, json.dumps(self.rhs))  # noqa: S608 - ours
