import os
import sqlite3
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest
from support import TEXT, Call, Clock, FakeWeb, Page, atom, atom_entry, rss, rss_item, wait_until

from ingest.documents.kinds import CURE
from ingest.errors import FetchError
from ingest.faults import Fault
from ingest.http.message import Request, Response
from ingest.model import ParsedFeed, Source, StoredItem
from ingest.poll_state import Outcome, SourceState
from ingest.polling import engine as engine_module
from ingest.polling import pipeline
from ingest.polling.batch import cut_batches
from ingest.polling.engine import Engine
from ingest.polling.parsers import Job
from ingest.polling.pipeline import SEEDS, Report, poll_sources, read_folder
from ingest.settings import Fetch, Parsing, Polling, Settings
from ingest.store.documents import Documents
from ingest.store.facts import Facts
from ingest.store.recorder import Counts
from ingest.store.sources import Sources

OTHER_TEXT = (
    "The bakery behind the church burned down on Sunday night, and by Monday noon the whole street had begun to rebuild it."
)
FERRY = rss_item(
    "Last ferry sails", "http://harbour.example/ferry", guid="f", date="Mon, 02 Mar 2026 09:00:00 GMT", text=f"<p>{TEXT}</p>"
)
BAKERY = rss_item("Bakery burns down", "http://harbour.example/bakery", guid="b", text=f"<p>{OTHER_TEXT}</p>")


@pytest.fixture(scope="module")
def shared_engine() -> Iterator[Engine]:
    """Yield an engine with one parser process: starting one takes a while."""
    with Engine(Fetch(allow=("127.0.0.0/8",), timeout=5, max_megabytes=1, host_pause=0.05), Clock(), processes=1) as engine:
        yield engine


@pytest.fixture
def engine(shared_engine: Engine, clock: Clock) -> Engine:
    """Return the shared engine, set to this test's clock."""
    shared_engine.clock = clock
    return shared_engine


@pytest.fixture
def facts(home: Path) -> Iterator[Facts]:
    """Yield an empty database."""
    with Facts(home / "topicwire.db") as opened:
        yield opened


