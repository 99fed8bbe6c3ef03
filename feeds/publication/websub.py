"""The WebSub publisher: tell the hub of every public feed that changed, and again after a failure; knows no network."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from feeds.store.migrations import migrations
from ingest.errors import FetchError
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339

_FIRST: Final = timedelta(minutes=1)  # after a failure; doubled by each that follows it
_LAST: Final = timedelta(hours=6)
# The files remember what they hold: a change that is published is never forgotten, whenever the process ends.
_DUE: Final = """
select d.path, d.hash, coalesce(o.tries, 0) from document d left join outbox o on o.path = d.path and o.hub = :hub
where d.gone is null and d.path glob 'public/*.*' and d.path not glob 'public/*/*' and d.path not glob 'public/*.archive-*'
    and (d.path glob '*.atom' or d.path glob '*.json' or d.path glob '*.rss')
    and o.hash is not d.hash and coalesce(o.next, '') <= :now
order by d.path"""


def tell_hub(
    facts: Facts, hub: str, base_url: str, post: Callable[[str, Mapping[str, str]], None], clock: Callable[[], datetime]
) -> tuple[FetchError, ...]:
    """Send the hub one ping for every public feed that it was not told of as it is now (WebSub, 4.2); return what failed.

    `post` sends a form to an address and raises FetchError. To be called after publication, which never waits for it.
    """
    outbox = _Outbox(facts, hub)
    due = outbox.due(clock())
    results = _sent(hub, [f"{base_url}/{path.partition('/')[2]}" for path, _, _ in due], post)
    outbox.note(zip(due, results, strict=True), clock())
    return tuple({str(fault): fault for fault in results if fault}.values())


def _sent(hub: str, addresses: Sequence[str], post: Callable[[str, Mapping[str, str]], None]) -> list[FetchError | None]:
    """Tell of one address after another; after one failure the rest is not sent: it fails alike."""
    fault: FetchError | None = None
    results = []
    for address in addresses:
        try:
            if fault is None:
                post(hub, {"hub.mode": "publish", "hub.url": address})
        except FetchError as failed:
            fault = FetchError(f"the hub {hub}: {failed.what}", "it is told again later", wait=failed.wait)
        results.append(fault)
    return results


class _Outbox:
    """The table of what the hub was told."""

    def __init__(self, facts: Facts, hub: str) -> None:
        self._facts, self._db, self._hub = facts, facts.database, hub
        self._db.migrate(migrations)

    def due(self, now: datetime) -> list[tuple[str, str, int]]:
        """Return (path, hash, failures so far) of the feeds to tell of."""
        return self._db.execute(_DUE, {"hub": self._hub, "now": rfc3339(now)}).fetchall()

    def note(self, told: Iterable[tuple[tuple[str, str, int], FetchError | None]], now: datetime) -> None:
        """Remember what came of it."""
        with self._facts.transaction():
            for (path, digest, tries), fault in told:
                if fault is None:
                    row = {"hash": digest, "tries": 0, "next": None, "error": None}
                else:
                    row = {"tries": tries + 1, "next": rfc3339(_next(fault, tries, now)), "error": str(fault)}
                self._db.schema.table("outbox").upsert({"path": path, "hub": self._hub, **row}, pk="path")


def _next(fault: FetchError, tries: int, now: datetime) -> datetime:
    asked = timedelta(seconds=fault.wait or 0)
    return now + max(asked, min(_FIRST * (1 << min(tries, 20)), _LAST))
