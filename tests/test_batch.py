from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ingest.model import Source
from ingest.poll_state import SourceState
from ingest.polling.batch import Batch, Poll, cut_batches
from ingest.text.urls import machine_of


def due(*hosts: str) -> list[tuple[Source, SourceState]]:
    """Return sources at these hosts, each with a path of its own."""
    return [(Source(f"http://{host}.example/{n}"), SourceState()) for n, host in enumerate(hosts)]


def urls(batches: tuple[Batch, ...]) -> list[list[str]]:
    """Return the batches' addresses without what is the same in all."""
    return [[poll.source.url.removeprefix("http://").replace(".example", "") for poll in batch.polls] for batch in batches]


def test_nothing_due_is_no_batch() -> None:
    """No sources, no work."""
    assert cut_batches([], 10) == ()


def test_a_host_stays_in_its_batch() -> None:
    """Polls of one host go together, so that it is asked in turn."""
    (batch,) = cut_batches(due("a", "b", "a", "c", "b"), 10)
    assert urls((batch,)) == [["a/0", "a/2", "b/1", "b/4", "c/3"]]


def test_a_large_host_takes_turns() -> None:
    """Its first few come beside everyone's, its rest afterwards."""
    batches = cut_batches(due("a", "a", "a", "b"), 10, per_host=2)
    assert urls(batches) == [["a/0", "a/1", "b/3"], ["a/2"]]


def test_batches_are_no_larger_than_asked() -> None:
    """A full batch begins another."""
    assert urls(cut_batches(due(*"abcde"), 2)) == [["a/0", "b/1"], ["c/2", "d/3"], ["e/4"]]


def test_the_first_batch_may_be_smaller() -> None:
    """It is there sooner than the others; the order is the same."""
    assert urls(cut_batches(due(*"abcde"), 3, first=1)) == [["a/0"], ["b/1", "c/2", "d/3"], ["e/4"]]


def test_sources_without_a_host_are_polled_too() -> None:
    """An address that is none gets its error like any other."""
    assert cut_batches([(Source("nonsense"), SourceState())], 10) == (Batch((Poll(Source("nonsense"), SourceState()),)),)


@given(st.lists(st.sampled_from("abcd"), max_size=60), st.integers(3, 9), st.integers(1, 3))
def test_every_source_is_in_one_batch(hosts: list[str], size: int, per_host: int) -> None:
    """None is lost, none is asked twice, no batch is too large, no host too often in one."""
    sources = due(*hosts)
    batches = cut_batches(sources, size, per_host)
    polls = [poll for batch in batches for poll in batch.polls]
    assert Counter(poll.source.url for poll in polls) == Counter(source.url for source, _ in sources)
    assert all(0 < len(batch.polls) <= size for batch in batches)
    assert all(n <= per_host for batch in batches for n in Counter(machine_of(poll.source.url) for poll in batch.polls).values())


def test_schemes_and_ports_of_a_host_are_one() -> None:
    """The plain and the secure side of a machine take turns as one host."""
    addresses = ["http://a.example/1", "https://a.example/2", "http://a.example:8080/3", "http://b.example/4"]
    batches = cut_batches([(Source(url), SourceState()) for url in addresses], 10, per_host=2)
    assert [len(batch.polls) for batch in batches] == [3, 1]
