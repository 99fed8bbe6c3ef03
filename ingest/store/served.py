"""The table `served`: what each source's last document held and who read it, so that what comes again costs nothing."""

import json
from collections.abc import Iterable

from sqlite_utils import Database

from ingest.model import Before, ParsedFeed


def before(db: Database, urls: Iterable[str]) -> dict[str, Before]:
    """Give what the last documents of some sources held, by address; a source that has had none is left out."""
    rows = db.conn.execute(
        """select s.url, v.parser, v.entries from served v join source s on s.id = v.source_id
        where s.url in (select value from json_each(?))""",
        [json.dumps(list(urls))],
    )
    return {url: Before(parser, json.loads(entries)) for url, parser, entries in rows}


def put(db: Database, source_id: int, feed: ParsedFeed) -> None:
    """Store what a document held, inside the caller's transaction.

    Of an entry whose item is not stored as it is now nothing is kept: the next document brings it
    anew. Another process may have stored a later state since `before` was asked.
    """
    stored = db.conn.execute(
        "select fingerprint from sighting where source_id = ? and fingerprint in (select value from json_each(?))",
        [source_id, json.dumps(feed.fingerprints)],
    )
    present = {row[0] for row in stored}
    entries = {raw: fingerprint for raw, fingerprint in feed.served if fingerprint in present}
    db.conn.execute(
        """insert into served (source_id, parser, entries) values (?, ?, ?) on conflict (source_id)
        do update set parser = excluded.parser, entries = excluded.entries""",
        [source_id, feed.parser, json.dumps(entries, separators=(",", ":"))],
    )
