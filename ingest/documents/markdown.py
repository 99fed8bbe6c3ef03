"""Markdown, with TOML or YAML front matter -> RawFeed: takes title and date from front matter or heading alone."""

import re
import tomllib
from datetime import date
from typing import Any, Final

import yaml
from markdown_it import MarkdownIt

from ingest.documents.text import decode
from ingest.raw import RawCategory, RawDate, RawEntry, RawFeed, RawLink, RawPerson, RawText
from ingest.text.sanitize import one_line, plain, safe_html, shorten

_FRONT: Final = re.compile(r"\s*(---|\+\+\+)[ \t]*\n(.{0,65536}?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MOST: Final = 100  # values of one key
_NAMES: Final = {
    "title": ("title", "headline"),
    "url": ("canonical_url", "canonical", "original_url", "url", "link"),
    "published": ("published", "pubdate", "publishdate", "date", "created"),
    "updated": ("updated", "lastmod", "modified", "last_modified_at"),
    "authors": ("authors", "author", "by", "byline"),
    "tags": ("tags", "keywords", "categories", "category", "topics"),
    "language": ("lang", "language", "locale"),
    "summary": ("summary", "description", "excerpt", "abstract", "subtitle"),
}
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def parse(body: bytes, name: str) -> RawFeed:
    """Read a Markdown file (CommonMark with tables) called `name`."""
    text = decode(body).replace("\r\n", "\n").replace("\x00", "")
    said, rest, notes = _front_matter(text)
    heading, content = _body(rest)
    title = _first(said, "title") or heading
    entry = RawEntry(
        id=name,
        texts=(
            RawText("title", title, plain=True),
            RawText("content", content),
            RawText("summary", _first(said, "summary"), plain=True),
        ),
        links=(RawLink(_first(said, "url")),),
        dates=(RawDate("published", _first(said, "published")), RawDate("updated", _first(said, "updated"))),
        authors=tuple(map(RawPerson, said["authors"])),
        categories=tuple(map(RawCategory, said["tags"])),
        languages=(_first(said, "language"),),
    )
    if heading and heading == title:
        notes.append("title from the first heading")
    return RawFeed(form="document", entries=(entry,), total=1, notes=tuple(notes))


_Said = dict[str, tuple[str, ...]]


def _front_matter(text: str) -> tuple[_Said, str, list[str]]:
    """Return the values of the front matter, the text below it, and a note if it could not be read."""
    found = _FRONT.match(text)
    nothing: _Said = dict.fromkeys(_NAMES, ())
    if found is None:
        return nothing, text, []
    try:
        # BaseLoader: every value is the text that stands there, so `no` is Norwegian and a date stays as written.
        read = tomllib.loads(found[2]) if found[1] == "+++" else yaml.load(found[2], Loader=yaml.CBaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        return nothing, text[found.end() :], [f"front matter left out: {shorten(one_line(str(fault)), 100)}"]
    if not isinstance(read, dict):
        return nothing, text, []  # a rule at the top, and another below
    keys = {str(key).lower(): value for key, value in read.items()}
    said = {ours: tuple(word for name in names for word in _words(keys.get(name))) for ours, names in _NAMES.items()}
    return said, text[found.end() :], []


def _words(value: Any) -> tuple[str, ...]:
    """Return the value of a key as texts: one value or a list; of a table (`{name = ...}`) its name."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        return tuple(word for one in value[:_MOST] if not isinstance(one, list) for word in _words(one))
    if isinstance(value, date):
        return (value.isoformat(),)
    return (value,) if isinstance(value, str) and value else ()


def _first(said: _Said, name: str) -> str:
    return said[name][0] if said[name] else ""


def _body(text: str) -> tuple[str, str]:
    """Return the first heading, if the text begins with one, and the rest as HTML."""
    tokens = _MARKDOWN.parse(text)
    begins = len(tokens) > 1 and (tokens[0].type, tokens[0].tag) == ("heading_open", "h1")
    render = _MARKDOWN.renderer.render
    heading = plain(safe_html(render(tokens[1:2], _MARKDOWN.options, {}), None)) if begins else ""
    return one_line(heading), render(tokens[3:] if heading else tokens, _MARKDOWN.options, {})
