"""WebSub as a subscriber: asks hubs, answers their challenges, hears their pings; a ping makes a source due, nothing else."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Self, TypeVar

from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ingest.errors import FetchError
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.store.facts import Facts
from ingest.store.subscriptions import Subscription

_AT_ONCE: Final = 10  # hubs asked a tick
_LEASE: Final = 10 * 86_400  # seconds that are asked for
_LONGEST: Final = 30 * 86_400.0
_SHORTEST: Final = 3_600.0
_MOST_BYTES: Final = 15 * 1024 * 1024  # of a ping: it is signed as a whole, and none of it is kept
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_T = TypeVar("_T")
_HASHES: Final = {"sha1", "sha256", "sha384", "sha512"}


# Asking


def subscribe(home: Home, facts: Facts, engine: Engine) -> int:
    """Ask the hubs that are to be asked, if they can reach us at a `service.base_url`; give how many took the question."""
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
        except FetchError:
            facts.subscriptions.asked(one.token, home.clock(), well=False)
    return taken


# Answering


def route(database: Path, clock: Callable[[], datetime]) -> Route:
    """Give the route at which hubs find us, `/websub/{token}`, for any Starlette application."""

    async def answer(request: Request) -> Response:
        token = request.path_params["token"]
        # Before anything of a body is read: whoever does not know an address costs nothing.
        one = await _in_thread(partial(_known, database, token))
        if one is None:
            return Response(status_code=404)
        if request.method != "POST":
            return await _in_thread(partial(_verified, database, clock(), token, dict(request.query_params)))
        try:
            signed = await _is_signed(one, request)
        except ClientDisconnect:
            return Response(status_code=400)
        if signed is None:
            return Response(status_code=413)
        return await _in_thread(partial(_heard, database, clock(), token, signed=signed))

    return Route("/websub/{token:str}", answer, methods=["GET", "POST"])


async def _in_thread(work: Callable[[], _T]) -> _T:
    return await run_sync(work, abandon_on_cancel=True)


def _known(database: Path, token: str) -> Subscription | None:
    if not _TOKEN.fullmatch(token) or not database.exists():
        return None
    with Facts(database) as facts:
        return facts.subscriptions.by_token(token)


async def _is_signed(one: Subscription, request: Request) -> bool | None:
    """Say whether a body is signed, without keeping any of it; None for one that is too long."""
    signature = _Signature.of(one, request.headers.get("x-hub-signature", ""))
    if signature is None:
        return False
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _MOST_BYTES:
            return None
        signature.made.update(chunk)
    return signature.is_right()


def _verified(database: Path, now: datetime, token: str, said: dict[str, str]) -> Response:
    """Echo the challenge of a subscription that was asked for and of no other (WebSub 5.3)."""
    if not database.exists():
        return Response(status_code=404)
    with Facts(database) as facts:
        one = facts.subscriptions.by_token(token)
        if one is None or one.topic != said.get("hub.topic"):
            return Response(status_code=404)
        if said.get("hub.mode") == "denied":
            facts.subscriptions.asked(token, now, well=False)
            return Response(status_code=200)
        if said.get("hub.mode") != "subscribe" or one.asked is None or not said.get("hub.challenge"):
            return Response(status_code=404)
        facts.subscriptions.granted(token, now + timedelta(seconds=_lease(said.get("hub.lease_seconds", ""))))
    return PlainTextResponse(said["hub.challenge"])


def _lease(text: str) -> float:
    seconds = float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else float(_LEASE)  # noqa: PLR2004 - digits
    return min(max(seconds, _SHORTEST), _LONGEST)


def _heard(database: Path, now: datetime, token: str, *, signed: bool) -> Response:
    """Take a ping as "poll now"; one with a wrong signature is answered alike and believed nothing (WebSub 7.1)."""
    if signed:
        with Facts(database) as facts:
            facts.subscriptions.pinged(token, now)
    return Response(status_code=202)


@dataclass(frozen=True, slots=True)
class _Signature:
    """A signature as it came, and as it is made."""

    given: str
    made: hmac.HMAC

    @classmethod
    def of(cls, one: Subscription, signature: str) -> Self | None:
        """Begin with `method=hex`; None where that is no signature."""
        method, _, given = signature.partition("=")
        return cls(given.strip().lower(), hmac.new(one.secret.encode(), digestmod=method)) if method in _HASHES else None

    def is_right(self) -> bool:
        return hmac.compare_digest(self.made.hexdigest().encode(), self.given.encode())
