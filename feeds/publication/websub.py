"""The WebSub publisher: pings the hub for every public feed that changed, again after a failure; knows no network."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from feeds.store.outbox import Outbox, PingResult
from ingest.errors import FetchError
from ingest.store.facts import Facts

_FIRST: Final = timedelta(minutes=1)  # after a failure; doubled by each that follows it
_LAST: Final = timedelta(hours=6)


def tell_hub(
    facts: Facts, hub: str, base_url: str, post: Callable[[str, Mapping[str, str]], None], clock: Callable[[], datetime]
) -> tuple[FetchError, ...]:
    """Send the hub one ping for every public feed whose present state it was not pinged for (WebSub, 4.2); return failures.

    `post` sends a form to an address and raises FetchError. Call this after publication, which never waits for it.
    """
    outbox = Outbox(facts, hub)
    due = outbox.due(clock())
    results = _sent(hub, [f"{base_url}/{ping.path.partition('/')[2]}" for ping in due], post)
    now = clock()
    outbox.record(
        PingResult(ping, str(fault), _next(fault, ping.failures, now)) if fault else PingResult(ping)
        for ping, fault in zip(due, results, strict=True)
    )
    return tuple({str(fault): fault for fault in results if fault}.values())


def _sent(hub: str, addresses: Sequence[str], post: Callable[[str, Mapping[str, str]], None]) -> list[FetchError | None]:
    """Send one ping after another; after a failure send no more, since the rest would fail too."""
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


def _next(fault: FetchError, tries: int, now: datetime) -> datetime:
    asked = timedelta(seconds=fault.wait or 0)
    return now + max(asked, min(_FIRST * (1 << min(tries, 20)), _LAST))
