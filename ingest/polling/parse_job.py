"""Bytes of any kind -> ParsedFeed: the one function that runs in a parser's child process; pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ingest.documents.document import parse_document
from ingest.formats.feed import parse_feed
from ingest.model import NOTHING, Before, ParsedFeed


@dataclass(frozen=True, slots=True)
class Job:
    """A document to parse: a feed served at `url`, or a file called `name`."""

    body: bytes
    now: datetime
    url: str = ""
    name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    before: Before = NOTHING  # what the source's last document held


class ParserBounds(NamedTuple):
    """What reading one document may cost."""

    processor: float  # seconds
    clock: float  # seconds
    memory: int  # bytes, beyond what its process starts with


def read(job: Job) -> ParsedFeed:
    """Translate a document. Raises ParseError for what is not one."""
    if job.name:
        return parse_document(job.body, job.name, job.now)
    return parse_feed(job.body, dict(job.headers), job.url, job.now, job.before)
