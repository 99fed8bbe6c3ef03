"""The table `served`: what each source's last document held and who read it, so that what comes again costs nothing."""

import json

from sqlite_utils import Database

from ingest.item import NOTHING, Before, ParsedFeed


def before(db: Database, url: str) -> Before:
    """Give what the last document of a source held; nothing for a source that has had none."""
    row = db.conn.execute(
        "select parser, entries from served where source_id = (select id from source where url = ?)", [url]
    ).fetchone()
    return Before(row[0], json.loads(row[1])) if row else NOTHING


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
