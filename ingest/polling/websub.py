"""WebSub as a subscriber: subscribes at hubs, answers their challenges, accepts pings; a ping only makes a source due."""

import hmac
import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from ingest.errors import FetchError
from ingest.log import log_event
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.store.facts import Facts
from ingest.store.subscriptions import Subscription
from ingest.text.urls import without_secrets

MOST_BYTES: Final = 15 * 1024 * 1024  # of a ping: it is signed as a whole, and none of it is kept
_LOG: Final = logging.getLogger(__name__)
_AT_ONCE: Final = 10  # requests to hubs in one tick
_LEASE: Final = 10 * 86_400  # seconds of the lease that is requested
_LONGEST: Final = 30 * 86_400.0
_SHORTEST: Final = 3_600.0
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_HASHES: Final = {"sha1", "sha256", "sha384", "sha512"}


def subscribe(home: Home, facts: Facts, engine: Engine) -> int:
    """Send subscription requests that are missing or whose lease ends soon; return how many were accepted (WebSub 5.1).

    A hub must reach this service at `service.base_url`; without that setting nothing is sent.
    """
    base = home.settings.service.base_url.rstrip("/")
    if not base:
        return 0
    taken = 0
    for one in facts.subscriptions.wanting(home.clock(), _AT_ONCE):
        form = {
            "hub.mode": "subscribe",
            "hub.topic": one.topic,
            "hub.callback": f"{base}/websub/{one.token}",
            "hub.secret": one.secret,
            "hub.lease_seconds": str(_LEASE),
        }
        # Noted before: a hub may send its challenge before it answers.
        facts.subscriptions.asked(one.token, home.clock(), well=True)
        try:
            engine.submit(engine.post(one.hub, form)).result()
            taken += 1
        except FetchError as fault:
            message = f"the hub {without_secrets(one.hub)} takes no subscription: {fault}"
            log_event(_LOG, logging.DEBUG, "websub_subscription_failed", message, hub=without_secrets(one.hub))
            facts.subscriptions.asked(one.token, home.clock(), well=False)
    return taken


def subscription_at(database: Path, token: str) -> Subscription | None:
    """Return the subscription whose callback address ends in `token`, or None."""
    if not _TOKEN.fullmatch(token) or not database.exists():
        return None
    with Facts(database) as facts:
        return facts.subscriptions.by_token(token)


def verify(database: Path, now: datetime, token: str, query: dict[str, str]) -> str | None:
    """Return the answer to a hub's verification: its challenge, where the subscription was asked for (WebSub 5.3), else None.

    Empty where the hub denies the subscription.
    """
    if not database.exists():
        return None
    with Facts(database) as facts:
        one = facts.subscriptions.by_token(token)
        if one is None or one.topic != query.get("hub.topic"):
            return None
        if query.get("hub.mode") == "denied":
            facts.subscriptions.asked(token, now, well=False)
            return ""
        if query.get("hub.mode") != "subscribe" or one.asked is None or not query.get("hub.challenge"):
            return None
        facts.subscriptions.granted(token, now + timedelta(seconds=_lease(query.get("hub.lease_seconds", ""))))
    return query["hub.challenge"]


def _lease(text: str) -> float:
    seconds = float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else float(_LEASE)  # noqa: PLR2004 - digits
    return min(max(seconds, _SHORTEST), _LONGEST)


def note_ping(database: Path, now: datetime, token: str) -> None:
    """Record a signed ping: its source is due now."""
    with Facts(database) as facts:
        facts.subscriptions.pinged(token, now)


@dataclass(frozen=True, slots=True)
class PingSignature:
    """The signature of a ping as sent (`X-Hub-Signature`, WebSub 7.1), compared with one computed from the body piece by piece."""

    given: str
    computed: hmac.HMAC

    @classmethod
    def of(cls, one: Subscription, header: str) -> Self | None:
        """Parse `method=hex`; return None where that is no signature."""
        method, _, given = header.partition("=")
        return cls(given.strip().lower(), hmac.new(one.secret.encode(), digestmod=method)) if method in _HASHES else None

    def is_right(self) -> bool:
        """Return whether the signature is right: the hub knows the secret."""
        return hmac.compare_digest(self.computed.hexdigest().encode(), self.given.encode())
