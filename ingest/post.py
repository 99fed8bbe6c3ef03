"""One guarded, bounded POST of a form; knows who may be contacted and how long that may take, not what is sent."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

import aiohttp

from ingest.answers import retry_after
from ingest.console import App
from ingest.errors import FetchError, GuardError, TopicwireError
from ingest.guard import Guard
from ingest.text import one_line

_SECONDS: Final = 5.0  # for one request in all: a service that stops waits no longer
_GOOD: Final = range(200, 300)


def post(app: App, url: str, forms: Iterable[Mapping[str, str]]) -> list[TopicwireError | None]:
    """Send forms to one address, one after another; give for each why it failed, or None.

    Nothing is sent along that identifies more than this program; no redirect is followed. After one
    failure the rest is not sent: it fails alike.
    """
    return asyncio.run(_post(app, url, list(forms)))


async def _post(app: App, url: str, forms: list[Mapping[str, str]]) -> list[TopicwireError | None]:
    guard, fault = Guard(app.settings.fetch.allow), None
    results: list[TopicwireError | None] = []
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=guard.socket, limit=1),
        headers={"User-Agent": f"topicwire (+{app.settings.fetch.contact})"},
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=_SECONDS),
        trust_env=False,
    ) as session:
        for form in forms:
            fault = fault or await _one(session, guard, (url, form), app)
            results.append(fault)
    return results


async def _one(
    session: aiohttp.ClientSession, guard: Guard, sent: tuple[str, Mapping[str, str]], app: App
) -> TopicwireError | None:
    url, form = sent
    guard.enter(url)
    try:
        async with session.post(url, data=dict(form), allow_redirects=False) as response:
            if response.status in _GOOD:
                return None
            wait = retry_after(response.headers.get("Retry-After"), app.clock())
            return FetchError(f"{url} answers with status {response.status}", "it is told again later", wait=wait)
    except (aiohttp.ClientError, OSError, ValueError) as failed:
        what = "no answer in time" if isinstance(failed, TimeoutError) else one_line(str(failed))[:200]
        return FetchError(f"{url}: {what}", "it is told again later")
    except GuardError as refused:
        return refused
