"""`/search` and `/search.atom`: published items for anybody, all items for a holder of the token; knows no table and no HTML."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.answers.audience import Audience
from feeds.answers.search import find
from feeds.model import Classification, Grade
from feeds.publication.document import FeedDocument
from feeds.publication.entry import (
    FeedEntry,
    PublishingPolicy,
    StoryEntry,
    feed_id,
    item_href,
    make_entry,
    own_id,
    permanent_id,
    public_address,
    source_key,
)
from feeds.publication.entry_view import EntryView
from feeds.publication.formats import atom
from feeds.search.query import KEYS, SearchOrder, SearchQuery, parse_query, word_spans
from feeds.search.search import RANKED, SearchResult, SearchResults, languages, sources
from feeds.server.context import NO_STORE, ServiceContext, audience_of, in_threads
from feeds.server.negotiation import deciding_headers, is_not_modified, media_type
from feeds.site.highlighting import highlight, snippet
from feeds.site.masking import PageMasking
from feeds.site.models import Card, PageLink, SearchPage
from feeds.site.render import search_page
from feeds.site.views import EXCERPT, card
from feeds.store.classifications import Classifications
from feeds.tagging.topic.loader import parse_topic
from feeds.tagging.topic.model import Topic
from ingest.errors import UsageError
from ingest.model import StoredItem
from ingest.store.facts import Facts
from ingest.store.instance import instance_of
from ingest.text.language.names import name as language_name

_PAGE: Final = 20  # results on a page
_FEED: Final = 50  # entries in a feed
_LAST_PAGE: Final = 500
_AT_ONCE: Final = 4  # searches at the same time
_VARY: Final = {"vary": "authorization"}
_HEADERS: Final = NO_STORE | _VARY
_ORDERS: Final = {SearchOrder.NEWEST: "Newest first", SearchOrder.RELEVANCE: "Most relevant first"}
_NO_DATE: Final = 1 << 60  # a search has no date of change: no If-Modified-Since is late enough


@dataclass(frozen=True, slots=True)
class SearchFindings(FeedDocument):
    """A search as a feed: its addresses hold the query."""

    query: str = ""

    def address(self, number: int | None = None, suffix: str = "atom") -> str:
        """Return the address of the feed, or of the page with the same results."""
        del number  # it has no archive
        return f"{self.base}search{'.atom' if suffix == 'atom' else ''}?{self.query}"


@dataclass(frozen=True, slots=True)
class SearchRoutes:
    """The search page and its feed. Few searches run at the same time; other requests do not wait for them."""

    context: ServiceContext
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_AT_ONCE))

    def routes(self) -> list[Route]:
        """Return the two routes; none where the owner has closed the search."""
        if not self.context.home.settings.service.search:
            return []
        return [Route("/search", self._endpoint(self._page)), Route("/search.atom", self._endpoint(self._feed))]

    def _endpoint(self, answer: Callable[[Audience, Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        return in_threads(lambda request: answer(audience_of(self.context, request), request), self._limiter)

    @contextmanager
    def _facts(self) -> Iterator[Facts]:
        """Open the database, even one in which nothing was classified yet."""
        with self.context.home.stored(quiet=True) as facts:
            Classifications(facts)
            yield facts

    def _page(self, audience: Audience, request: Request) -> Response:
        page, status = self._answer(audience, request.query_params)
        return Response(search_page(page, self.context.root), status, _HEADERS, "text/html; charset=utf-8")

    def _answer(self, audience: Audience, asked: Mapping[str, str]) -> tuple[SearchPage, int]:
        with self._facts() as facts:
            form = _form(facts, audience, asked)
            try:
                wanted, number = parse_query(asked), _number(asked.get("page", ""))
                if wanted.is_empty:
                    return form, 200
                found = find(facts, audience, wanted, limit=_PAGE, skip=(number - 1) * _PAGE)
            except UsageError as fault:
                return replace(form, fault=_sentence(f"{fault}.")), 400
        form = replace(form, order="" if wanted.order is SearchOrder.NEWEST else wanted.order.value)
        cards = tuple(_card(result, audience.topics, wanted.words) for result in found.results)
        return self._found(replace(form, results=cards, total=found.total, more=found.more), wanted, found, number), 200

    def _found(self, form: SearchPage, wanted: SearchQuery, found: SearchResults, number: int) -> SearchPage:
        path = f"{self.context.root}search"
        is_last = number >= _LAST_PAGE or not found.results or not (number * _PAGE < found.total or found.more)
        return replace(
            form,
            orders=self._orders(wanted),
            ranked=RANKED if wanted.is_ranked and found.more else 0,
            feed=f"{path}.atom?{replace(wanted, order=SearchOrder.NEWEST).written()}",
            earlier="" if is_last else f"{path}?{wanted.written(number + 1)}",
            later=f"{path}?{wanted.written(number - 1)}" if number > 1 else "",
        )

    def _orders(self, wanted: SearchQuery) -> tuple[PageLink, ...]:
        """Return what the results can be ordered by; without words there is no relevance."""
        if not wanted.words:
            return ()
        return tuple(
            PageLink(said, "" if order is wanted.order else f"{self.context.root}search?{replace(wanted, order=order).written()}")
            for order, said in _ORDERS.items()
        )

    def _feed(self, audience: Audience, request: Request) -> Response:
        try:
            wanted = parse_query(request.query_params)
            if wanted.is_empty:
                raise UsageError("nothing to search for", "write /search.atom?q=words")  # noqa: TRY301 - answered as the others are
            with self._facts() as facts:
                document = self._document(facts, wanted, audience)
        except UsageError as fault:
            return Response(f"{fault}\n", 400, _HEADERS, "text/plain; charset=utf-8")
        body = atom.render(document)
        cache = "private, no-store" if audience.owner else "public, max-age=300"
        headers = {"etag": f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', "cache-control": cache} | _VARY
        if is_not_modified(headers["etag"], _NO_DATE, deciding_headers(request.scope["headers"])):
            return Response(None, 304, headers)
        return Response(body, 200, headers, media_type("search.atom"))

    def _document(self, facts: Facts, wanted: SearchQuery, audience: Audience) -> SearchFindings:
        found = find(facts, audience, wanted, limit=_FEED)
        instance, query = instance_of(facts), wanted.written()
        topic = parse_topic("", "search", "search")
        words = wanted.words or "everything"
        topic = replace(topic, title=f"Search: {words}", description=f"What matches “{words}”, {_ORDERS[wanted.order].lower()}.")
        policy = PublishingPolicy(instance, audience.full, self.context.home.settings.pages_url)
        ids = _ids(facts, [result.stored for result in found.results])
        entries = tuple(_entry(result, audience.topics, topic, policy, ids[result.stored.row]) for result in found.results)
        return SearchFindings(
            topic, feed_id(instance, f"search?{query}"), self.context.base, self.context.base, entries, query=query
        )


def _ids(facts: Facts, items: list[StoredItem]) -> dict[int, str]:
    """Return the ids of entries, the same as in every feed, by the items' rows; write only the ids that are new."""
    names = {stored.row: (permanent_id(stored.item.guid), own_id(stored.id)) for stored in items}
    classifications = Classifications(facts)
    given = classifications.given_ids(names)
    if missing := {row: name for row, name in names.items() if row not in given}:
        with facts.transaction():
            given |= classifications.atom_ids(missing)
    return given


