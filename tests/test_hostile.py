import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import DOCUMENTS, FILES
from support import NOON, Clock

from ingest.errors import ParseError
from ingest.model import ParsedFeed
from ingest.polling import engine as engine_module
from ingest.polling.engine import Engine
from ingest.polling.parsers import Job, bounds_for
from ingest.settings import Fetch, Parsing

_MOST_ENTRIES = 5_000
_GOOD = Job(b"A few words.", NOON, name="good.txt")


def spin(_: Job) -> ParsedFeed:
    """Keep the processor busy, in the child."""
    while True:
        pass


def limits(_: Job) -> ParsedFeed:
    """Return the memory that the child may still take, in bytes, as the title."""
    has = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData"))
    return ParsedFeed((), title=str(resource.getrlimit(resource.RLIMIT_DATA)[0] - int(has.split()[1]) * 1024))


@pytest.fixture(scope="module")
def parsers() -> Iterator[Engine]:
    """Yield an engine with one parser process."""
    with Engine(Fetch(), Clock(), processes=1) as made:
        yield made


def outcome(parsers: Engine, job: Job) -> ParsedFeed | ParseError:
    """Return what becomes of a document."""
    try:
        return parsers.submit(parsers.parse(job)).result(timeout=25)
    except ParseError as fault:
        return fault


JOBS = {name: Job(b"", NOON, "http://a.example/feed") for name in DOCUMENTS} | {name: Job(b"", NOON, name=name) for name in FILES}


@pytest.mark.parametrize("name", JOBS)
def test_a_hostile_document_is_refused_or_stored(parsers: Engine, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Within its bounds it ends as a feed or as a line with a cure; nothing comes in, its neighbour is read."""
    monkeypatch.setattr(parsers, "parsing", Parsing(seconds=0.4, seconds_per_megabyte=0.0, patience=50.0))
    body = (DOCUMENTS | FILES)[name]()
    ended = outcome(parsers, Job(body, NOON, JOBS[name].url, JOBS[name].name))
    if isinstance(ended, ParseError):
        assert ended.what
        assert ended.cure
    else:
        assert 0 < len(ended.items) <= _MOST_ENTRIES
        assert "root:" not in repr(ended.items)[:1_000_000]
    assert isinstance(outcome(parsers, _GOOD), ParsedFeed)


def test_a_parser_has_so_much_memory_and_no_more(parsers: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the document, its process can grow by no more than its share."""
    monkeypatch.setattr(engine_module, "read", limits)
    told = outcome(parsers, _GOOD)
    assert isinstance(told, ParsedFeed)
    assert int(told.title) <= bounds_for(Parsing(), len(_GOOD.body)).memory < 200 * 1024 * 1024


def test_a_parser_has_so_much_effort_and_no_more(parsers: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that keeps the processor busy is refused by what it used, however busy the computer is."""
    assert bounds_for(Parsing(), len(_GOOD.body)).processor < 5
    monkeypatch.setattr(parsers, "parsing", Parsing(seconds=0.2, patience=50.0))
    monkeypatch.setattr(engine_module, "read", spin)
    told = outcome(parsers, _GOOD)
    assert isinstance(told, ParseError)
    assert told.what == "parsing took more than 0.2 s of the processor"
