import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest
from support import NOON, TEXT, Clock, FakeWeb, atom, atom_entry, rss, rss_item, wait_until

from ingest.errors import FetchError, ParseError, SettingsError
from ingest.http.message import Request
from ingest.log import NAME, open_log
from ingest.model import ParsedFeed, Source
from ingest.poll_state import Outcome, SourceState
from ingest.polling import engine as engine_module
from ingest.polling.batch import Batch, Poll
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.parsers import Job, bounds_for
from ingest.polling.parsers import read as real_read
from ingest.polling.running.runner import Outcomes
from ingest.settings import Fetch, Parsing

# What a hostile document would make a parser do: these run in the child process.


def stall(_: Job) -> ParsedFeed:
    """Never end."""
    while True:
        time.sleep(1)


def die(_: Job) -> ParsedFeed:
    """End the process as a crash of a C library would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def devour(_: Job) -> ParsedFeed:
    """Ask for more memory than a parser may have."""
    return ParsedFeed((), title=str(len(bytearray(4 << 30))))


def descend(job: Job) -> ParsedFeed:
    """Nest without an end."""
    return descend(job)


def stumble(_: Job) -> ParsedFeed:
    """Fail as no one expected."""
    raise KeyError("surprise")


def fragile(job: Job) -> ParsedFeed:
    """Do what the document says."""
    if b"die" in job.body:
        return die(job)
    return stall(job) if b"stall" in job.body else real_read(job)


def laborious(_: Job) -> ParsedFeed:
    """Work for a second."""
    end = time.process_time() + 1
    while time.process_time() < end:
        pass
    return ParsedFeed((), title="done")


def doze(job: Job) -> ParsedFeed:
    """Take half a second, and read."""
    time.sleep(0.5)
    return real_read(job)


def refuse(_: Job) -> ParsedFeed:
    """Refuse, with what autodiscovery wants to know."""
    raise ParseError("a page", "look", feeds=("http://a.example/",))


def within(seconds: float) -> Parsing:
    """Return bounds that end a document after some seconds, by the clock and of the processor."""
    return Parsing(seconds=seconds, seconds_per_megabyte=0.0, patience=1.0)


JOB = Job(rss(rss_item("One", text=TEXT)), NOON, "http://a.example/")


@pytest.fixture(scope="module")
def parsers() -> Iterator[Engine]:
    """Yield an engine with one parser process, shared: starting one takes a while."""
    with Engine(Fetch(), Clock(), processes=1) as made:
        yield made


def fault_of(parsers: Engine, monkeypatch: pytest.MonkeyPatch, read: object) -> ParseError:
    """Parse with another reader; give how it fails."""
    monkeypatch.setattr(engine_module, "read", read)
    with pytest.raises(ParseError) as caught:
        parsers.submit(parsers.parse(JOB)).result(timeout=10)
    return caught.value


# Parsing in a child


def test_parsing_happens_in_another_process(parsers: Engine) -> None:
    """The result comes back whole."""
    feed = parsers.submit(parsers.parse(JOB)).result()
    assert [item.text for item, _ in feed.items] == [TEXT]


def test_parser_processes_can_be_there_before_the_first_document() -> None:
    """They start beside other work, end like others when there is nothing to read, and a stop waits for those just starting."""
    with Engine(Fetch(), clock := Clock(), processes=1) as engine:
        engine.prepare()
        assert wait_until(lambda: engine._children is not None and engine._children.started.done(), 30)
        ready = engine._children
        assert engine.submit(engine.parse(JOB)).result().items
        assert engine._children is ready
        clock.forward(minutes=1)
        engine.rest(timedelta(minutes=1))
        assert engine._children is None
        engine.prepare()


def test_parser_processes_end_when_there_is_nothing_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute without a document ends them, a document that is being read keeps them; the next one starts others."""
    clock, minute = Clock(), timedelta(minutes=1)
    monkeypatch.setattr(engine_module, "read", doze)
    with Engine(Fetch(), clock, processes=1) as engine:
        assert engine.submit(engine.parse(JOB)).result().items
        first = engine._children
        engine.rest(minute)
        running = engine.submit(engine.parse(JOB))
        engine.rest()
        assert engine._children is first
        assert running.result().items
        clock.forward(minutes=1)
        engine.rest(minute)
        assert engine._children is None
        assert engine.submit(engine.parse(JOB)).result().items
        assert engine.take_replaced() == {}


