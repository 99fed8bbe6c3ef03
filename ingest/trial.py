"""A look at one source, address or file, that leaves no trace: what it would give; stores nothing."""

import sys
from pathlib import Path

from ingest.console import say
from ingest.engine import Engine
from ingest.errors import ParseError, UsageError
from ingest.exchange import Request
from ingest.item import Trial
from ingest.meant import meant
from ingest.pasted import Address
from ingest.pipeline import file_bytes, shown_name
from ingest.reader import Job
from ingest.text import one_line
from ingest.urls import without_secrets


def look_at(name: str, engine: Engine) -> Trial:
    """Look at an address, a file or standard input (-). Raises UsageError, FetchError, ParseError."""
    address = None if name == "-" else meant(name)
    if not isinstance(address, Address):
        return _document(name, engine)
    if address.instead:
        say(address.guess)
    try:
        return _address(address, engine)
    except ParseError as fault:
        if not fault.feeds:
            raise
        found = _address(Address(fault.feeds[0]), engine)  # a site's address: the feed that it names first, as `ingest` takes it
        return Trial(found.where, found.size, found.feed, without_secrets(address.url))


def _address(address: Address, engine: Engine) -> Trial:
    got = engine.submit(engine.fetch(Request(address.url, instead=address.instead))).result()
    where = without_secrets(got.url)
    job = Job(got.body, engine.clock(), where, headers=tuple(got.headers.items()))
    return Trial(where, len(got.body), engine.submit(engine.parse(job)).result())


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
