"""`/review`: the uncertain items of a topic, one key for each verdict, undo; writes a person's word and nothing else."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.server.access import Access, Refusal
from feeds.server.context import FRESH, ServiceContext, access_of
from feeds.server.threads import in_thread
from feeds.site.models import PageLink, ReviewCase, ReviewPage
from feeds.site.render import review_page
from feeds.site.views import card, reason
from feeds.store.classifications import Classifications
from feeds.store.reviews import Review, Reviews, Verdict
from feeds.tagging.review import UncertainItem, record_review, uncertain_items, undo_review
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts

_SHOWN: Final = 10  # cases on the page; the first is decided on
_LARGEST: Final = 10_000  # bytes of a form
_KEPT: Final = 2_000  # cases of a topic held in memory
# Else a browser calls the origin of a form "null", and nothing tells ours from another's (Fetch, 3.2.5).
_HEADERS: Final = FRESH | {"referrer-policy": "same-origin", "x-robots-tag": "noindex"}
_PLAIN: Final = "text/plain; charset=utf-8"


@dataclass(slots=True)
class Reviewing:
    """The page and its form."""

    context: ServiceContext
    _secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))  # our page sends it back
    _lock: Lock = field(default_factory=Lock)
    _known: dict[str, tuple[object, tuple[UncertainItem, ...]]] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        """Return the one address."""
        return [Route("/review", self._asked, methods=["GET", "POST"])]

    @property
    def _access(self) -> Access:
        return access_of(self.context.home.settings.service)

    async def _asked(self, request: Request) -> Response:
        client = request.client.host if request.client else ""
        refusal = self._access.refusal(request.headers, client, request.scope["http_version"])
        if refusal:
            return _refused(refusal)
        if request.method != "POST":
            return await in_thread(lambda: self._page(dict(request.query_params)))
        form = await _form(request)
        forged = self._access.forged(request.headers, self._secret, form.get("token", ""))
        return _refused(forged) if forged else await in_thread(lambda: self._decided(form))

    # Seeing

    def _page(self, asked: Mapping[str, str]) -> Response:
        topics = {topic.name: topic for topic in self.context.topics()}
        with self.context.home.stored(quiet=True) as facts:
            topic = topics.get(asked.get("topic", "")) or _first(topics, Classifications(facts).unsure())
            if topic is None:
                return Response("there is no topic to review\n", 404, _HEADERS, _PLAIN)
            page = self._shown(facts, topic, tuple(topics.values()), asked)
        return Response(review_page(page, self.context.root), 200, _HEADERS, "text/html; charset=utf-8")

    def _shown(self, facts: Facts, topic: Topic, topics: tuple[Topic, ...], asked: Mapping[str, str]) -> ReviewPage:
        decisions = Reviews(facts).all(topic.name)
        waiting = [case for case in self._band(facts, topic) if (case.stored.row, topic.name) not in decisions]
        after = asked.get("after", "")
        places = [place for place, case in enumerate(waiting) if case.stored.id == after]
        turned = waiting[places[0] + 1 :] + waiting[: places[0] + 1] if places else waiting
        last = _last(facts, asked.get("done", ""))
        said = decisions.get((last.row, topic.name)) if last else None
        path = f"{self.context.root}review"
        return ReviewPage(
            topic=topic.name,
            title=topic.title,
            topics=tuple(PageLink(t.title, f"{path}?topic={t.name}", current=t is topic) for t in topics if t.expression),
            cases=tuple(_case(case, topic) for case in turned[:_SHOWN]),
            waiting=len(waiting),
            token=self._secret,
            action=path,
            message=_in_words(last, said) if last and said else "",
            undo=last.id if last and said else "",
            hidden=(("after", after),) if places else (),
        )

    def _band(self, facts: Facts, topic: Topic) -> tuple[UncertainItem, ...]:
        """Return the uncertain items; judging everything takes a while, so it is done once for what is stored and asked now."""
        newest = facts.database.execute("select max(seq) from item").fetchone()[0]
        state = (topic.version, topic.review, newest)
        with self._lock:
            known = self._known.get(topic.name)
            if known is None or known[0] != state:
                known = self._known[topic.name] = (state, uncertain_items(self.context.home.folder, facts, topic)[:_KEPT])
        return known[1]

    # Deciding

    def _decided(self, form: Mapping[str, str]) -> Response:
        topic = next((one for one in self.context.topics() if one.name == form.get("topic")), None)
        verdict = form.get("verdict", "")
        with self.context.home.stored(quiet=True) as facts:
            stored = _last(facts, form.get("item", ""))
            if topic is None or stored is None or verdict not in {"accept", "reject", "undo", "skip"}:
                return _refused(Refusal(400, "a decision names a topic, a stored item, and accept, reject, undo or skip"))
            then = {"topic": topic.name, "after": form.get("after", "")}
            now = self.context.home.clock()
            if verdict == "skip":
                then["after"] = stored.id
            elif verdict == "undo":
                undo_review(facts, topic, stored, now)
            else:
                record_review(facts, topic, stored, (Verdict(verdict), form.get("reason", "")), now)
                then["done"] = stored.id
        query = urlencode({key: value for key, value in then.items() if value})
        return RedirectResponse(f"{self.context.root}review?{query}", 303, _HEADERS)


def _first(topics: Mapping[str, Topic], unsure: frozenset[str]) -> Topic | None:
    """Return the first topic with something to decide on, else the first of all."""
    having = [one for one in topics.values() if one.expression]
    return next((one for one in having if one.name in unsure), having[0] if having else None)


async def _form(request: Request) -> dict[str, str]:
    """Read the form, no more of it than a decision needs."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _last(facts: Facts, uid: str) -> StoredItem | None:
    return next((one for one in facts.items.find(uid) if one.id == uid), None) if uid else None


def _in_words(stored: StoredItem, said: Review) -> str:
    reason_given = f" ({said.reason})" if said.reason else ""
    return f"{said.verdict.capitalize()}ed{reason_given}: “{stored.item.title}”. The next publication shows it."


def _case(case: UncertainItem, topic: Topic) -> ReviewCase:
    why = reason(case.stored, case.answer, topic.title)
    return ReviewCase(card(case.stored, (case.answer,)), case.answer.tagged, why, case.likely)


def _refused(refusal: Refusal) -> Response:
    more = {"www-authenticate": 'Basic realm="review", charset="UTF-8"'} if refusal.status == 401 else {}  # noqa: PLR2004 - by name
    return Response(f"{refusal.why}\n", refusal.status, _HEADERS | more, _PLAIN)