def _entry(result: SearchResult, topics: Mapping[str, Topic], topic: Topic, policy: PublishingPolicy, atom_id: str) -> FeedEntry:
    tagged = Classification(topic.name, topic.version, tagged=True, grade=Grade.MENTION, score=0.0, why="")
    entry = make_entry(StoryEntry(result.stored, tagged), topic, atom_id, policy)
    tags = f"; tagged {', '.join(one.topic for one in result.classifications)}" if result.classifications else ""
    entry = replace(entry, why=f"Found by a search. Carried by {', '.join(one.name for one in entry.carriers)}{tags}.")
    for one in result.classifications:
        entry = EntryView(topics[one.topic]).of(entry)
    # Made for a search, which has no pages of items; its topics have.
    return (
        replace(entry, evidence=policy.pages + item_href(result.stored.id)) if policy.pages and _has_page(result, topics) else entry
    )


def _card(result: SearchResult, topics: Mapping[str, Topic], words: str) -> Card:
    shown, text = card(result.stored, result.classifications), result.stored.item.text
    if words:  # the words of the query are highlighted, not the words of the topics
        title = "".join(piece.text for piece in shown.title)
        excerpt = snippet(text, EXCERPT, word_spans(words, text))
        shown = replace(shown, title=highlight(title, word_spans(words, title)), excerpt=excerpt)
    return shown if _has_page(result, topics) else replace(shown, href="")


def _has_page(result: SearchResult, topics: Mapping[str, Topic]) -> bool:
    return any(topics[one.topic].has_item_pages for one in result.classifications)


def _form(facts: Facts, audience: Audience, asked: Mapping[str, str]) -> SearchPage:
    masking = PageMasking.of(audience.topics.values())
    typed = {key: asked.get(key, "")[:300] for key in KEYS}
    named = {source_key(one): masking.name(public_address(one.name)) for one in sources(facts, audience.published)}
    typed["source"] = named.get(typed["source"], typed["source"])  # earlier addresses hold the key
    return SearchPage(
        **{("query" if key == "q" else key): value for key, value in typed.items()},  # type: ignore[arg-type]
        topics=tuple(PageLink(PageMasking.of([topic]).topic(topic).title, "", key=name) for name, topic in audience.topics.items()),
        sources=tuple(PageLink(name, "", key=key) for key, name in named.items()),
        languages=tuple(PageLink(language_name(code), "", key=code) for code in languages(facts, audience.published)),
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _number(text: str) -> int:
    return min(max(int(text), 1), _LAST_PAGE) if text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004 - digits of a page
