"""Polls are dealt out so that each host has one worker, and the one that kills workers is found."""

from collections import Counter
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.model import Source
from ingest.poll_state import SourceState
from ingest.polling.batch import Poll
from ingest.polling.running.dealing import Dealing, Load
from ingest.polling.running.hearing import Hearing
from ingest.polling.running.messages import Greeting, pack_greeting, refusal

PAUSE: Final = 1.0
DEADLY: Final = "http://h3.example/deadly"


def poll(url: str) -> Poll:
    """Make a poll of an address."""
    return Poll(Source(url), SourceState())


def loads(dealing: Dealing, now: float) -> list[Load]:
    """Deal out all that can be dealt out now."""
    found = []
    for worker in sorted(dealing.workers):
        while load := dealing.next_load(worker, now):
            found.append(load)
    return found


def urls(load: Load) -> list[str]:
    """Return the addresses of a load."""
    return [one.poll.source.url for one in load.tickets]


def test_a_host_stays_with_one_worker() -> None:
    """Whatever is polled of a host goes to the same worker, and with many hosts every worker has some."""
    dealing = Dealing(PAUSE)
    for name in "abc":
        dealing.join(name, 0.0)
    for number in range(300):
        dealing.add(poll(f"http://h{number % 60}.example/{number}"), 0.0)
    found: dict[str, set[str]] = {}
    while given_out := loads(dealing, 0.0):
        for load in given_out:
            for one in load.tickets:
                found.setdefault(one.host, set()).add(load.worker)
            dealing.done(load, 0.0)
    assert len(found) == 60
    assert {len(workers) for workers in found.values()} == {1}
    assert min(Counter(next(iter(workers)) for workers in found.values()).values()) > 10


def test_a_worker_has_four_loads_at_most() -> None:
    """The rest waits here, in order, and is packed together."""
    dealing = Dealing(PAUSE)
    dealing.join("a", 0.0)
    for number in range(500):
        dealing.add(poll(f"http://h{number}.example/"), 0.0)
    first = loads(dealing, 0.0)
    assert [len(one.tickets) for one in first] == [40, 40, 40, 40]
    assert dealing.next_load("a", 0.0) is None
    dealing.done(first[0], 0.0)
    assert [urls(one)[0] for one in loads(dealing, 0.0)] == ["http://h160.example/"]


def test_a_new_worker_takes_over_a_host_only_after_its_pause() -> None:
    """While a worker asks a host, and for a pause after it, nobody else does."""
    dealing = Dealing(PAUSE)
    dealing.join("a", 0.0)
    hosts = [f"http://h{number}.example/" for number in range(20)]
    for url in hosts:
        dealing.add(poll(url), 0.0)
    (load,) = loads(dealing, 0.0)
    dealing.join("b", 1.0)
    for url in hosts:
        dealing.add(poll(url + "2"), 1.0)
    (next_load,) = loads(dealing, 1.0)
    assert next_load.worker == "a"
    dealing.done(load, 2.0)
    dealing.done(next_load, 3.0)
    for url in hosts:
        dealing.add(poll(url + "3"), 3.5)
    (last,) = loads(dealing, 3.5)
    assert last.worker == "a"
    dealing.done(last, 4.0)
    for url in hosts:
        dealing.add(poll(url + "4"), 9.0)
    assert {one.worker for one in loads(dealing, 9.0)} == {"a", "b"}


def test_the_hosts_of_a_dead_worker_rest_before_another_asks_them() -> None:
    """A pause is kept although nobody knows when the dead worker asked last."""
    dealing = Dealing(PAUSE)
    dealing.join("a", 0.0)
    dealing.join("b", 0.0)
    for number in range(20):
        dealing.add(poll(f"http://h{number}.example/"), 0.0)
    assert len(loads(dealing, 0.0)) == 2
    for load in dealing.leave("a", 5.0):
        dealing.lost(load, 5.0)
    assert loads(dealing, 5.5) == []
    assert {one.worker for one in loads(dealing, 6.5)} <= {"b"}


