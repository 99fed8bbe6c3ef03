"""Stories as lists show them -> HTML, a thousand of them for one publication; escapes whatever it is given; deterministic."""

from datetime import datetime
from typing import Final

from markupsafe import Markup, escape

from feeds.publication.entry import Carrier
from feeds.site.models import Card, Text
from ingest.text.dates import rfc3339
from ingest.text.language import names

_WEB: Final = ("https://", "http://", "mailto:")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CARRIERS: Final = 5  # named in a list


def moment(when: datetime) -> Markup:
    """Write a moment for people and programs."""
    said = f"{when.day} {_MONTHS[when.month - 1]} {when.year}, {when.hour:02}:{when.minute:02}"
    return Markup(f'<time datetime="{rfc3339(when)}">{said}</time>')  # noqa: S704 - digits


def tongue(code: str | None) -> Markup:
    """Write the attributes of an element that holds a text in a language (BCP 47)."""
    return Markup(f' lang="{escape(code or names.UNKNOWN)}" dir="{names.direction(code)}"')  # noqa: S704 - escaped


def pieces(text: Text) -> Markup:
    """Write a text, its marked words marked."""
    shown = [f"<mark>{escape(one.text)}</mark>" if one.marked else escape(one.text) for one in text]
    return Markup("".join(shown))  # noqa: S704 - escaped


def web(address: str | None) -> str:
    """Give an address that a link may lead to; nothing for any other scheme."""
    return address if address and address.lower().startswith(_WEB) else ""


def carriers(one: Card) -> Markup:
    """Name who carried a story, the first of them."""
    named = ", ".join([_carrier(carrier, one.url) for carrier in one.carriers[:_CARRIERS]])
    more = len(one.carriers) - _CARRIERS
    return Markup(f"{named} and {more} more" if more > 0 else named)  # noqa: S704 - escaped


def _carrier(carrier: Carrier, url: str | None) -> str:
    name = f"<bdi>{escape(carrier.name)}</bdi>"
    return f'<a href="{escape(carrier.url)}">{name}</a>' if web(carrier.url) and carrier.url != url else name


def card(one: Card, root: str, *, own: bool = True) -> Markup:
    """Write a story in a list; `own` says whether the way to its own page is shown, where it has one."""
    language, href = tongue(one.language), escape(root + one.href) if one.href else ""
    way, title = escape(web(one.url)) or href, pieces(one.title)
    seen, inferred = "" if one.dated else "first seen ", " · title taken from the text" if one.title_inferred else ""
    keys = f'data-language="{escape(one.language or names.UNKNOWN)}" data-sources="{escape(" ".join(one.sources))}"'
    lines = [
        f'<article class="card" {keys}>',
        f'<h3{language}><a href="{way}">{title}</a></h3>' if way else f"<h3{language}>{title}</h3>",
        f'<p class="meta">{seen}{moment(one.when)} · {escape(names.name(one.language))} · {carriers(one)}{inferred}</p>',
    ]
    if one.excerpt:
        lines.append(f'<p class="excerpt"{language}>{pieces(one.excerpt)}</p>')
    if own and href:
        why = f"<bdi>{escape(one.why)}</bdi> · " if one.why else ""
        lines.append(f'<p class="why">{why}<a href="{href}">{"evidence" if one.why else "details"}</a></p>')
    return Markup("\n".join([*lines, "</article>\n"]))  # noqa: S704 - escaped
