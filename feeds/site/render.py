"""Page models -> the bytes of pages, by templates that escape all values; deterministic, reads no store."""

import hashlib
import sys
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from feeds.publication.entry import Carrier
from feeds.site import charts
from feeds.site.models import (
    AddSourcePage,
    Card,
    EditorPage,
    IndexPage,
    ItemPage,
    MonthPage,
    Notice,
    OwnSourcesPage,
    ReviewPage,
    SearchPage,
    SourcesPage,
    Text,
    TopicFilesPage,
    TopicPage,
)
from ingest.text.dates import rfc3339
from ingest.text.language import names

_HERE: Final = Path(__file__).parent
_WEB: Final = ("https://", "http://", "mailto:")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CARRIERS: Final = 5  # named in a list
_ASSETS: Final = ("topicwire.css", "topicwire.js", "icon.svg")

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'"
)
"""The Content-Security-Policy that every page keeps: no inline style or script, nothing from elsewhere."""


# Without the optimizer no filter is called while a template is compiled: what is kept depends on the template alone.
_COMPILED: Final[dict[str, Any]] = {"trim_blocks": True, "lstrip_blocks": True, "optimized": False}


class _CompiledTemplates(FileSystemBytecodeCache):
    """Keeps compiled templates beside them, as Python keeps compiled modules; else every process would compile them."""

    def __init__(self) -> None:
        """Use the folder, and for each version of Python a file, that Python would use."""
        like = Path(cache_from_source(str(_HERE / "templates" / "%s.py")))
        super().__init__(str(like.parent), like.with_suffix(".jinja").name)
        self._compiler = f"{version('jinja2')} {_COMPILED}"

    def get_source_checksum(self, source: str) -> str:
        """Return what a file must have been made of: the template, and what compiled it."""
        return super().get_source_checksum(self._compiler + source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, if it is there and whole."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template where Python writes compiled modules, if it may."""
        with suppress(OSError):
            if not sys.dont_write_bytecode:
                Path(self.directory).mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader([_HERE / "templates", _HERE / "static"]),
        bytecode_cache=_CompiledTemplates(),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        **_COMPILED,
    )
    made.filters |= {
        "moment": _moment,
        "language_attributes": _language_attributes,
        "highlighted": _highlighted,
        "web_address": _web_address,
    }
    made.filters |= {"day": _day, "count": _count}
    made.globals |= {"columns": charts.columns, "bar": charts.bar, "heat": charts.heat, "language_name": names.name}
    made.globals |= {"card": _card, "carriers": _carriers}
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
    """Return the files that every page needs: style, script, icon; their names change with their bytes."""
    return tuple(_assets(_environment()).values())


# Filters and functions of the templates


def _day(day: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat()[:10], f"{day.day} {day:%B %Y}")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _moment(when: datetime) -> Markup:
    """Return a time element: a moment for people and for programs."""
    shown = f"{when.day} {_MONTHS[when.month - 1]} {when.year}, {when.hour:02}:{when.minute:02}"
    return Markup(f'<time datetime="{rfc3339(when)}">{shown}</time>')  # noqa: S704 - digits


def _language_attributes(code: str | None) -> Markup:
    """Return the attributes of an element with a text in a language (a BCP 47 code)."""
    return Markup(f' lang="{escape(code or names.UNKNOWN)}" dir="{names.direction(code)}"')  # noqa: S704 - escaped


def _highlighted(text: Text) -> Markup:
    """Return a text with its marked words in mark elements."""
    shown = [f"<mark>{escape(one.text)}</mark>" if one.marked else escape(one.text) for one in text]
    return Markup("".join(shown))  # noqa: S704 - escaped


def _web_address(address: str | None) -> str:
    """Return an address if a link may lead to it; nothing for any other scheme."""
    return address if address and address.lower().startswith(_WEB) else ""


def _carriers(one: Card) -> Markup:
    """Return the names of the first carriers of a story, and how many more there are."""
    named = ", ".join([_carrier(carrier, one.url) for carrier in one.carriers[:_CARRIERS]])
    more = len(one.carriers) - _CARRIERS
    return Markup(f"{named} and {more} more" if more > 0 else named)  # noqa: S704 - escaped


def _carrier(carrier: Carrier, url: str | None) -> str:
    name = f"<bdi>{escape(carrier.name)}</bdi>"
    return f'<a href="{escape(carrier.url)}">{name}</a>' if _web_address(carrier.url) and carrier.url != url else name


