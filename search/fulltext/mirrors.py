"""Tables of SQLite's FTS5 that mirror columns of ours, kept in step by triggers: whoever writes, the text follows.

https://www.sqlite.org/fts5.html. The names and expressions below are constants of this module, so the SQL made of
them carries nothing of anybody's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

_TOKENIZER = "unicode61 remove_diacritics 2"


@dataclass(frozen=True)
class Mirror:
    """An FTS5 table whose rowids are the keys of `source`; each column is an expression over a row called `{row}`."""

    name: str
    source: str
    columns: Mapping[str, str]
    watched: tuple[str, ...]  # the columns of the source that the expressions read
    key: str = "id"
    prefixes: str = "2 3"

    @property
    def vocabulary(self) -> str:
        """The table of its words: term, doc (rows it is in), cnt."""
        return f"{self.name}_words"

    @property
    def triggers(self) -> Mapping[str, str]:
        """The statements that keep it in step, by the names of the triggers."""
        names = ", ".join(self.columns)
        insert = f"INSERT INTO {self.name} (rowid, {names}) VALUES (new.{self.key}, {self._values('new')});"
        sets = ", ".join(f"{name} = {value.format(row='new')}" for name, value in self.columns.items())
        differs = " OR ".join(f"old.{name} IS NOT new.{name}" for name in self.watched)
        return {
            f"{self.name}_inserted": f"AFTER INSERT ON {self.source} BEGIN {insert} END",
            f"{self.name}_updated": f"AFTER UPDATE OF {', '.join(self.watched)} ON {self.source} WHEN {differs} "
            f"BEGIN UPDATE {self.name} SET {sets} WHERE rowid = new.{self.key}; END",
            f"{self.name}_deleted": f"AFTER DELETE ON {self.source} "
            f"BEGIN DELETE FROM {self.name} WHERE rowid = old.{self.key}; END",
        }

    def install(self) -> bool:
        """Make table and triggers what they are to be, and then its rows anew; False when there was nothing to do.

        A migration that rebuilds the source drops the triggers with the old table, hence a look after each. Triggers
        of another version are no longer word for word these, and their table may lack columns.
        """
        triggers = {name: f"CREATE TRIGGER {name} {body}" for name, body in self.triggers.items()}
        with transaction.atomic(), connection.cursor() as cursor:
            there = dict(cursor.execute("SELECT name, sql FROM sqlite_master").fetchall())
            is_as_wanted = triggers.items() <= there.items() and {self.name, self.vocabulary} <= there.keys()
            if is_as_wanted or self.source not in there:
                return False
            self._clear(cursor, there)
            columns = ", ".join(self.columns)
            cursor.execute(
                f"CREATE VIRTUAL TABLE {self.name} "
                f"USING fts5({columns}, tokenize = '{_TOKENIZER}', prefix = '{self.prefixes}')"
            )
            cursor.execute(f"CREATE VIRTUAL TABLE {self.vocabulary} USING fts5vocab('{self.name}', 'row')")
            for statement in triggers.values():
                cursor.execute(statement)
            self._fill(cursor)
        return True

    def _clear(self, cursor: object, there: Collection[str]) -> None:
        execute = cursor.execute  # type: ignore[attr-defined]
        for name in self.triggers:
            execute(f"DROP TRIGGER IF EXISTS {name}")
        for name in (self.vocabulary, self.name):
            if name in there:
                execute(f"DROP TABLE {name}")

    def rebuild(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            self._fill(cursor)

    def drift(self) -> int:
        """Count the rows that are missing here, too many here, or different."""
        same = " AND ".join(f"mirror.{name} IS {value.format(row='source')}" for name, value in self.columns.items())
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT (SELECT count(*) FROM {self.source} AS source LEFT JOIN {self.name} AS mirror "
                f"ON mirror.rowid = source.{self.key} WHERE mirror.rowid IS NULL OR NOT ({same})) "
                f"+ (SELECT count(*) FROM {self.name} WHERE rowid NOT IN (SELECT {self.key} FROM {self.source}))"
            )
            return int(cursor.fetchone()[0])

    def _fill(self, cursor: object) -> None:
        execute = cursor.execute  # type: ignore[attr-defined]
        execute(f"DELETE FROM {self.name}")
        execute(
            f"INSERT INTO {self.name} (rowid, {', '.join(self.columns)}) "
            f"SELECT source.{self.key}, {self._values('source')} FROM {self.source} AS source"
        )

    def _values(self, row: str) -> str:
        return ", ".join(value.format(row=row) for value in self.columns.values())


PHOTO_TEXT = Mirror(
    name="search_text",
    source="photo",
    columns={
        "title": "{row}.title",
        "caption": "{row}.caption",
        "description": "{row}.description",
        "filename": "{row}.original_name || ' ' || {row}.filename",
        "camera": "{row}.camera_make || ' ' || {row}.camera_model || ' ' || {row}.lens || ' ' || {row}.software",
        "place": "{row}.city || ' ' || {row}.region || ' ' || {row}.country",
        "credit": "{row}.artist || ' ' || {row}.copyright",
    },
    watched=(
        "title", "caption", "description", "original_name", "filename", "camera_make", "camera_model", "lens",
        "software", "city", "region", "country", "artist", "copyright",
    ),
)  # fmt: skip
TAG_TEXT = Mirror(name="search_tag", source="tag", columns={"name": "{row}.name"}, watched=("name",))
READ_TEXT = Mirror(
    name="search_read", source="recognised_text", columns={"text": "{row}.text"}, watched=("text",), key="photo_id"
)
MIRRORS = (PHOTO_TEXT, READ_TEXT, TAG_TEXT)