@pytest.fixture(autouse=True)
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pass no batch by: on a busy computer any may be slow, and is then committed together with others."""
    monkeypatch.setattr(pipeline, "_PATIENCE", 60.0)


@dataclass
class Poller:
    """Polls as the scheduler does."""

    facts: Facts
    engine: Engine
    clock: Clock
    settings: Settings = field(default_factory=lambda: Settings(polling=Polling(requests_per_day=24)))

    def add(self, *urls: str) -> None:
        """Have sources polled."""
        self.facts.sources.add((Source(url) for url in urls), self.clock())

    def __call__(self, *, everything: bool = True) -> Report:
        """Poll everything, or what is due; give what it did in all."""
        due = self.facts.sources.due(None if everything else self.clock())
        return sum(poll_sources(self.facts, self.engine, due, self.settings, lambda: 0.5), Report())

    def state(self, url: str) -> SourceState:
        """Return what is known of polling a source."""
        known = self.facts.sources.get(url)
        assert known is not None
        return known[1]

    def items(self) -> list[StoredItem]:
        """Return every stored item."""
        return list(self.facts.items.all())

    def titles(self) -> list[str]:
        """Return the stored titles, in their order."""
        return [stored.item.title for stored in self.items()]


@pytest.fixture
def poll(facts: Facts, engine: Engine, clock: Clock) -> Poller:
    """Return a poller with an empty database."""
    return Poller(facts, engine, clock)


# From a server to stored facts


def test_a_poll_stores_what_was_served(poll: Poller, web: FakeWeb, clock: Clock) -> None:
    """Items, sightings, validators and the next poll are there after one poll."""
    url = web.serve("/rss", rss(FERRY, BAKERY), etag='W/"1"', last_modified="Mon, 02 Mar 2026 09:00:00 GMT")
    poll.add(url)
    assert poll() == Report(looked=1, counts=Counts(new=2))
    bakery, ferry = poll.items()
    assert (ferry.item.title, ferry.item.guid, ferry.item.url) == ("Last ferry sails", "f", "http://harbour.example/ferry")
    assert (ferry.item.text, ferry.item.language, ferry.item.published) == (TEXT, "en", clock() - timedelta(hours=3))
    assert (bakery.item.published, bakery.first_seen) == (None, clock())
    assert ferry.carrier.source.title == "The Harbour Post"
    assert ferry.carrier.source.site_url == "http://harbour.example/"
    state = poll.state(url)
    assert (state.etag, state.last_modified, state.http_status) == ('W/"1"', "Mon, 02 Mar 2026 09:00:00 GMT", 200)
    assert (state.last_poll, state.last_success) == (clock(), clock())
    assert state.next_poll
    assert timedelta(minutes=15) <= state.next_poll - clock() <= timedelta(hours=12)
    assert (state.error, state.failures) == (None, 0)


def test_a_second_poll_costs_a_304(poll: Poller, web: FakeWeb, clock: Clock) -> None:
    """Validators go back as they came; nothing new is stored, and the source is due later."""
    url = web.serve("/rss", rss(FERRY), etag='W/"1"')
    poll.add(url)
    poll()
    before = poll.items()
    clock.forward(days=1)
    assert poll(everything=False) == Report(looked=1, unchanged=1)
    assert web.calls[1].headers["if-none-match"] == 'W/"1"'
    assert poll.items() == before
    state = poll.state(url)
    assert (state.etag, state.http_status, state.last_success) == ('W/"1"', 304, clock())
    assert state.body_hash is not None


def test_a_304_may_bring_a_new_validator(poll: Poller, web: FakeWeb) -> None:
    """It is taken over; one that is left out stays."""
    url = web.serve("/rss", rss(FERRY), etag='"1"', last_modified="x")
    poll.add(url)
    poll()
    web.put("/rss", Page(304))
    poll()
    assert (poll.state(url).etag, poll.state(url).last_modified) == ('"1"', "x")
    web.put("/rss", Page(304, headers=(("ETag", '"2"'),)))
    poll()
    assert (poll.state(url).etag, poll.state(url).last_modified) == ('"2"', "x")


def test_the_same_bytes_cost_no_parse(poll: Poller, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without validators the body's hash tells that nothing is new."""
    url = web.serve("/rss", rss(FERRY))
    poll.add(url)
    poll()

    async def fail(*_: object) -> None:
        pytest.fail("parsed again")

    monkeypatch.setattr(Engine, "parse", fail)
    assert poll() == Report(looked=1, unchanged=1)
    assert poll.state(url).failures == 0


def test_a_source_is_asked_when_it_is_due(poll: Poller, web: FakeWeb, clock: Clock) -> None:
    """Once when added, then at its publishing rate, with a restart between or not."""
    url = web.serve("/rss", rss(FERRY))
    poll.add(url)
    poll(everything=False)
    due = poll.state(url).next_poll
    assert due
    for seconds, calls in ((-3_600, 1), (-1, 1), (0, 2), (1, 2)):
        clock.set(due + timedelta(seconds=seconds))
        poll(everything=False)
        assert len(web.calls) == calls


def test_a_clock_that_was_put_back_silences_nobody(poll: Poller, web: FakeWeb, clock: Clock) -> None:
    """A source that was asked in what is now the future is asked once, then at its publishing rate: no burst, no silence."""
    poll.add(web.serve("/rss", rss(FERRY)))
    poll(everything=False)
    clock.forward(days=-30)
    poll(everything=False)
    poll(everything=False)
    assert len(web.calls) == 2


def test_a_long_sleep_is_made_up_for_once(poll: Poller, web: FakeWeb, clock: Clock) -> None:
    """After a week without a pass each source is asked once, and the cost that all share has not fallen."""
    poll.add(*(web.serve(f"/{n}", rss(FERRY), etag=f'"{n}"') for n in range(4)))
    poll(everything=False)
    rule = poll.settings.polling.rule
    before = poll.facts.polls.cost(rule)
    clock.forward(days=7)
    poll(everything=False)
    poll(everything=False)
    after = poll.facts.polls.cost(rule)
    assert len(web.calls) == 8
    assert 0.8 < after.trim / before.trim < 1.3
    moments = {state.next_poll for _, state in poll.facts.sources.all()}
    assert min(moment for moment in moments if moment) > clock() + timedelta(minutes=15)


