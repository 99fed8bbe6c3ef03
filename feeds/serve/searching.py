"""`/search` and the same as a feed: reads a question from an address, shows what was found; knows no table and no HTML."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds import atom
from feeds.document import Document
from feeds.entry import Entry, Manner, feed_id, make_entry, own_id, public_address, wanted_id
from feeds.pages import Card, Link, SearchPage, card, search_page
from feeds.pages.marks import around, marked
from feeds.pages.tongues import name as tongue
from feeds.pages.veil import Veil
from feeds.pages.views import EXCERPT, source_key
from feeds.question import KEYS, Question, places, question
from feeds.search import Found, Result, languages, search, sources
from feeds.serve.desk import FRESH, Desk
from feeds.serve.negotiate import asked, has_it, media_type
from feeds.store import Judgements
from feeds.tag import Judgement
from feeds.topic import Grade, Topic, parse_topic
from feeds.unit import Unit
from ingest.errors import UsageError
from ingest.store import Facts
from ingest.store.ids import instance_of

_PAGE: Final = 20  # results on a page
_FEED: Final = 50  # entries in a feed
_LAST: Final = 500  # pages
_NEVER: Final = 1 << 60  # when it changed, in seconds: a search has no such date, so that none is recent enough


@dataclass(frozen=True, slots=True)
class Findings(Document):
    """A search as a feed: its addresses hold the question."""

    query: str = ""

    def address(self, number: int | None = None, suffix: str = "atom") -> str:
        """Give the address of the feed, or of the page with the same results."""
        del number  # it has no archive
        return f"{self.base}search{'.atom' if suffix == 'atom' else ''}?{self.query}"


@dataclass(frozen=True, slots=True)
class Searching:
    """The two addresses."""

    desk: Desk

    def routes(self) -> list[Route]:
        """Give them."""
        return [Route("/search", self._page), Route("/search.atom", self._feed)]

    def _page(self, request: Request) -> Response:
        page, status = self._answer(request.query_params)
        return Response(search_page(page, self.desk.root), status, FRESH, "text/html; charset=utf-8")

    def _answer(self, asked: Mapping[str, str]) -> tuple[SearchPage, int]:
        topics = self.desk.open_topics()
        with self.desk.app.stored(quiet=True) as facts:
            form = _form(facts, topics, asked)
            try:
                wanted, number = question(asked), _number(asked.get("page", ""))
                if wanted.is_empty:
                    return form, 200
                found = _veiled(search(facts, wanted, frozenset(topics), limit=_PAGE, skip=(number - 1) * _PAGE), topics)
            except UsageError as fault:
                return replace(form, fault=f"{fault}."), 400
        shown = replace(form, results=tuple(_card(result, topics, wanted.words) for result in found.results), total=found.total)
        return self._found(shown, wanted, found, number), 200

    def _found(self, form: SearchPage, wanted: Question, found: Found, number: int) -> SearchPage:
        path = f"{self.desk.root}search"
        return replace(
            form,
            feed=f"{path}.atom?{wanted.written()}",
            earlier=f"{path}?{wanted.written(number + 1)}" if number * _PAGE < found.total and number < _LAST else "",
            later=f"{path}?{wanted.written(number - 1)}" if number > 1 else "",
        )

    def _feed(self, request: Request) -> Response:
        topics = self.desk.open_topics()
        try:
            wanted = _something(question(request.query_params))
            with self.desk.app.stored(quiet=True) as facts:
                found = _veiled(search(facts, wanted, frozenset(topics), limit=_FEED), topics)
                document = self._document(facts, wanted, found)
        except UsageError as fault:
            return Response(f"{fault}\n", 400, FRESH, "text/plain; charset=utf-8")
        body = atom.render(document)
        known = {"etag": f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', "cache-control": "public, max-age=300"}
        if has_it(known["etag"], _NEVER, asked(request.scope["headers"])):
            return Response(None, 304, known)
        return Response(body, 200, known, media_type("search.atom"))

    def _document(self, facts: Facts, wanted: Question, found: Found) -> Findings:
        instance, query = instance_of(facts), wanted.written()
        topic = parse_topic("", "search", "search")
        words = wanted.words or "everything"
        topic = replace(topic, title=f"Search: {words}", description=f"What is stored and answers to “{words}”, newest first.")
        manner = Manner(instance, self.desk.app.settings.publish.full_content)
        with facts.transaction():
            entries = tuple(_entry(Judgements(facts), result, topic, manner) for result in found.results)
        return Findings(topic, feed_id(instance, f"search?{query}"), self.desk.base, self.desk.base, entries, query=query)


def _something(wanted: Question) -> Question:
    if wanted.is_empty:
        raise UsageError("nothing is asked for", "write /search.atom?q=words")
    return wanted


def _veiled(found: Found, topics: Mapping[str, Topic]) -> Found:
    """Give what was found as the topics that have it want it shown."""
    return replace(found, results=tuple(_shown(result, topics) for result in found.results))


def _shown(result: Result, topics: Mapping[str, Topic]) -> Result:
    veil = Veil.of(topics[one.topic] for one in result.judgements)
    return Result(veil.item(result.stored), tuple(veil.judgement(one, result.stored) for one in result.judgements))


def _entry(judgements: Judgements, result: Result, topic: Topic, manner: Manner) -> Entry:
    stored = result.stored
    said = Judgement(topic.name, topic.version, tagged=True, grade=Grade.MENTION, score=0.0, why="")
    atom_id = judgements.atom_ids({stored.row: (wanted_id(stored.item.guid), own_id(stored.id))})[stored.row]
    entry = make_entry(Unit(stored, said), topic, atom_id, manner)
    tags = f"; tagged {', '.join(one.topic for one in result.judgements)}" if result.judgements else ""
    return replace(entry, why=f"Found by a search. Carried by {', '.join(one.name for one in entry.carriers)}{tags}.")


def _card(result: Result, topics: Mapping[str, Topic], words: str) -> Card:
    shown, text = card(result.stored, result.judgements), result.stored.item.text
    if words:  # what was searched for is marked, not what the topics found
        title = "".join(piece.text for piece in shown.title)
        excerpt = around(text, EXCERPT, places(words, text))
        shown = replace(shown, title=marked(title, places(words, title)), excerpt=excerpt)
    # Only what a topic with rules has is a page.
    return shown if any(topics[one.topic].expression for one in result.judgements) else replace(shown, href="")


def _form(facts: Facts, topics: Mapping[str, Topic], asked: Mapping[str, str]) -> SearchPage:
    typed = {key: asked.get(key, "")[:300] for key in KEYS}
    return SearchPage(
        **{("query" if key == "q" else key): value for key, value in typed.items()},  # type: ignore[arg-type]
        topics=tuple(Link(topic.title, "", key=name) for name, topic in topics.items()),
        sources=tuple(Link(public_address(one.name), "", key=source_key(one)) for one in sources(facts)),
        languages=tuple(Link(tongue(code), "", key=code) for code in languages(facts)),
    )


def _number(text: str) -> int:
    return min(max(int(text), 1), _LAST) if text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004 - digits of a page
