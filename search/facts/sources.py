"""Where the database keeps what photos are found by: it is to tell when that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """Columns of a table: where one differs, or a row comes or goes, other facts may hold for its photo."""

    table: str
    columns: tuple[str, ...] = ()
    photo: str = "photo_id"  # the column with the photo's id; empty where a row concerns any number of photos
    read_as: str = ""  # an expression over a row called {row}, where not every difference counts

    def differs(self) -> str:
        """Return when an update counts, in SQL over the rows `old` and `new`."""
        read = [self.read_as] if self.read_as else [f"{{row}}.{name}" for name in self.columns]
        return " OR ".join(f"({one.format(row='old')}) IS NOT ({one.format(row='new')})" for one in read)


def of_photo(*columns: str, read_as: str = "") -> Source:
    """Return a source in the table of photos itself."""
    return Source("photo", columns, photo="id", read_as=read_as)


# Who may see a photo, and whether lists show it.
VISIBILITY = of_photo("owner_id", "trashed_at", "archived")
TAGS = (Source("photo_tag", ("tag_id", "rejected")), Source("tag", ("name",), photo=""))
ALBUMS = (Source("album_place", ("album_id",)), Source("album", ("title", "owner_id"), photo=""))

# Who knows what facts are read from: the registry of operators adds itself.
READERS: list[Callable[[], Iterable[Source]]] = []


def watched() -> Iterator[Source]:
    """Yield every source of every fact there is, some of them more than once."""
    yield VISIBILITY
    for sources in READERS:
        yield from sources()
