"""Reads a document or the one it leads to: the feed that a page names, a sitemap that an index lists; stores nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from http import HTTPStatus
from typing import Final

from ingest.errors import FetchError, ParseError
from ingest.http.message import Request, Response
from ingest.model import ParsedFeed
from ingest.polling.parsers import Job
from ingest.polling.running.runner import Means
from ingest.text.urls import origin_of, without_secrets

_MOST: Final = 4  # documents opened in the place of one


@dataclass(frozen=True, slots=True)
class FollowedDocument:
    """What was read: the response, the feed in it (None: the bytes are unchanged), and the hash of the bytes."""

    fetched: Response
    feed: ParsedFeed | None
    body_hash: str | None
    led_by: str = ""  # "page" or "index", where another document led here


async def read_document(
    means: Means, request: Request, job: Callable[[Response], Job], known: str | None = None
) -> FollowedDocument:
    """Fetch and parse a document, unless its bytes have the hash `known`; a page or an index leads to another one.

    Each is a request of its own, within the host limit, behind the SSRF guard. Raises FetchError, ParseError.
    """
    fetched = await means.fetch(request)
    try:
        return await _parsed(means, fetched, job, known)
    except ParseError as fault:
        if not fault.elsewhere:
            raise
        found = await (_index if fault.feeds is None else _page)(means, request, job, known, fault)
        # What led there answers for the address and for when to ask again; its validators would hide the other's news.
        answer = replace(found.fetched, etag=None, last_modified=None, moved=fetched.moved, fresh=fetched.fresh)
        return replace(found, fetched=answer)


async def _parsed(means: Means, fetched: Response, job: Callable[[Response], Job], known: str | None) -> FollowedDocument:
    if fetched.status == HTTPStatus.NOT_MODIFIED:
        return FollowedDocument(fetched, None, known)
    body_hash = blake2b(fetched.body, digest_size=16).hexdigest()
    feed = await means.parse(job(fetched)) if body_hash != known else None  # the same bytes cost no parse
    return FollowedDocument(fetched, feed, body_hash)


async def _page(
    means: Means, request: Request, job: Callable[[Response], Job], known: str | None, page: ParseError
) -> FollowedDocument:
    """Read the feed to which a page refers its readers, once; where that cannot be fetched, raise the page's ParseError."""
    try:
        fetched = await means.fetch(_elsewhere(request, page.elsewhere[0]))
    except FetchError as fault:
        raise page from fault
    return replace(await _parsed(means, fetched, job, known), led_by="page")


async def _index(
    means: Means, request: Request, job: Callable[[Response], Job], known: str | None, index: ParseError
) -> FollowedDocument:
    """Read the first sitemap with news of those that an index lists, also by way of another index."""
    waiting, opened = list(index.elsewhere), [request.url]
    while waiting and len(opened) <= _MOST:
        url = waiting.pop(0)
        if url in opened:
            continue
        opened.append(url)
        try:
            found = await _parsed(means, await means.fetch(_elsewhere(request, url)), job, known)
        except ParseError as fault:
            waiting[:0] = fault.elsewhere if fault.feeds is None else ()
        except FetchError:
            continue
        else:
            note = f"read at {without_secrets(found.fetched.url)}, which the sitemap index lists"
            feed = replace(found.feed, notes=(*found.feed.notes, note)) if found.feed else None
            return replace(found, feed=feed, led_by="index")
    what = f"{index.what}; of its sitemaps {len(opened) - 1} were opened, and none holds news"
    raise ParseError(what, index.cure) from index


def _elsewhere(request: Request, url: str) -> Request:
    """Return the request for another document, with secrets only where it has the same origin."""
    secrets = request.secrets if origin_of(url) == origin_of(request.url) else ()
    return replace(request, url=url, etag=None, last_modified=None, secrets=secrets, instead=None)
