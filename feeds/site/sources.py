"""The pages of sources: which lines stand on which page, and which meet a filter; reads the stores, knows no HTML."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from feeds.site import views
from feeds.site.masking import PageMasking
from feeds.site.models import PageLink, SourceLine, SourcesPage
from feeds.site.status import SiteStatus, status_of
from feeds.store.tagged import TaggedItems
from feeds.tagging.topic.model import Topic
from ingest.planner.health import HealthState, all_health
from ingest.poll_state import PollingRule
from ingest.store.facts import Facts

PAGE: Final = 200  # sources
FILES: Final = 10  # pages that are files; the server draws the others
ORDERS: Final[dict[str, Callable[[SourceLine], Any]]] = {
    "name": lambda one: one.name.casefold(),
    "news": lambda one: -one.news.timestamp() if one.news else 0.0,  # the newest first
    "items": lambda one: -one.items,  # the most first
}


def lines(facts: Facts, topics: Mapping[str, Topic], rule: PollingRule, now: datetime, *, private: bool) -> tuple[SourceLine, ...]:
    """Return a line for every source, those that need attention first, as the public `topics` allow it.

    Where there are `private` topics only sources of which something is published are named: the others may be theirs.
    """
    named = TaggedItems(facts).source_urls(topics) if private else None
    listed = [one for one in facts.sources.all() if named is None or one[0].url in named]
    masking = PageMasking.of(topics.values())
    found = views.source_lines(all_health(listed, now, facts.polls.cost(rule).shape), facts.sources.carried())
    return tuple(map(masking.source, found))


def statuses(facts: Facts, topics: Iterable[Topic], now: datetime | None) -> dict[str, SiteStatus]:
    """Return how up to date the pages of each topic are, by name, and under "" those of the site.

    What carries a topic without a query is every source.
    """
    overview, tagged = facts.polls.overview(), TaggedItems(facts)
    carriers = {topic.name: facts.polls.overview(tagged.source_rows(topic.name)) for topic in topics if topic.expression}
    return {"": status_of(overview, now)} | {name: status_of(overview, now, some) for name, some in carriers.items()}


def path_of(number: int) -> str:
    """Return the path of a page; a number after a dot is in no topic's name."""
    return "sources.html" if number == 1 else f"sources.{number}.html"


def pages(found: Sequence[SourceLine], as_of: datetime | None) -> tuple[SourcesPage, ...]:
    """Return the pages that are files, each with links to all."""
    count = max(-(-len(found) // PAGE), 1)
    tally = tally_of(found)
    links = [PageLink(f"{n}", path_of(n) if n <= FILES else f"sources?page={n}") for n in range(1, count + 1)]
    return tuple(
        SourcesPage(
            sources=tuple(found[(n - 1) * PAGE : n * PAGE]),
            as_of=as_of,
            tally=tally,
            number=n,
            pages=_chosen(links, n),
        )
        for n in range(1, min(count, FILES) + 1)
    )


def filtered(  # noqa: PLR0913, PLR0917 - what a form asks for
    found: Sequence[SourceLine],
    as_of: datetime | None,
    query: str,
    standing: str,
    number: int,
    order: str = "",
    path: str = "sources",
) -> SourcesPage:
    """Return a page of the sources whose name or address holds `query`, and which are of a standing, where one is given.

    They come in one of ORDERS, or as they are: the worst first. `path` is where further pages are.
    """
    order = order if order in ORDERS else ""
    words = query.casefold().split()
    some = [
        one
        for one in found
        if (not standing or one.standing == standing) and all(word in f"{one.name} {one.url}".casefold() for word in words)
    ]
    some = sorted(some, key=ORDERS[order]) if order else some
    count = max(-(-len(some) // PAGE), 1)
    number = min(number, count)
    asked = {name: value for name, value in (("q", query), ("standing", standing), ("order", order)) if value}
    links = [PageLink(f"{n}", f"{path}?{urlencode(asked | {'page': n})}") for n in range(1, count + 1)]
    return SourcesPage(
        sources=tuple(some[(number - 1) * PAGE : number * PAGE]),
        as_of=as_of,
        tally=tally_of(found),
        number=number,
        pages=_chosen(links, number),
        query=query,
        standing=standing,
        found=len(some),
        order=order,
    )


def tally_of(found: Iterable[SourceLine]) -> tuple[tuple[str, int], ...]:
    """Return how many sources there are of each standing, the worst first."""
    counts = Counter(one.standing for one in found)
    return tuple((str(state), counts[state]) for state in HealthState if counts[state])


def _chosen(links: Sequence[PageLink], number: int) -> tuple[PageLink, ...]:
    """Return the links, the one to a page marked; none where there is one page."""
    return tuple(replace(link, current=n == number) for n, link in enumerate(links, 1)) if len(links) > 1 else ()