def test_a_refusal_comes_back_whole(parsers: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cause, cure and what a page names survive the journey between processes."""
    fault = fault_of(parsers, monkeypatch, refuse)
    assert (fault.what, fault.cure, fault.feeds) == ("a page", "look", ("http://a.example/",))


def test_a_stalling_document_is_refused(parsers: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the deadline its process is killed; the next document is read."""
    monkeypatch.setattr(parsers, "parsing", within(0.3))
    begin = time.monotonic()
    assert str(fault_of(parsers, monkeypatch, stall)) == (
        "parsing took longer than 0.3 s; the document was refused; its source is asked again later"
    )
    assert time.monotonic() - begin < 5
    monkeypatch.undo()
    assert parsers.submit(parsers.parse(JOB)).result().items


def test_a_document_that_kills_its_process_is_refused(parsers: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The death is told in words; the next document is read by a new process."""
    assert fault_of(parsers, monkeypatch, die).what == "parsing killed its process"
    monkeypatch.undo()
    assert parsers.submit(parsers.parse(JOB)).result().items


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (devour, "parsing needed too much memory"),
        (descend, "it is nested too deeply"),
        (stumble, "the parser failed (KeyError: 'surprise')"),
    ],
)
def test_what_goes_wrong_is_told_in_words(parsers: Engine, monkeypatch: pytest.MonkeyPatch, read: object, what: str) -> None:
    """Memory and depth are bounded, and the unexpected is one line too."""
    assert fault_of(parsers, monkeypatch, read).what == what


def test_the_traceback_of_our_own_fault_is_in_the_log(parsers: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What kills, stalls or devours is the document's fault and no line of the log; the unexpected is ours."""
    open_log(tmp_path)
    fault_of(parsers, monkeypatch, descend)
    assert not (tmp_path / NAME).exists()
    fault_of(parsers, monkeypatch, stumble)
    said = (tmp_path / NAME).read_text(encoding="utf-8")
    assert "the parser failed (KeyError: 'surprise')" in said
    assert "in stumble" in said


ENDED: Final = """
import gc
from datetime import UTC, datetime
from multiprocessing.synchronize import SemLock
from ingest.errors import ParseError
from ingest.polling.engine import Engine
from ingest.polling.parsers import Job
from ingest.settings import Fetch

gc.disable()
with Engine(Fetch(), lambda: datetime.now(UTC), processes=1) as engine:
    try:
        engine.submit(engine.parse(Job(b"a page", engine.clock(), "http://a.example/"))).result()
    except ParseError as fault:
        kept = fault
    assert any(isinstance(one, SemLock) for one in gc.get_objects())
print(kept.what, [one for one in gc.get_objects() if isinstance(one, SemLock)])
"""


def test_an_engine_that_ended_leaves_no_semaphore_to_the_garbage_collector() -> None:
    """All are freed at once, also where a failed parse keeps its frames: their finalizer must not run at a chance moment.

    In a process of its own, where no other thread makes objects while they are counted.
    """
    done = subprocess.run([sys.executable, "-c", ENDED], capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout.strip().rpartition(" ")[2]) == ("", "[]")


def test_neighbours_are_unharmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one document stalls and one kills its parser, the others are read."""
    monkeypatch.setattr(engine_module, "read", fragile)
    titles = ["one", "die", "two", "stall", "three", "four"]
    with Engine(Fetch(), Clock(), processes=2, parsing=within(6.0)) as made:
        jobs = [Job(atom(atom_entry(title)), NOON, "http://a.example/") for title in titles]
        futures = [made.submit(made.parse(job)) for job in jobs]
        faults = [future.exception(timeout=20) for future in futures]
    assert [title for title, fault in zip(titles, faults, strict=True) if fault] == ["die", "stall"]


def test_a_body_beyond_all_memory_never_reaches_a_parser(parsers: Engine) -> None:
    """Whatever a fetch may bring, 200 MB are refused before they are copied; the next document is read."""
    with pytest.raises(ParseError, match="larger than 40 MB"):
        parsers.submit(parsers.parse(Job(bytes(200_000_000), NOON, "http://a.example/feed"))).result(timeout=20)
    assert parsers.submit(parsers.parse(Job(b"A few words.", NOON, name="good.txt"))).result(timeout=20).items


def test_a_costly_document_ends_in_time(parsers: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million bytes of attributes cost the deadline, no more."""
    monkeypatch.setattr(parsers, "parsing", within(1.0))
    attributes = " ".join(f'a{n}="{n}"' for n in range(100_000))
    job = Job(f"<rss><channel><item {attributes}/></channel></rss>".encode(), NOON, "http://a.example/")
    begin = time.monotonic()
    with pytest.raises(ParseError):
        parsers.submit(parsers.parse(job)).result(timeout=20)
    assert time.monotonic() - begin < 10


def test_a_large_document_may_cost_more_than_a_small_one() -> None:
    """What a small document may cost is multiplied by nothing but its size, in processor, clock and memory."""
    small, large = bounds_for(Parsing(), 20_000), bounds_for(Parsing(), 10 << 20)
    assert small.processor == pytest.approx(3.0, abs=0.1)
    assert small.clock == pytest.approx(21, abs=1)
    assert (large.processor, large.clock, large.memory) == (43.0, 301.0, 350 << 20)
    own = Parsing(seconds=1, seconds_per_megabyte=0, patience=2, megabytes=100, megabytes_per_megabyte=0)
    assert bounds_for(own, 10 << 20) == (1, 2, 100 << 20)


def test_a_large_feed_is_read_where_a_small_one_had_to_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of three megabytes gets the time that its size deserves; the same work in a small one is refused."""
    monkeypatch.setattr(engine_module, "read", laborious)
    slow = Parsing(seconds=0.3, seconds_per_megabyte=1.0, patience=60.0)
    with Engine(Fetch(), Clock(), processes=1, parsing=slow) as made:
        assert made.submit(made.parse(Job(bytes(3 << 20), NOON))).result(timeout=60).title == "done"
        fault = made.submit(made.parse(Job(b"x", NOON))).exception(timeout=60)
    assert str(fault).startswith("parsing took more than 0.3 s of the processor; the document was refused")


def test_a_bomb_of_entities_ends_in_words(parsers: Engine) -> None:
    """Entities that grow without an end are cut off: the feed is read without them or refused."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{entities}]>' + rss(rss_item("One", extra="&e11;")).decode()[38:]
    begin = time.monotonic()
    future = parsers.submit(parsers.parse(Job(bomb.encode(), NOON, "http://a.example/")))
    fault = future.exception(timeout=20)
    assert fault is None or isinstance(fault, ParseError)
    assert fault or len(repr(future.result())) < 10_000
    assert time.monotonic() - begin < 10


# The loop


def test_an_engine_asks_what_it_may(web: FakeWeb, other_web: FakeWeb, clock: Clock) -> None:
    """Guard, agent, size and time come from the settings."""
    web.serve("/", rss())
    web.serve("/large", b"x" * 1024 * 1024 * 2)
    settings = Fetch(allow=(web.allow,), contact="mailto:me@a.example", max_megabytes=1)
    with Engine(settings, clock) as made, Engine(replace(settings, timeout=0.3), clock) as impatient:
        assert made.submit(made.fetch(Request(web.url("/")))).result().status == 200
        assert web.calls[0].headers["user-agent"] == f"topicwire/{version('topicwire')} (+mailto:me@a.example)"
        for engine, url, why in (
            (made, other_web.url("/"), "private address"),
            (made, web.url("/large"), "larger than 1 MB"),
            (impatient, web.drip("/drip"), "within 0.3 s"),
        ):
            with pytest.raises(FetchError, match=why):
                engine.submit(engine.fetch(Request(url))).result()


def test_leaving_cancels_what_runs(web: FakeWeb, clock: Clock) -> None:
    """Nothing outlives the engine: who waits for it gets CancelledError."""
    with Engine(Fetch(allow=(web.allow,)), clock) as made:
        waiting = made.submit(made.fetch(Request(web.drip("/"))))
        assert wait_until(lambda: bool(web.calls))
    with pytest.raises(CancelledError):
        waiting.result(timeout=1)


def test_cancelling_leaves_the_engine_usable(web: FakeWeb, clock: Clock) -> None:
    """What runs is cancelled from another thread; new work is taken."""
    web.serve("/good", rss())
    with Engine(Fetch(allow=(web.allow,)), clock) as made:
        waiting = made.submit(made.fetch(Request(web.drip("/"))))
        assert wait_until(lambda: bool(web.calls))
        made.cancel()
        with pytest.raises(CancelledError):
            waiting.result(timeout=1)
        assert made.submit(made.fetch(Request(web.url("/good")))).result(timeout=5).status == 200


def test_a_bad_list_of_the_allowed_stops_at_once(clock: Clock) -> None:
    """A mistake in fetch.allow is found before anything starts."""
    with pytest.raises(SettingsError, match="neither host:port nor a network"):
        Engine(Fetch(allow=("nonsense",)), clock)


def test_a_cancelled_parse_is_dropped(parsers: Engine) -> None:
    """Its late result disturbs no one."""
    future = parsers.submit(parsers.parse(JOB))
    future.cancel()
    assert parsers.submit(parsers.parse(JOB)).result().items


class Elsewhere:
    """Runs batches as another machine would: it answers for each poll at once."""

    def __init__(self) -> None:
        self.cancelled = self.closed = 0

    def batches_at_once(self) -> int:
        """Return another number than the engine's own."""
        return 3

    def run(self, batch: Batch) -> "Future[Outcomes]":
        """Answer that nothing is new."""
        answer: Future[Outcomes] = Future()
        answer.set_result(tuple(Outcome(one.source, NOON) for one in batch.polls))
        return answer

    def take_replaced(self) -> dict[str, int]:
        """Return what a worker had to replace."""
        return {"time": 2}

    def cancel(self) -> None:
        """Count."""
        self.cancelled += 1

    def close(self) -> None:
        """Count."""
        self.closed += 1


def test_batches_may_run_elsewhere() -> None:
    """An engine that is given a runner leaves batches to it, counts its parsers, tells it of a cancellation, and closes it."""
    batch = Batch((Poll(Source("http://a.example/"), SourceState()),))
    elsewhere = Elsewhere()
    with Engine(Fetch(), Clock(), runner=elsewhere) as made:
        assert made.run(batch).result() == (Outcome(Source("http://a.example/"), NOON),)
        assert made.batches_at_once() == 3
        assert made.take_replaced() == {"time": 2}
        made.cancel()
    assert (elsewhere.cancelled, elsewhere.closed) == (1, 1)


@pytest.mark.parametrize(("chosen", "processes"), [("local:1", 1), ("local:3", 3)])
def test_a_home_says_how_many_parsers_it_wants(home: Path, chosen: str, processes: int) -> None:
    """`engine = "local:N"` starts N parser processes."""
    with Home(home, {"TOPICWIRE_ENGINE": chosen}, Clock()).engine() as made:
        assert made._processes == processes