def test_what_waits_is_kept_while_there_is_no_worker() -> None:
    """It is dealt out to whoever comes, in the old order."""
    dealing = Dealing(PAUSE)
    dealing.join("a", 0.0)
    given = [f"http://h{number}.example/" for number in range(10)]
    for url in given:
        dealing.add(poll(url), 0.0)
    (load,) = loads(dealing, 0.0)
    assert dealing.leave("a", 0.0) == (load,)
    dealing.returned(load, 0.0)
    assert loads(dealing, 9.0) == []
    dealing.join("b", 9.0)
    (again,) = loads(dealing, 9.0)
    assert (urls(again), again.is_alone) == (given, False)


def test_a_dropped_poll_is_not_dealt_out() -> None:
    """Nobody waits for it any more."""
    dealing = Dealing(PAUSE)
    numbers = [dealing.add(poll(f"http://h{number}.example/"), 0.0).number for number in range(3)]
    dealing.drop(numbers[:1])
    dealing.join("a", 0.0)
    dealing.drop(numbers[1:2])
    (load,) = loads(dealing, 0.0)
    assert urls(load) == ["http://h2.example/"]


def played(polls: list[str], workers: int, deadly: set[str]) -> tuple[list[str], list[str], int]:
    """Poll with workers that die over some sources and are started again; give those polled, those given up, and the deaths."""
    dealing, now, deaths = Dealing(PAUSE), 0.0, 0
    names = [f"w{number}" for number in range(workers)]
    for name in names:
        dealing.join(name, now)
    for url in polls:
        dealing.add(poll(url), now)
    done: list[str] = []
    guilty: list[str] = []
    for _ in range(10_000):
        now += 2.0
        given_out = loads(dealing, now)
        if not given_out:
            break
        killers = {load.worker for load in given_out if deadly & set(urls(load))}
        for worker in killers:
            deaths += 1
            for load in dealing.leave(worker, now):
                guilty += [one.poll.source.url for one in dealing.lost(load, now)]
            dealing.join(f"{worker}'", now)
        for load in given_out:
            if load.worker not in killers:
                dealing.done(load, now)
                done += urls(load)
    return done, guilty, deaths


def test_the_poll_that_kills_workers_is_found() -> None:
    """Of forty sources one is given up, after a few deaths, and every other is polled once."""
    given_urls = [f"http://h{number}.example/" for number in range(40)]
    given_urls[17] = DEADLY
    done, guilty, deaths = played(given_urls, 2, {DEADLY})
    assert guilty == [DEADLY]
    assert sorted(done) == sorted(set(given_urls) - {DEADLY})
    assert deaths <= 8  # one in company, five halves, two of it alone


@settings(max_examples=60)
@given(count=st.integers(1, 90), workers=st.integers(1, 4), chosen=st.sets(st.integers(0, 89), max_size=3))
def test_only_the_guilty_are_given_up(count: int, workers: int, chosen: set[int]) -> None:
    """However many sources are deadly, they alone are given up, and whatever died beside them is polled once."""
    given_urls = [f"http://h{number % 30}.example/{number}" for number in range(count)]
    deadly = {given_urls[number] for number in chosen if number < count}
    done, guilty, _ = played(given_urls, workers, deadly)
    assert sorted(guilty) == sorted(deadly)
    assert sorted(done) == sorted(set(given_urls) - deadly)


def test_a_worker_that_dies_by_itself_costs_nobody_a_failure() -> None:
    """What it had comes back in two halves, each alone, and is then above suspicion."""
    dealing = Dealing(PAUSE)
    dealing.join("a", 0.0)
    for number in range(5):
        dealing.add(poll(f"http://h{number}.example/"), 0.0)
    loads(dealing, 0.0)
    (load,) = dealing.leave("a", 1.0)
    assert dealing.lost(load, 1.0) == ()
    dealing.join("b", 1.0)
    dealing.add(poll("http://other.example/"), 1.0)
    (first,) = loads(dealing, 3.0)
    assert (len(first.tickets), first.is_alone) == (3, True)
    dealing.done(first, 3.0)
    (second,) = loads(dealing, 3.0)
    assert (len(second.tickets), second.is_alone) == (2, True)
    dealing.done(second, 3.0)
    dealing.add(poll("http://h0.example/"), 4.0)
    (last,) = loads(dealing, 4.0)
    assert (urls(last), last.is_alone) == (["http://other.example/", "http://h0.example/"], False)


