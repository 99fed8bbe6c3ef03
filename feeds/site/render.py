"""View models -> the bytes of pages, by templates that escape whatever they are given; deterministic, asks nobody anything."""

import hashlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from feeds.site import cards, charts
from feeds.site.asking import Notice, ReviewPage, SearchPage
from feeds.site.models import IndexPage, ItemPage, MonthPage, SourcesPage, TopicPage
from ingest.text.language import names

_HERE: Final = Path(__file__).parent
_ASSETS: Final = ("topicwire.css", "topicwire.js", "icon.svg")

POLICY: Final = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
"""The Content-Security-Policy that every page keeps: no inline style or script, nothing from elsewhere."""


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader([_HERE / "templates", _HERE / "static"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"moment": cards.moment, "tongue": cards.tongue, "pieces": cards.pieces, "web": cards.web}
    made.filters |= {"day": _day, "count": _count}
    made.globals |= {"columns": charts.columns, "bar": charts.bar, "heat": charts.heat, "tongue_name": names.name}
    made.globals |= {"card": cards.card, "carriers": cards.carriers}
    made.globals |= {"policy": POLICY, "asset": {name: path for name, (path, _) in _assets(made).items()}}
    return made


def _assets(environment: Environment) -> dict[str, tuple[str, bytes]]:
    return {name: _asset(environment, name) for name in _ASSETS}


def _asset(environment: Environment, name: str) -> tuple[str, bytes]:
    assert environment.loader  # noqa: S101 - ours has one
    data = environment.loader.get_source(environment, name)[0].encode()
    stem, _, kind = name.rpartition(".")
    return f"static/{stem}.{hashlib.blake2b(data, digest_size=5).hexdigest()}.{kind}", data


def assets() -> tuple[tuple[str, bytes], ...]:
    """Give the files that every page needs: style, script, icon; their names change with their bytes."""
    return tuple(_assets(_environment()).values())


# Filters: how values stand in a page


def _day(day: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat()[:10], f"{day.day} {day:%B %Y}")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


# Pages


def _page(template: str, root: str, **values: Any) -> bytes:
    return _environment().get_template(template).render(root=root, **values).encode()


def index(page: IndexPage) -> bytes:
    """Give the front page."""
    return _page("index.html", "", page=page)


def topic(page: TopicPage) -> bytes:
    """Give a topic's page, or the page of its part in one language or from one source."""
    return _page("topic.html", "../" if page.part else "", page=page)


def month(page: MonthPage) -> bytes:
    """Give a month of a topic."""
    return _page("month.html", "../", page=page)


def item(page: ItemPage) -> bytes:
    """Give an item's page."""
    return _page("item.html", "../", page=page)


def sources(page: SourcesPage) -> bytes:
    """Give the page of all sources."""
    return _page("sources.html", "", page=page)


def search_page(page: SearchPage, root: str = "/") -> bytes:
    """Give the page of a search; `root` is the path under which the site lies."""
    return _page("search.html", root, page=page)


def review_page(page: ReviewPage, root: str = "/") -> bytes:
    """Give the page on which a person decides; `root` is the path under which the site lies."""
    return _page("review.html", root, page=page)


def notice(page: Notice, root: str = "/") -> bytes:
    """Give a page with nothing but a message."""
    return _page("notice.html", root, page=page)


def not_found(root: str = "/") -> bytes:
    """Give the page for an address where nothing is (404)."""
    return notice(Notice("Nothing is here", "The address may be mistyped, or what was here has another name now."), root)


def gone(root: str = "/") -> bytes:
    """Give the page for an address that was taken back (410)."""
    return notice(Notice("This is gone", "It was taken back and will not return; a feed reader may forget the address."), root)