def _card(one: Card, root: str, *, own: bool = True) -> Markup:
    """Return a story as an entry of a list; with `own` it has a link to its own page, where it has one."""
    language, href = _language_attributes(one.language), escape(root + one.href) if one.href else ""
    way, title = escape(_web_address(one.url)) or href, _highlighted(one.title)
    seen, inferred = "" if one.dated else "first seen ", " · title taken from the text" if one.title_inferred else ""
    keys = f'data-language="{escape(one.language or names.UNKNOWN)}" data-sources="{escape(" ".join(one.sources))}"'
    since = f'data-seen="{rfc3339(one.first_seen)}"'
    lines = [
        f'<article class="card" {keys} {since}>',
        f'<h3{language}><a href="{way}">{title}</a></h3>' if way else f"<h3{language}>{title}</h3>",
        f'<p class="meta">{seen}{_moment(one.when)} · {escape(names.name(one.language))} · {_carriers(one)}{inferred}</p>',
    ]
    if one.excerpt:
        lines.append(f'<p class="excerpt"{language}>{_highlighted(one.excerpt)}</p>')
    if own and href:
        why = f"<bdi>{escape(one.why)}</bdi> · " if one.why else ""
        lines.append(f'<p class="why">{why}<a href="{href}">{"evidence" if one.why else "details"}</a></p>')
    return Markup("\n".join([*lines, "</article>\n"]))  # noqa: S704 - escaped


# Pages


def _page(template: str, root: str, **values: Any) -> bytes:
    return _environment().get_template(template).render(root=root, **values).encode()


def index(page: IndexPage) -> bytes:
    """Return the front page."""
    return _page("index.html", "", page=page)


def topic(page: TopicPage) -> bytes:
    """Return a topic's page, or the page of one of its facets."""
    return _page("topic.html", "../" if page.facet else "", page=page)


def month(page: MonthPage) -> bytes:
    """Return a month of a topic."""
    return _page("month.html", "../", page=page)


def item(page: ItemPage) -> bytes:
    """Return an item's page."""
    return _page("item.html", "../", page=page)


def sources(page: SourcesPage, root: str = "") -> bytes:
    """Return a page of sources; `root` is the path of the site."""
    return _page("sources.html", root, page=page)


def own_sources_page(page: OwnSourcesPage, root: str = "/") -> bytes:
    """Return the sources with what their owner can do with each; `root` is the path of the site."""
    return _page("own_sources.html", root, page=page.listing, own=page)


def add_source_page(page: AddSourcePage, root: str = "/") -> bytes:
    """Return the form for a new source, and what was found; `root` is the path of the site."""
    return _page("add_source.html", root, page=page)


def search_page(page: SearchPage, root: str = "/") -> bytes:
    """Return the page of a search; `root` is the path of the site."""
    return _page("search.html", root, page=page)


def review_page(page: ReviewPage, root: str = "/") -> bytes:
    """Return the review page; `root` is the path of the site."""
    return _page("review.html", root, page=page)


def topic_files_page(page: TopicFilesPage, root: str = "/") -> bytes:
    """Return the list of topic files to edit; `root` is the path of the site."""
    return _page("topics.html", root, page=page)


def editor_page(page: EditorPage, root: str = "/") -> bytes:
    """Return the editor of a topic file; `root` is the path of the site."""
    return _page("editor.html", root, page=page)


def owner_links(root: str, path: str, waiting: int, topic: str, *, alerts: bool) -> bytes:
    """Return the owner's links as items of the header's list; `path` is that of the page, `topic` the one that it shows."""
    values = {"path": path, "waiting": waiting, "topic": topic, "alerts": alerts}
    return _page("owner_links.html", root, **values)


def waiting_line(root: str, waiting: int, topic: str) -> bytes:
    """Return the line that says how many stories wait for a review, of one topic or of all."""
    return _page("waiting.html", root, waiting=waiting, topic=topic)


def notice(page: Notice, root: str = "/") -> bytes:
    """Return a page with nothing but a message."""
    return _page("notice.html", root, page=page)


def not_found(root: str = "/") -> bytes:
    """Return the page for an unknown address (404)."""
    return notice(Notice("Page not found", "The address may be mistyped, or the page has moved."), root)


def gone(root: str = "/") -> bytes:
    """Return the page for an address that was withdrawn (410)."""
    return notice(Notice("This is gone", "It was withdrawn and will not return; feed readers can drop the address."), root)
