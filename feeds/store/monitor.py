"""Queries of a monitor on the tags; writes nothing."""

from ingest.store.monitor import Monitor


def tag_counts(monitor: Monitor) -> dict[str, int]:
    """Return the number of tags of each topic; none in a database that was never classified."""
    db = monitor.connection
    if db.execute("select 1 from sqlite_master where name = 'tag'").fetchone() is None:
        return {}
    return dict(db.execute("select topic, count(*) from tag group by topic").fetchall())
