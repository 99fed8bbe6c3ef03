"""newsboat's `urls` file -> Sources: one address a line, then tags; its commands and filters are refused; opens nothing."""

import shlex

from ingest.errors import SourceListError
from ingest.formats.opml import SourceList
from ingest.model import Source, SourceSettings
from ingest.text.pasted_urls import PastedAddress, parse_pasted
from ingest.text.sanitize import one_line

_MOST_LINES = 100_000


def parse(data: bytes, origin: str, where: str) -> SourceList:
    """Read a `urls` file; `where` is how errors call it. Raises SourceListError when no line of it names a feed."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    sources: dict[str, Source] = {}
    notes: list[str] = []
    refused = [f"{where}: more than {_MOST_LINES} lines, the rest was not read"] if len(lines) > _MOST_LINES else []
    for number, line in enumerate(lines[:_MOST_LINES], 1):
        words = _words(line)
        address = parse_pasted(words[0]) if words else None
        if address:
            sources.setdefault(address.url, _source(address, words[1:], origin))
            notes += [f"{where}, line {number}: {address.guess}"] if address.instead else []
        elif words:
            refused.append(f"{where}, line {number}: not an http or https address: {one_line(words[0])[:100]}")
    if not sources:
        raise SourceListError(f"{where}: no feed in it", "it should be an OPML file, or a file with an address on each line")
    return SourceList(tuple(sources.values()), tuple(refused), tuple(notes))


def _words(line: str) -> list[str]:
    text = line.strip()
    if not text or text.startswith("#"):
        return []
    try:
        return shlex.split(text, comments=False)
    except ValueError:  # a quote without its end
        return text.split()


def _source(address: PastedAddress, words: list[str], origin: str) -> Source:
    title = next((one_line(word[1:]) for word in words if word.startswith("~")), "")
    tags = tuple(one_line(word) for word in words if word[:1] not in {"~", "!"} and one_line(word))
    settings = SourceSettings(tags=tags, scheme_guessed=address.instead is not None)
    return Source(address.url, title=title, origin=origin, settings=settings)
