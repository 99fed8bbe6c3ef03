from collections.abc import Iterator
from pathlib import Path

import pytest
from support import NOON

from ingest.errors import SourceListError
from ingest.model import Source, SourceKind, SourceStatus
from ingest.polling.sources import FILE, read_list, synchronise
from ingest.store.facts import Facts


@pytest.fixture
def facts(home: Path) -> Iterator[Facts]:
    """Yield an empty database."""
    with Facts(home / "topicwire.db") as opened:
        yield opened


def listed(home: Path, *urls: str) -> None:
    """Write the owner's list."""
    outlines = "".join(f'<outline text="x" xmlUrl="{url}"/>' for url in urls)
    (home / FILE).write_text(f"<opml><body>{outlines}</body></opml>", encoding="utf-8")


def polled(facts: Facts) -> list[str]:
    """Return the addresses that are polled."""
    return [source.url for source, _ in facts.sources.due(None)]


def test_without_a_list_the_starter_is_taken_once(facts: Facts, home: Path) -> None:
    """A new home polls the shipped list; what is removed from it stays removed."""
    assert synchronise(facts, home, NOON) == ()
    first = polled(facts)
    assert len(first) > 20
    facts.sources.retire(first[0])
    synchronise(facts, home, NOON)
    assert polled(facts) == first[1:]


def test_an_added_source_keeps_the_starter_away(facts: Facts, home: Path) -> None:
    """Who adds a source by command has chosen."""
    facts.sources.add([Source("http://a.example/")], NOON)
    synchronise(facts, home, NOON)
    assert polled(facts) == ["http://a.example/"]


def test_documents_and_sources_read_once_choose_nothing(facts: Facts, home: Path) -> None:
    """Seeds and `ingest` leave the starter list to come."""
    facts.sources.add(
        [Source("seeds:", SourceKind.DOCUMENT), Source("http://a.example/", status=SourceStatus.ONCE, origin="ingest")], NOON
    )
    synchronise(facts, home, NOON)
    assert len(polled(facts)) > 20


def test_the_owners_list_is_their_word(facts: Facts, home: Path) -> None:
    """What it lists is polled, what it no longer lists is not, the starter gives way, and commands stay."""
    synchronise(facts, home, NOON)
    facts.sources.add([Source("http://command.example/")], NOON)
    listed(home, "http://a.example/", "http://b.example/")
    synchronise(facts, home, NOON)
    assert polled(facts) == ["http://command.example/", "http://a.example/", "http://b.example/"]
    listed(home, "http://b.example/")
    synchronise(facts, home, NOON)
    assert polled(facts) == ["http://command.example/", "http://b.example/"]
    listed(home, "http://a.example/", "http://b.example/")
    synchronise(facts, home, NOON)
    assert polled(facts) == ["http://command.example/", "http://a.example/", "http://b.example/"]


def test_a_list_taken_away_changes_nothing(facts: Facts, home: Path) -> None:
    """Without the file what was polled goes on, and no starter comes."""
    listed(home, "http://a.example/")
    synchronise(facts, home, NOON)
    (home / FILE).unlink()
    synchronise(facts, home, NOON)
    assert polled(facts) == ["http://a.example/"]


def test_refused_lines_are_given(facts: Facts, home: Path) -> None:
    """The rest of the list is polled."""
    listed(home, "exec:ls", "http://a.example/")
    assert synchronise(facts, home, NOON) == (f"{home / FILE}, line 1: not an http or https address: exec:ls",)
    assert polled(facts) == ["http://a.example/"]


def test_a_broken_list_retires_nothing(facts: Facts, home: Path) -> None:
    """A file that is no list stops with its name, and everything stays polled."""
    listed(home, "http://a.example/")
    synchronise(facts, home, NOON)
    (home / FILE).write_text("oops")
    with pytest.raises(SourceListError, match=r"sources\.opml: "):
        synchronise(facts, home, NOON)
    assert polled(facts) == ["http://a.example/"]


def test_a_list_that_cannot_be_read_says_so(home: Path) -> None:
    """A missing file or a folder is one line with a cure."""
    for path in (home / "none.opml", home):
        with pytest.raises(SourceListError, match="; name an OPML file that can be read"):
            read_list(path, "import")
