"""The table `forgotten`: keyed hashes of the names of erased items and sources; holds no name and no text."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from ingest.model import Keys, Source, SourceKind
from ingest.store.database import Database
from ingest.text.dates import rfc3339

_KEY_OF_HASHES: Final = "erasure_key"  # under which `meta` holds it

Name = tuple[str, ...]
"""The kind of a name (`url`, `guid`, `text`, `source`) and what it consists of."""


class Forgotten:
    """The names that are not stored again."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._db = database
        row = database.execute("select value from meta where key = ?", [_KEY_OF_HASHES]).fetchone()
        self._secret = bytes.fromhex(row[0]) if row else b""  # empty: nothing was ever erased

    def add(self, names: Iterable[Name], now: datetime, secret: bytes) -> None:
        """Store names, inside the caller's transaction; `secret` is the key of the hashes where there is none yet."""
        if not self._secret:
            self._db.execute("insert into meta values (?, ?)", [_KEY_OF_HASHES, secret.hex()])
            self._secret = secret
        self._db.executemany("insert or ignore into forgotten values (?, ?)", [(self._hash(one), rfc3339(now)) for one in names])

    def holds(self, names: Iterable[Name]) -> bool:
        """Return whether one of the names was erased."""
        return bool(self._secret) and any(
            self._db.execute("select 1 from forgotten where hash = ?", [self._hash(one)]).fetchone() for one in names
        )

    def holds_item(self, key: Keys, source: Source) -> bool:
        """Return whether an item with these keys, from this source, was erased."""
        return bool(self._secret) and self.holds(names_of(key, source))

    def readmit(self, name: Name) -> None:
        """Allow a name again, inside the caller's transaction."""
        if self._secret:
            self._db.execute("delete from forgotten where hash = ?", [self._hash(name)])

    def _hash(self, name: Name) -> str:
        return hashlib.blake2b("\x1f".join(name).encode(), key=self._secret, digest_size=16).hexdigest()


def names_of(key: Keys, source: Source) -> list[Name]:
    """Return the names by which an item would be recognised. The file name of a document is none: it may get other words."""
    names: list[Name] = [("text", one) for one in dict.fromkeys((key.text, key.bare, key.body)) if one]
    if key.url:
        names.append(("url", key.url))
    if key.guid and source.kind is SourceKind.FEED:
        names.append(("guid", source.url, key.guid))
    return names