def test_what_the_server_asks_for_is_kept(poll: Poller, web: FakeWeb, clock: Clock) -> None:
    """Retry-After moves the next poll, and the process does not sleep."""
    url = web.fail("/rss", 429, {"Retry-After": "86000"})
    poll.add(url)
    poll()
    state = poll.state(url)
    assert (state.next_poll, state.http_status) == (clock() + timedelta(seconds=86_000), 429)
    assert state.error == "the server asks us to slow down (429); nothing to do: it is asked less often"


# Sameness over time and sources


def test_another_source_adds_a_sighting(poll: Poller, web: FakeWeb, other_web: FakeWeb) -> None:
    """The same article under another guid, feed and tracking is one item with two carriers."""
    poll.add(web.serve("/rss", rss(FERRY)))
    poll()
    entry = atom_entry("Last ferry sails", "https://www.harbour.example/ferry?utm_source=atom", guid="urn:1", text=f"<p>{TEXT}</p>")
    poll.add(other_web.serve("/atom", atom(entry, title="The Other Post")))
    assert poll().counts == Counts()
    (stored,) = poll.items()
    assert [(s.source.name, s.guid, s.reason) for s in stored.sightings] == [
        ("The Harbour Post", "f", "first"),
        ("The Other Post", "urn:1", "address"),
    ]


def test_an_agencys_words_under_another_address_are_one_item(poll: Poller, web: FakeWeb, other_web: FakeWeb) -> None:
    """The text recognises it, and the sighting says so."""
    poll.add(web.serve("/rss", rss(FERRY)), other_web.serve("/rss", rss(FERRY.replace("harbour.example/ferry", "city.example/77"))))
    poll()
    (stored,) = poll.items()
    assert sorted(sighting.reason for sighting in stored.sightings) == ["first", "text"]


def test_an_edit_is_a_version_and_may_be_taken_back(poll: Poller, web: FakeWeb, clock: Clock) -> None:
    """A, B, A: the item stays itself and shows what is served now."""
    poll.add(web.serve("/rss", rss(FERRY)))
    poll()
    (first,) = poll.items()
    for title in ("Last ferry sails tonight", "Last ferry sails"):
        clock.forward(hours=1)
        web.serve("/rss", rss(FERRY.replace("Last ferry sails", title)))
        assert poll().counts == Counts(changed=1)
        (now,) = poll.items()
        assert (now.id, now.item.title, now.changed, now.versions) == (first.id, title, clock(), 2)
    assert now.seq > first.seq


def test_a_reused_guid_loses_no_story(poll: Poller, web: FakeWeb) -> None:
    """Another story under an old guid is another item."""
    poll.add(web.serve("/rss", rss(FERRY)))
    poll()
    web.serve("/rss", rss(BAKERY.replace(">b<", ">f<")))
    poll()
    assert poll.titles() == ["Last ferry sails", "Bakery burns down"]


def test_a_new_guid_or_scheme_makes_no_duplicate(poll: Poller, web: FakeWeb) -> None:
    """A publisher that changes its system changes no story."""
    poll.add(web.serve("/rss", rss(FERRY, BAKERY)))
    poll()
    web.serve(
        "/rss",
        rss(FERRY.replace(">f<", ">new-f<"), BAKERY.replace("http://harbour", "https://www.harbour").replace(">b<", ">new-b<")),
    )
    assert poll().counts == Counts(changed=1), "the other address is published"
    assert len(poll.items()) == 2


def test_what_a_feed_no_longer_lists_stays(poll: Poller, web: FakeWeb) -> None:
    """Entries roll out of a feed, also all of them: none is removed."""
    poll.add(web.serve("/rss", rss(FERRY)))
    poll()
    for body in (rss(BAKERY), rss()):
        web.serve("/rss", body)
        assert poll().failed == ()
    assert poll.titles() == ["Last ferry sails", "Bakery burns down"]


# What goes wrong


@pytest.mark.parametrize("status", [404, 500])
def test_a_failing_source_keeps_its_items_and_is_asked_less(poll: Poller, web: FakeWeb, clock: Clock, status: int) -> None:
    """The error is noted with its cause; a success forgets it."""
    url = web.serve("/rss", rss(FERRY), etag='"1"')
    poll.add(url)
    poll()
    web.fail("/rss", status)
    waits = []
    for failures in (1, 2):
        clock.forward(days=1)
        report = poll()
        assert [outcome.http_status for outcome in report.failed] == [status]
        state = poll.state(url)
        assert (state.failures, state.etag) == (failures, '"1"')
        assert f"({status})" in str(state.error)
        assert state.next_poll
        waits.append(state.next_poll - clock())
    assert 1.5 * waits[0] < waits[1] < 3 * waits[0]
    assert poll.titles() == ["Last ferry sails"]
    web.serve("/rss", rss(FERRY, BAKERY))
    poll()
    assert (poll.state(url).failures, poll.state(url).error) == (0, None)
    assert poll.titles() == ["Last ferry sails", "Bakery burns down"]


