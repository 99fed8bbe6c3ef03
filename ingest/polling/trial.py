"""A look at one source, address or file, that leaves no trace: what it would give; stores nothing."""

import sys
from pathlib import Path

from ingest.cli.console import say
from ingest.cli.meant import meant
from ingest.errors import ParseError, UsageError
from ingest.http.message import Request, Response
from ingest.model import ParsedFeed
from ingest.poll_state import Trial
from ingest.polling.engine import Engine
from ingest.polling.following import read_document
from ingest.polling.parsers import Job
from ingest.polling.pipeline import file_bytes, shown_name
from ingest.text.pasted_urls import PastedAddress
from ingest.text.sanitize import one_line
from ingest.text.urls import without_secrets


def look_at(name: str, engine: Engine) -> Trial:
    """Look at an address, a file or standard input (-). Raises UsageError, FetchError, ParseError."""
    address = None if name == "-" else meant(name)
    if not isinstance(address, PastedAddress):
        return _document(name, engine)
    if address.instead:
        say(address.guess)
    try:
        return _address(address, engine)
    except ParseError as fault:
        if not fault.feeds:
            raise
        found = _address(
            PastedAddress(fault.feeds[0]), engine
        )  # a site's address: the feed that it names first, as `ingest` takes it
        return Trial(found.where, found.size, found.feed, without_secrets(address.url))


def _address(address: PastedAddress, engine: Engine) -> Trial:
    now = engine.clock()

    def job(got: Response) -> Job:
        return Job(got.body, now, without_secrets(got.url), headers=tuple(got.headers.items()))

    found = engine.submit(read_document(engine, Request(address.url, instead=address.instead), job)).result()
    feed = found.feed or ParsedFeed(())
    led = without_secrets(address.url) if found.led_by else ""
    return Trial(without_secrets(found.fetched.url), len(found.fetched.body), feed, led)


def _document(name: str, engine: Engine) -> Trial:
    path = Path(name)
    if name == "-":
        body = b"" if sys.stdin is None else sys.stdin.buffer.read()
    elif path.is_file():
        body = file_bytes(path)
    else:
        raise UsageError("no such file or http(s) address", "check the spelling; a folder's files are tried one by one")
    known = one_line(name) if name == "-" else shown_name(Path(path.name))
    return Trial(known, len(body), engine.submit(engine.parse(Job(body, engine.clock(), name=known))).result())
