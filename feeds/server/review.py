"""`/review`: the uncertain items of a topic, one key for each verdict, undo; writes reviews and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.server.access import Refusal
from feeds.server.context import OWNER_HEADERS, ServiceContext, in_thread, read_form, refuse
from feeds.server.owner.queue import ReviewQueue
from feeds.site.models import Notice, PageLink, ReviewCase, ReviewPage
from feeds.site.render import notice, review_page
from feeds.site.views import OPENING, card, reason
from feeds.store.classifications import Classifications
from feeds.store.reviews import Review, Reviews, Verdict
from feeds.tagging.review import record_review, undo_review
from feeds.tagging.review_list import UncertainItem
from feeds.tagging.second_opinion import SecondOpinion, read_opinion
from feeds.tagging.topic.model import Topic
from ingest.errors import TopicError
from ingest.model import StoredItem
from ingest.store.facts import Facts

_SHOWN: Final = 10  # items on the page; the first is the one to review
_LARGEST: Final = 10_000  # bytes of a form
_NO_TOPIC: Final = Notice("Nothing to review", "No topic has a query yet. Write one under “Edit topics”.")


@dataclass(slots=True)
class ReviewRoutes:
    """The review page and its form."""

    context: ServiceContext
    queue: ReviewQueue

    def routes(self) -> list[Route]:
        """Return the one route."""
        return [Route("/review", self._endpoint, methods=["GET", "POST"])]

    async def _endpoint(self, request: Request) -> Response:
        refused = self.context.gate.refused(request)
        if refused:
            return refused
        if request.method != "POST":
            return await in_thread(lambda: self._page(dict(request.query_params)))
        form = await read_form(request, _LARGEST) or {}
        forged = self.context.gate.forged(request, form.get("token", ""))
        if forged:
            return forged
        return await in_thread(lambda: self._reviewed(form))

    # The page

    def _page(self, asked: Mapping[str, str]) -> Response:
        topics = {topic.name: topic for topic in self.context.topics()}
        with self.context.home.stored(quiet=True) as facts:
            topic = topics.get(asked.get("topic", "")) or _first(topics, Classifications(facts).unsure())
            if topic is None:
                return Response(notice(_NO_TOPIC, self.context.root), 404, OWNER_HEADERS, "text/html; charset=utf-8")
            page = self._shown(facts, topic, tuple(topics.values()), asked)
        return Response(review_page(page, self.context.root), 200, OWNER_HEADERS, "text/html; charset=utf-8")

    def _shown(self, facts: Facts, topic: Topic, topics: tuple[Topic, ...], asked: Mapping[str, str]) -> ReviewPage:
        reviews = Reviews(facts).all(topic.name)
        opinion, fault = _opinion(self.context.home.folder, topic)
        queued = self.queue.waiting(facts, topic, opinion)
        waiting = [case for case in queued.items if (case.stored.row, topic.name) not in reviews]
        after = asked.get("after", "")
        skipped = next((place for place, case in enumerate(waiting) if case.stored.id == after), -1)
        ordered = waiting[skipped + 1 :] + waiting[: skipped + 1]  # what follows the skipped item comes first
        last = _item(facts, asked.get("done", ""))
        review = reviews.get((last.row, topic.name)) if last else None
        path = f"{self.context.root}review"
        return ReviewPage(
            topic=topic.name,
            title=topic.title,
            topics=tuple(PageLink(t.title, f"{path}?topic={t.name}", current=t is topic) for t in topics if t.expression),
            cases=tuple(_case(case, topic) for case in ordered[:_SHOWN]),
            waiting=len(waiting),
            whole=queued.whole,
            token=self.context.gate.secret,
            action=path,
            opinion=opinion.described(len(reviews)) if opinion else "",
            fault=fault,
            message=_in_words(last, review) if last and review else "",
            undo=last.id if last and review else "",
            hidden=(("after", after),) if skipped >= 0 else (),
        )

    # The form

    def _reviewed(self, form: Mapping[str, str]) -> Response:
        topic = next((one for one in self.context.topics() if one.name == form.get("topic")), None)
        verdict = form.get("verdict", "")
        with self.context.home.stored(quiet=True) as facts:
            stored = _item(facts, form.get("item", ""))
            if topic is None or stored is None or verdict not in {"accept", "reject", "undo", "skip"}:
                return refuse(Refusal(400, "a decision names a topic, a stored item, and accept, reject, undo or skip"))
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
        return RedirectResponse(f"{self.context.root}review?{query}", 303, OWNER_HEADERS)


def _first(topics: Mapping[str, Topic], unsure: frozenset[str]) -> Topic | None:
    """Return the first topic with something to review, otherwise the first of all."""
    with_query = [one for one in topics.values() if one.expression]
    return next((one for one in with_query if one.name in unsure), with_query[0] if with_query else None)


def _opinion(home: Path, topic: Topic) -> tuple[SecondOpinion | None, str]:
    """Read the second opinion; one that cannot be read is said, and the newest items come first."""
    try:
        return read_opinion(home, topic.name), ""
    except TopicError as fault:
        return None, str(fault)


def _item(facts: Facts, uid: str) -> StoredItem | None:
    return next((one for one in facts.items.find(uid) if one.id == uid), None) if uid else None


def _in_words(stored: StoredItem, review: Review) -> str:
    reason_given = f" ({review.reason})" if review.reason else ""
    return f"{review.verdict.capitalize()}ed{reason_given}: “{stored.item.title}”. The next publication shows it."


def _case(case: UncertainItem, topic: Topic) -> ReviewCase:
    why = reason(case.stored, case.answer, topic.title)
    shown = card(case.stored, (case.answer,), limit=OPENING)
    return ReviewCase(shown, str(case.answer.grade) if case.answer.tagged else "", why, case.likely)
