"""`/websub/{token}`, the callback that WebSub hubs call; polling knows what their calls mean."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from feeds.server.context import in_thread
from ingest.polling.websub import MOST_BYTES, PingSignature, note_ping, subscription_at, verify
from ingest.store.subscriptions import Subscription


def route(database: Path, clock: Callable[[], datetime]) -> Route:
    """Return the route: hubs verify a subscription with GET and send pings with POST."""

    async def answer(request: Request) -> Response:
        token = request.path_params["token"]
        # First, before a body is read: a request with an unknown token must cost nothing.
        one = await in_thread(partial(subscription_at, database, token))
        if one is None:
            return Response(status_code=404)
        if request.method != "POST":
            challenge = await in_thread(partial(verify, database, clock(), token, dict(request.query_params)))
            return Response(status_code=404) if challenge is None else PlainTextResponse(challenge)
        try:
            signed = await _is_signed(one, request)
        except ClientDisconnect:
            return Response(status_code=400)
        if signed is None:
            return Response(status_code=413)
        if signed:  # a ping with a wrong signature gets the same answer and is ignored (WebSub, section 7.1)
            await in_thread(partial(note_ping, database, clock(), token))
        return Response(status_code=202)

    return Route("/websub/{token:str}", answer, methods=["GET", "POST"])


async def _is_signed(one: Subscription, request: Request) -> bool | None:
    """Return whether a body is signed, without keeping any of it; None for one that is too long."""
    signature = PingSignature.of(one, request.headers.get("x-hub-signature", ""))
    if signature is None:
        return False
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            return None
        signature.computed.update(chunk)
    return signature.is_right()