def test_a_bad_neighbour_does_not_matter(poll: Poller, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bombs, drips, rubbish and redirects beside a good feed: it is stored, and each of them has its line."""
    monkeypatch.setattr(poll.engine, "parsing", Parsing(seconds_per_megabyte=0.0, patience=1.4))  # a new process needs some of it
    attributes = " ".join(f'a{n}="{n}"' for n in range(60_000))
    bad = [
        web.bomb("/bomb", 20),
        web.endless("/endless"),
        web.redirect("/private", "http://169.254.169.254/"),
        web.redirect("/loop", "/loop"),
        web.put("/bytes", Page(302, headers=(("Location", "\xff\xfe\x1b[31m"),))),
        web.serve("/page", "<html><body>Hello</body></html>", content_type="text/html"),
        web.serve("/empty", b""),
        web.serve("/rubbish", bytes(range(256)) * 10),
        web.serve("/costly", f"<rss><channel><item {attributes}/></channel></rss>"),
        web.url("/nothing"),
        "http://127.0.0.1:1/refused",
        "http://[::1]@",
        "nonsense",
    ]
    good = web.serve("/good", rss(FERRY))
    poll.add(*bad, good)
    report = poll()
    assert poll.titles() == ["Last ferry sails"]
    assert {outcome.source.url for outcome in report.failed} == set(bad)
    for url in bad:
        line = str(poll.state(url).error)
        assert line
        assert line.isprintable()
        assert poll.state(url).failures == 1
    assert poll.state(good).error is None


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (KeyError("surprise"), "a fault of topicwire itself (KeyError: 'surprise'); please report it"),
        (RuntimeError("a\nb\udc80"), "a fault of topicwire itself (RuntimeError: a b); please report it"),
        (FetchError("a\n\x1b[31mb\udc80", "c"), "a [31mb ; c"),
    ],
)
def test_any_fault_is_one_safe_line(
    poll: Poller, web: FakeWeb, monkeypatch: pytest.MonkeyPatch, fault: Exception, line: str
) -> None:
    """Whatever goes wrong at one source, also in us, its neighbours are stored."""
    bad, good = web.serve("/bad", rss(BAKERY)), web.serve("/good", rss(FERRY))
    poll.add(bad, good)
    real = Engine.fetch

    async def fail(self: Engine, request: Request) -> Response:
        if request.url == bad:
            raise fault
        return await real(self, request)

    monkeypatch.setattr(Engine, "fetch", fail)
    (outcome,) = poll().failed
    assert outcome.error == line
    assert poll.titles() == ["Last ferry sails"]


def test_a_fault_in_an_entry_is_said_and_the_entry_asked_for_again(
    poll: Poller, web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The neighbours are stored, the line names the source, and the same bytes are read anew until the fault is mended."""
    url = web.serve("/rss", rss(FERRY, BAKERY), etag='"1"')
    poll.add(url)
    real = Engine.parse

    async def half(self: Engine, job: Job) -> ParsedFeed:
        feed = await real(self, job)
        return replace(feed, items=feed.items[:1], served=feed.served[:1], faults=(Fault("entry 2: left out: KeyError"),))

    with monkeypatch.context() as broken:
        broken.setattr(Engine, "parse", half)
        report = poll()
    assert (poll.titles(), report.failed, report.counts.new) == (["Last ferry sails"], (), 1)
    assert report.faults == (
        f"{url}: entry 2: left out: KeyError; a fault of topicwire itself, its traceback is in topicwire.log: please report it",
    )
    assert poll().counts.new == 1


def test_a_page_instead_of_a_feed_is_one_clear_line(poll: Poller, web: FakeWeb) -> None:
    """The line says what it is and which feeds it names, and the report carries their addresses."""
    page = '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>'
    poll.add(web.serve("/", page, content_type="text/html"))
    (outcome,) = poll().failed
    assert outcome.error == f"an HTML page, not a feed; it names this feed: {web.url('/rss')}"
    assert outcome.named_feeds == (web.url("/rss"),)
    assert web.paths() == ["/"]


def test_nothing_that_a_feed_names_is_fetched(poll: Poller, web: FakeWeb) -> None:
    """Enclosures, images, stylesheets, icons, next pages and hubs are recorded at most."""
    base = web.url("")
    extra = f"""<link rel="next" href="{base}/next"/><link rel="hub" href="{base}/hub"/><icon>{base}/icon</icon>
        <logo>{base}/logo</logo>
        <entry><title>One</title><link href="{base}/one"/><link rel="enclosure" href="{base}/enclosure"/>
        <content src="{base}/content"/><summary type="html">&lt;img src="{base}/img"&gt;</summary></entry>"""
    body = (
        b'<?xml-stylesheet href="'
        + base.encode()
        + b'/style"?><!DOCTYPE feed SYSTEM "'
        + base.encode()
        + b'/dtd">'
        + atom(extra)[38:]
    )
    poll.add(web.serve("/atom", body))
    assert poll().counts == Counts(new=1)
    assert web.paths() == ["/atom"]


def test_a_fault_in_the_middle_of_a_commit_leaves_nothing_half(poll: Poller, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither items nor validators are kept without each other: all is still due."""
    poll.add(
        *(web.serve(f"/{n}", rss(rss_item(f"Story {n}", f"http://x.example/{n}", guid=str(n))), etag=f'"{n}"') for n in range(3))
    )
    real = Sources.put_states

    def fail(self: Sources, known: Sequence[tuple[int, SourceState]]) -> None:
        real(self, [one for one in known if one[0] != 3])
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Sources, "put_states", fail)
    with pytest.raises(sqlite3.OperationalError):
        poll()
    assert poll.items() == []
    assert all(state == SourceState() for _, state in poll.facts.sources.all())
    monkeypatch.undo()
    assert poll(everything=False).counts == Counts(new=3)
    assert all("if-none-match" not in call.headers for call in web.calls)


# Politeness


def test_one_host_is_asked_in_turn_with_pauses(poll: Poller, web: FakeWeb, other_web: FakeWeb) -> None:
    """Never two requests to one host at once, some time between; other hosts do not wait for it."""

    def answer(_: Call) -> Page:
        assert wait_until(lambda: bool(other_web.calls))
        return Page(body=rss(FERRY), delay=0.02)

    poll.add(*(web.script(f"/{n}", answer) for n in range(5)), other_web.serve("/", rss(BAKERY)))
    poll()
    assert web.most_at_once == 1
    times = [call.at for call in web.calls]
    assert all(later - earlier >= 0.05 for earlier, later in pairwise(times))
    assert other_web.calls[0].at < times[1]


def test_batches_of_one_host_keep_the_pause_between_them(poll: Poller, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large host is cut into batches, committed one by one, and is not asked faster for it."""
    monkeypatch.setattr(pipeline, "_BATCH", 2)
    monkeypatch.setattr(pipeline, "_ENTRIES", 1)  # else those that come while one is committed are committed together
    monkeypatch.setattr(pipeline, "cut_batches", lambda due, size, **how: cut_batches(due, size, per_host=2, **how))
    poll.add(*(web.serve(f"/{n}", rss(FERRY), delay=0.01) for n in range(5)))
    due = poll.facts.sources.due(None)
    reports = list(poll_sources(poll.facts, poll.engine, due, poll.settings, lambda: 0.5))
    assert [report.looked for report in reports] == [2, 2, 1]
    times = [call.at for call in web.calls]
    assert all(later - earlier >= 0.05 for earlier, later in pairwise(times))
    assert web.most_at_once == 1


def test_the_first_commit_is_small_and_large_ones_stay_apart(
    poll: Poller, web: FakeWeb, other_web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first sources bring is stored while others are read; batches that bring much are committed one by one."""
    monkeypatch.setattr(pipeline, "_FIRST", 1)
    monkeypatch.setattr(pipeline, "_BATCH", 2)
    monkeypatch.setattr(pipeline, "cut_batches", lambda due, size, **how: cut_batches(due, size, per_host=2, **how))
    many = [rss_item(f"Story {number}", f"http://post.example/{number}", guid=f"{number}") for number in range(pipeline._ENTRIES)]
    poll.add(other_web.serve("/", rss(BAKERY)), *(web.serve(f"/{n}", rss(*many)) for n in range(2)), web.serve("/2", rss(FERRY)))
    due = poll.facts.sources.due(None)
    reports = list(poll_sources(poll.facts, poll.engine, due, poll.settings, lambda: 0.5))
    assert [report.looked for report in reports] == [1, 2, 1]


def test_no_more_batches_fly_than_allowed(poll: Poller, web: FakeWeb, other_web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """With many hosts the results still come in order, a batch at a time."""
    monkeypatch.setattr(pipeline, "_BATCH", 1)
    monkeypatch.setattr(engine_module, "_AT_ONCE", 1)
    poll.add(web.serve("/1", rss(FERRY), delay=0.05), other_web.serve("/2", rss(BAKERY)))
    reports = list(poll_sources(poll.facts, poll.engine, poll.facts.sources.due(None), poll.settings, lambda: 0.5))
    assert [report.counts.new for report in reports] == [1, 1]
    assert other_web.calls[0].at - web.calls[0].at >= 0.04


def test_nobody_waits_for_a_slow_server(poll: Poller, web: FakeWeb, other_web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that takes long is passed by and committed when it is there, also where no more may be slow; none is lost."""
    monkeypatch.setattr(pipeline, "_BATCH", 1)
    monkeypatch.setattr(pipeline, "_PATIENCE", 0.01)
    for in_flight, slow in ((1, 40), (3, 0)):
        monkeypatch.setattr(engine_module, "_AT_ONCE", in_flight)
        monkeypatch.setattr(pipeline, "_SLOW", slow)
        stored = Event()
        poll.add(web.script("/slow", partial(page_after, stored)), other_web.serve("/quick", rss(BAKERY)))
        due, reports = poll.facts.sources.due(None), []
        for report in poll_sources(poll.facts, poll.engine, due, poll.settings, lambda: 0.5):
            reports.append(report.looked)
            stored.set()
        assert reports == [1, 1]
        polled = {source.url: state.last_poll for source, state in poll.facts.sources.all()}
        assert set(polled) == {web.url("/slow"), other_web.url("/quick")}
    assert sorted(poll.titles()) == ["Bakery burns down", "Last ferry sails"]


def page_after(moment: Event, _: Call) -> Page:
    """Answer only when something has happened."""
    assert moment.wait(5)
    return Page(body=rss(FERRY))


def test_sources_that_failed_are_asked_last(poll: Poller, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that gave no answer may give none again: the others do not wait in its batch."""
    monkeypatch.setattr(engine_module, "_AT_ONCE", 1)
    poll.add(web.url("/missing"))
    assert poll().failed
    poll.add(web.serve("/a", rss(FERRY)), web.serve("/b", rss(BAKERY)))
    web.calls.clear()
    list(poll_sources(poll.facts, poll.engine, poll.facts.sources.due(None), poll.settings, lambda: 0.5))
    assert [call.path for call in web.calls] == ["/a", "/b", "/missing"]


def test_what_was_committed_stays_when_one_stops_in_between(
    poll: Poller, web: FakeWeb, other_web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports come after each commit; what was not committed is still due."""
    monkeypatch.setattr(pipeline, "_BATCH", 1)
    monkeypatch.setattr(engine_module, "_AT_ONCE", 1)  # else both may be ready, and are committed together
    poll.add(web.serve("/1", rss(FERRY)), other_web.serve("/2", rss(BAKERY)))
    next(poll_sources(poll.facts, poll.engine, poll.facts.sources.due(None), poll.settings, lambda: 0.5))
    assert poll.titles() == ["Last ferry sails"]
    assert [source.url for source, _ in poll.facts.sources.due(poll.clock())] == [other_web.url("/2")]


def test_when_the_time_is_over_no_more_is_asked(
    poll: Poller, web: FakeWeb, other_web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked is committed, also failures; the rest is still due, and is asked the next time."""
    monkeypatch.setattr(pipeline, "_BATCH", 1)
    monkeypatch.setattr(engine_module, "_AT_ONCE", 1)
    poll.add(web.serve("/1", rss(FERRY)), web.url("/missing"), other_web.serve("/2", rss(BAKERY)))
    time = iter((True, False))  # the two of one host are one batch
    due = poll.facts.sources.due(None)
    list(poll_sources(poll.facts, poll.engine, due, poll.settings, lambda: 0.5, in_time=lambda: next(time)))
    assert [call.path for call in web.calls] == ["/1", "/missing"]
    assert poll.titles() == ["Last ferry sails"]
    assert [source.url for source, _ in poll.facts.sources.due(poll.clock())] == [other_web.url("/2")]


# Seeds


def seed(home: Path, name: str, text: str | bytes) -> Path:
    """Put a document into the home's seeds."""
    path = home / "seeds" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read_seeds(poll: Poller, home: Path) -> Report:
    """Read the home's seeds."""
    return read_folder(poll.facts, poll.engine, home / "seeds")


ARTICLE = f"The last ferry\n\n{TEXT}\n"


def test_a_folder_is_read_once(poll: Poller, home: Path) -> None:
    """Every document below it becomes an item; what was read is not read again."""
    seed(home, "a.txt", ARTICLE)
    seed(home, "deep/b.txt", f"The bakery\n\n{OTHER_TEXT}")
    seed(home, "feed.xml", rss(rss_item("One", "http://x.example/1"), rss_item("Two", "http://x.example/2")))
    for name in ("README.md", "deep/readme.txt", ".hidden.txt", ".git/config"):
        seed(home, name, "Not a document, but words.")
    assert read_seeds(poll, home) == Report(looked=3, counts=Counts(new=4))
    assert sorted(poll.titles()) == ["One", "The bakery", "The last ferry", "Two"]
    assert {stored.carrier.guid for stored in poll.items()} == {"a.txt", "deep/b.txt", None}
    assert read_seeds(poll, home) == Report(looked=3, unchanged=3)


def test_no_folder_is_no_seed(poll: Poller, home: Path) -> None:
    """A home without seeds is no error."""
    assert read_seeds(poll, home) == Report()


def test_a_document_invents_nothing(poll: Poller, home: Path, clock: Clock) -> None:
    """No date, no address; boilerplate is cut and kept; the language is detected and said to be."""
    seed(home, "a.txt", f"{ARTICLE}\nLog in to comment\n")
    read_seeds(poll, home)
    (stored,) = poll.items()
    item = stored.item
    assert (item.published, item.updated, item.url, item.guid) == (None, None, None, None)
    assert (item.text, item.boilerplate, item.language, item.language_from) == (TEXT, "Log in to comment", "en", "detected")
    assert (stored.carrier.source.url, stored.carrier.guid, stored.first_seen) == (SEEDS.url, "a.txt", clock())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"\ufeff{text}\n\n",
        lambda text: "\n".join(textwrap.fill(line, 60) for line in text.split("\n")),
        lambda text: text.replace(" ", "  "),
    ],
)
def test_the_same_text_in_other_lines_is_nothing_new(poll: Poller, home: Path, change: Callable[[str], str]) -> None:
    """Line ends, marks and wrapping make no second item, in the same file or another."""
    seed(home, "a.txt", ARTICLE)
    read_seeds(poll, home)
    (before,) = poll.items()
    seed(home, "a.txt", change(ARTICLE))
    assert read_seeds(poll, home) == Report(looked=1, unchanged=1)
    assert poll.items() == [before]
    seed(home, "b.txt", change(ARTICLE))
    assert read_seeds(poll, home).counts == Counts()
    (stored,) = poll.items()
    assert [(sighting.guid, sighting.reason) for sighting in stored.sightings] == [("a.txt", "first"), ("b.txt", "text")]
    assert (stored.item, stored.seq) == (before.item, before.seq)


def test_an_edited_document_is_a_version_and_a_new_one_an_item(poll: Poller, home: Path) -> None:
    """A file with a like title is edited, with another title it is another document."""
    seed(home, "a.txt", ARTICLE)
    read_seeds(poll, home)
    seed(home, "a.txt", ARTICLE.replace("forty", "fifty"))
    assert read_seeds(poll, home).counts == Counts(changed=1)
    seed(home, "a.txt", f"Bakery burns down\n\n{OTHER_TEXT}")
    assert read_seeds(poll, home).counts == Counts(new=1)
    assert len(poll.items()) == 2


def test_a_deleted_file_deletes_no_item(poll: Poller, home: Path) -> None:
    """What was read stays."""
    path = seed(home, "a.txt", ARTICLE)
    read_seeds(poll, home)
    path.unlink()
    assert read_seeds(poll, home) == Report()
    assert poll.titles() == ["The last ferry"]


def test_a_feed_carries_what_a_document_had(poll: Poller, web: FakeWeb, home: Path) -> None:
    """The same words in a feed later are a sighting, and lend the item address and date."""
    seed(home, "a.txt", f"Last ferry sails\n\n{TEXT}")
    read_seeds(poll, home)
    poll.add(web.serve("/rss", rss(FERRY)))
    assert poll().counts == Counts()
    (stored,) = poll.items()
    assert [sighting.reason for sighting in stored.sightings] == ["first", "text"]
    assert (stored.item.url, stored.item.guid) == ("http://harbour.example/ferry", "f")
    assert stored.item.published is not None


def test_bad_documents_are_said_once_and_harm_nobody(poll: Poller, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown endings, empty, binary and too large files have a line each, once; the others are read."""
    monkeypatch.setattr(pipeline, "_MOST_BYTES", 5_000)
    seed(home, "good.txt", ARTICLE)
    seed(home, "a.odt", b"PK")
    seed(home, "b.txt", b"\n")
    seed(home, "c.txt", b"\x00\x01\xff")
    seed(home, "d.txt", "x " * 5_000)
    seed(home, "e.xml", "<note/>")
    lines = [str(outcome.error) for outcome in read_seeds(poll, home).failed]
    assert [line.partition(":")[0] for line in lines] == ["a.odt", "b.txt", "c.txt", "d.txt", "e.xml"]
    assert lines[0] == f"a.odt: .odt files are not read; {CURE}"
    assert lines[1] == "b.txt: there are no words in it; a seed document is plain text"
    assert lines[3] == "d.txt: larger than 0 MB; no document needs that"
    assert read_seeds(poll, home) == Report(looked=6, unchanged=6)
    assert poll.titles() == ["The last ferry"]
    seed(home, "b.txt", "Now there are words in it")
    assert read_seeds(poll, home).counts == Counts(new=1)


def test_a_file_that_cannot_be_read_is_said_and_tried_again(poll: Poller, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the disk is a line with its cause; when it is over the document is read."""
    seed(home, "a.txt", ARTICLE)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", lambda _: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
        (outcome,) = read_seeds(poll, home).failed
        assert outcome.error == "a.txt: Permission denied; check the file's rights"
        assert read_seeds(poll, home) == Report(looked=1, unchanged=1)
    assert read_seeds(poll, home).counts == Counts(new=1)


def test_file_names_of_any_bytes_are_read(poll: Poller, home: Path) -> None:
    """A name that is no text, or that would forge a line, stores its document under a safe one."""
    seed(home, os.fsdecode(b"caf\xe9\n\x1b[31m.txt"), ARTICLE)
    seed(home, os.fsdecode(b"\xff.odt"), "x")
    report = read_seeds(poll, home)
    assert [str(outcome.error).partition(";")[0] for outcome in report.failed] == ["?.odt: .odt files are not read"]
    assert [sighting.guid for stored in poll.items() for sighting in stored.sightings] == ["caf? [31m.txt"]
    assert read_seeds(poll, home) == Report(looked=2, unchanged=2)


def test_reading_stops_at_no_crash(poll: Poller, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each document is a transaction: after a fault the rest is read, nothing twice."""
    for name in ("a", "b", "c"):
        seed(home, f"{name}.txt", f"Story {name}\n\nSome words about {name}.")
    real = Documents.record
    calls: list[str] = []

    def fail(self: Documents, outcome: Outcome, name: str) -> Counts:
        calls.append(name)
        if name == "b.txt":
            raise sqlite3.OperationalError("database or disk is full")
        return real(self, outcome, name)

    monkeypatch.setattr(Documents, "record", fail)
    with pytest.raises(sqlite3.OperationalError):
        read_seeds(poll, home)
    monkeypatch.undo()
    assert poll.titles() == ["Story a"]
    assert read_seeds(poll, home) == Report(looked=3, unchanged=1, counts=Counts(new=2))
