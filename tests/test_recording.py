"""How a look at a source is written: what is looked up and indexed for many items at once is what each alone would give."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import NOON, TEXT

from ingest.identity import document_keys, public_id
from ingest.model import Item, ParsedFeed, Source, SourceKind
from ingest.poll_state import Outcome, SourceState
from ingest.store import migrations
from ingest.store.database import Database
from ingest.store.facts import Facts
from ingest.store.recorder import Recorder
from ingest.text.markup import pack_feed

FEEDS: Final = (Source("http://a.example/rss"), Source("http://b.example/rss", site_url="http://b.example/1"))
FOLDER: Final = Source("seeds:", SourceKind.DOCUMENT)
TABLES: Final = ("item", "version", "sighting", "served")
items = st.builds(
    Item,
    guid=st.sampled_from([None, "1", "2", "http://a.example/1", "http://b.example/rss"]),
    url=st.sampled_from([None, *(f"http://{host}.example/{path}" for host in "ab" for path in ("", "1", "2"))]),
    title=st.sampled_from(["Ferry", "Last ferry sails", "Bakery burns down"]),
    content=st.sampled_from(["", f"<p>{TEXT}</p>", f"<p>{TEXT} <b>And more.</b></p>"]),
    text=st.sampled_from(["", "Brief.", TEXT, f"Ferry {TEXT}", f"{TEXT} And more."]),
)
BRIEF: Final = Item("1", "http://a.example/1", "Last ferry sails", text="Brief.", content="<p>Brief.</p>")
looks = st.lists(st.tuples(st.sampled_from([*FEEDS, FOLDER]), st.lists(items, max_size=5)), max_size=5)
Rows = list[list[tuple[Any, ...]]]


class _Everything(set[str]):
    """What holds whatever is asked for: every key is looked up."""

    def __contains__(self, value: object) -> bool:
        return value is not None


@pytest.fixture
def facts(home: Path) -> Iterator[Facts]:
    """Yield an empty database."""
    with Facts(home / "topicwire.db") as opened:
        yield opened


def outcome(source: Source, *served: Item) -> Outcome:
    """Return what one look at a source brought."""
    return Outcome(source, NOON, feed=ParsedFeed(document_keys(served)), body_hash="h")


def as_it_is(feed: ParsedFeed) -> ParsedFeed:
    """Return a feed as it is."""
    return feed


def stored(taken: list[tuple[Source, list[Item]]], form: Callable[[ParsedFeed], ParsedFeed] = as_it_is) -> Rows:
    """Record looks in some form, feeds in one commit and documents in one each; give all rows."""
    with TemporaryDirectory() as folder, Facts(Path(folder) / "topicwire.db") as facts:
        looked = [outcome(source, *served) for source, served in taken]
        found = [replace(one, feed=form(one.feed)) for one in looked if one.feed]
        facts.polls.record([(one, SourceState()) for one in found if one.source != FOLDER])
        for one in found:
            if one.source == FOLDER:
                facts.documents.record(one, "x.txt")
        check_index(facts.database)
        return [facts.database.execute(f"select * from {table} order by rowid").fetchall() for table in TABLES]  # noqa: S608


def check_index(db: Database) -> None:
    """Fail unless the full-text index holds exactly the words of all texts."""
    db.execute("insert into version_fts (version_fts, rank) values ('integrity-check', 1)")
    db.connection.commit()


def matches(facts: Facts, word: str) -> list[int]:
    """Return the texts in which the index has a word."""
    return [row[0] for row in facts.database.execute("select rowid from version_fts where version_fts match ?", [word])]


@settings(max_examples=40, deadline=None)
@given(looks)
def test_items_are_recognised_as_if_each_were_looked_up(taken: list[tuple[Source, list[Item]]]) -> None:
    """Asking once for a whole look which names are stored gives the rows that asking for each item gives."""
    quick = stored(taken)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Recorder, "_taken", lambda *_: _Everything())
        assert stored(taken) == quick


@settings(max_examples=40, deadline=None)
@given(looks)
@example([(FEEDS[0], [replace(BRIEF, content=""), BRIEF]), (FEEDS[0], [replace(BRIEF, content="<i>Brief.</i>")])])
def test_a_feed_from_a_parser_process_is_stored_like_any(taken: list[tuple[Source, list[Item]]]) -> None:
    """Whether a parser process has packed summary and markup, or recording does, makes no difference to any row."""
    assert stored(taken, pack_feed) == stored(taken)


def test_two_new_items_with_the_same_few_words_have_an_id_each(facts: Facts) -> None:
    """Also where both are written with one statement: the first has the id that its words give everywhere."""
    items = [replace(BRIEF, guid=None, url=None, language=language) for language in ("en", "fr")]
    facts.polls.record([(outcome(FEEDS[0], *items), SourceState())])
    first, second = (one.id for one in facts.items.all())
    (_, key), *_ = document_keys(tuple(items))
    assert first == public_id(key, FEEDS[0]) != second


def test_every_text_can_be_found_after_its_commit(facts: Facts) -> None:
    """First texts, changed texts and texts of documents are in the index, each once."""
    first, changed = Item("1", None, "Ferry", text="old"), Item("1", None, "Ferry", text="new")
    facts.polls.record([(outcome(FEEDS[0], first), SourceState()), (outcome(FEEDS[1], first), SourceState())])
    facts.polls.record([(outcome(FEEDS[0], changed), SourceState())])
    facts.documents.record(outcome(FOLDER, Item("x.txt", None, "Ferry", text="paper")), "x.txt")
    check_index(facts.database)
    assert (matches(facts, "ferry"), matches(facts, "new")) == ([1, 2, 3, 4], [3])


def test_an_index_that_triggers_filled_is_filled_on(home: Path) -> None:
    """What an older version indexed row by row is found beside what is new."""
    path = home / "topicwire.db"
    db = Database(path)
    migrations.migrations.apply(db.schema, stop_before="words_beside_versions")
    db.connection.executescript("""
        insert into source (id, url, kind, title, categories, origin, status, added)
            values (1, 'http://a.example/rss', 'feed', 'A', '[]', 'command', 'active', '2026-01-01T00:00:00Z');
        insert into item (id, uid, seq, version_id, first_seen, changed) values (1, 'u', 1, 1, '2026-01-01', '2026-01-01');
        insert into version (id, item_id, source_id, content_key, seen, title, text, authors, categories, enclosures)
            values (1, 1, 1, 'c', '2026-01-01T00:00:00Z', 'Ferry', 'old', '[]', '[]', '[]');
    """)
    db.close()
    with Facts(path) as facts:
        facts.polls.record([(outcome(FEEDS[0], Item("1", None, "Ferry", text="new")), SourceState())])
        check_index(facts.database)
        assert (matches(facts, "ferry"), matches(facts, "old"), matches(facts, "new")) == ([1, 2], [1], [2])