def test_a_worker_that_stands_still_makes_suspects_only_when_it_happens_again() -> None:
    """What it had goes to another worker whole; over what stopped that one too, halves are tried; a poll that was done is clear."""
    dealing = Dealing(PAUSE)
    dealing.join("a", 0.0)
    for number in range(4):
        dealing.add(poll(f"http://h{number}.example/"), 0.0)
    (load,) = loads(dealing, 0.0)
    dealing.leave("a", 1.0)
    assert dealing.stuck(load, 1.0) == ()
    dealing.join("b", 1.0)
    (whole,) = loads(dealing, 3.0)
    assert (len(whole.tickets), whole.is_alone) == (4, False)
    dealing.leave("b", 4.0)
    assert dealing.stuck(whole, 4.0) == ()
    dealing.join("c", 4.0)
    for now in (6.0, 7.0):
        (half,) = loads(dealing, now)
        assert (len(half.tickets), half.is_alone) == (2, True)
        dealing.done(half, now)
    dealing.add(poll("http://h0.example/"), 8.0)
    (load,) = loads(dealing, 8.0)
    dealing.leave("c", 9.0)
    dealing.stuck(load, 9.0)
    dealing.join("d", 9.0)
    assert [one.is_alone for one in loads(dealing, 11.0)] == [False]


def test_a_suspect_is_remembered_by_the_next_pass() -> None:
    """A pass that failed for want of workers does not have to find the guilty one again."""
    dealing = Dealing(PAUSE)
    dealing.join("a", 0.0)
    numbers = [dealing.add(poll(url), 0.0).number for url in (DEADLY, "http://h1.example/")]
    (load,) = loads(dealing, 0.0)
    dealing.leave("a", 0.0)
    dealing.lost(load, 0.0)
    dealing.drop(numbers)
    for url in ("http://h2.example/", DEADLY):
        dealing.add(poll(url), 1.0)
    dealing.join("b", 9.0)
    assert [urls(one) for one in loads(dealing, 9.0)] == [["http://h2.example/"]]


@pytest.mark.parametrize(
    ("said", "needs_proxy", "what"),
    [
        (pack_greeting(Greeting("1.2")), False, None),
        (pack_greeting(Greeting("1.2", has_proxy=True)), True, None),
        (pack_greeting(Greeting("1.1")), False, "it has topicwire 1.1, and this is 1.2"),
        (pack_greeting(Greeting("1.2", may_have_children=False)), False, "it may not start processes that parse"),
        (pack_greeting(Greeting("1.2")), True, "it has no proxy, and fetch.proxy is set here"),
        (ModuleNotFoundError("ingest"), False, "it has topicwire of an unknown version, and this is 1.2"),
        (b"\x80", False, "it has topicwire of an unknown version, and this is 1.2"),
        (b"what?", False, "it has topicwire of an unknown version, and this is 1.2"),
    ],
)
def test_a_worker_that_cannot_do_the_work_gets_none(said: bytes | Exception, *, needs_proxy: bool, what: str | None) -> None:
    """Another version, a process without children, and a missing proxy are each told with a cure."""
    why = refusal(said, "1.2", needs_proxy=needs_proxy)
    assert (why and why[0]) == what
    assert why is None or why[1]


def test_a_worker_that_gives_no_sign_is_not_heard() -> None:
    """Its sign has to change in time; one that is new is heard at first, one that goes on is heard again."""
    hearing = Hearing(20.0)
    assert hearing.heard({"a": 1.0, "b": 1.0}, 0.0) == {"a", "b"}
    assert hearing.heard({"a": 2.0, "b": 1.0}, 19.0) == {"a", "b"}
    assert hearing.heard({"a": 3.0, "b": 1.0, "c": 1.0}, 20.0) == {"a", "c"}
    assert hearing.heard({"a": 3.0, "b": 2.0}, 30.0) == {"a", "b"}
    assert hearing.heard({"a": 3.0, "b": 2.0}, 40.0) == {"b"}
