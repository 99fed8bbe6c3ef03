"""A tool and its arguments -> the answer of a home, for anybody or for its owner; reads the stores and writes nothing."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from feeds.answers.items import item
from feeds.answers.reading import Reading
from feeds.answers.search import find
from feeds.answers.stories import story
from feeds.answers.topics import all_topics, counts_by_day, one_topic
from feeds.assistants.quoting import Members, Quoter
from feeds.assistants.tools import MOST, checked
from feeds.publication.entry import item_href
from feeds.search.query import parse_query, word_spans
from ingest.errors import UsageError

_USUAL: Final = 10
_DEEPEST: Final = 1_000  # items that a search pages through
_MOST_DAYS: Final = 1_500  # of all topics together, in one answer


def answer(reading: Reading, name: str, given: Mapping[str, Any], mark: str) -> tuple[str, Members]:
    """Return the answer of a tool, and the sentence before it. Raises UsageError, UnknownNameError and the errors of stores."""
    asked = checked(name, given)
    quoter = Quoter(mark, _pages(reading))
    return quoter.notice(), _ANSWERS[name](reading, asked, quoter)


def _pages(reading: Reading) -> Callable[[str], str]:
    """Return what gives the address of an item's page; nothing where readers can reach none."""
    pages = reading.target.settings.pages_url

    def page(uid: str) -> str:
        tags = reading.tags([reading.row_of(uid)]) if pages else {}
        is_shown = any(reading.audience.topics[tag.topic].has_item_pages for known in tags.values() for tag in known)
        return pages + item_href(uid) if is_shown else ""

    return page


def _topics(reading: Reading, asked: Mapping[str, str], quoter: Quoter) -> Members:
    if "topic" in asked:
        return quoter.topic(one_topic(reading, asked["topic"]))
    return quoter.topics(all_topics(reading))


def _search(reading: Reading, asked: Mapping[str, str], quoter: Quoter) -> Members:
    limit, page = int(asked.get("limit", _USUAL)) or _USUAL, int(asked.get("page", "1")) or 1
    if limit > MOST:
        raise UsageError(f"limit: {limit} is more than {MOST}", "ask for the next page")
    skip = (page - 1) * limit
    if skip >= _DEEPEST:
        raise UsageError(f"page: more than {_DEEPEST} items are not paged through", "narrow the search by days or by topic")
    words = asked.get("words", "")
    found = find(reading.facts, reading.audience, parse_query({**asked, "q": words}), limit=limit, skip=skip)
    items = []
    for one in found.results:
        spans = word_spans(words, one.stored.item.text) if words else ()
        items.append(quoter.found(one.stored, one.classifications, spans[0][0] if spans else 0))
    goes_on = {"next_page": page + 1} if found.more or found.total > skip + len(items) else {}
    return {"total": found.total, "at_least": found.more, "page": page, "items": items} | goes_on


def _story(reading: Reading, asked: Mapping[str, str], quoter: Quoter) -> Members:
    return quoter.story(story(reading, asked["item"]))


def _evidence(reading: Reading, asked: Mapping[str, str], quoter: Quoter) -> Members:
    return quoter.evidence(item(reading, asked["item"]), int(asked.get("text_from", "0")))


def _counts(reading: Reading, asked: Mapping[str, str], quoter: Quoter) -> Members:
    try:
        found = counts_by_day(reading, asked)
    except UsageError as fault:
        if fault.what.startswith("source:"):  # its cure may name a source, in words that a publisher chose
            raise UsageError(fault.what, "the tool `topics` with this topic tells the keys and names of its sources") from None
        raise
    if sum(len(one.by_day) for one in found.topics) > _MOST_DAYS:
        raise UsageError("counts: too many days of too many topics for one answer", "give a topic, or fewer days")
    return quoter.counts(found)


_ANSWERS: Final[Mapping[str, Callable[[Reading, Mapping[str, str], Quoter], Members]]] = {
    "topics": _topics,
    "search": _search,
    "story": _story,
    "evidence": _evidence,
    "counts": _counts,
}
