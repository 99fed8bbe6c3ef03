"""Due sources split into batches by host, so that hosts take turns; pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from ingest.model import NOTHING, Before, Source
from ingest.poll_state import SourceState
from ingest.text.urls import machine_of

Due = tuple[Source, SourceState]


@dataclass(frozen=True, slots=True)
class Poll:
    """One source to poll, with its polling state."""

    source: Source
    state: SourceState
    before: Before = NOTHING  # what its last document held


@dataclass(frozen=True, slots=True)
class Batch:
    """Polls that are processed and committed together."""

    polls: tuple[Poll, ...]


def split_by_host(due: Iterable[Due], urls: Iterable[str]) -> tuple[list[Due], list[Due]]:
    """Split due polls into those of one step, at most half of the polled sources of each host, and the rest.

    `urls` are the addresses of all polled sources. After a start everything may be due, and no host should be flooded.
    A source that was never polled comes before the others of its host.
    """
    left = {host: max(count // 2, 1) for host, count in Counter(map(machine_of, urls)).items()}
    now: list[Due] = []
    later: list[Due] = []
    for one in sorted(due, key=lambda one: one[1].last_poll is not None):
        host = machine_of(one[0].url)
        left[host] = left.get(host, 1) - 1
        (now if left[host] >= 0 else later).append(one)
    return now, later


def cut_batches(due: Iterable[Due], size: int, per_host: int = 10, first: int | None = None) -> tuple[Batch, ...]:
    """Cut `due` into batches of at most `size`, at most `per_host` polls of one host in each; the first may be smaller.

    Hosts take turns: the first few sources of every host come before the rest of a large one.
    """
    turns: defaultdict[str, list[tuple[str, list[Poll]]]] = defaultdict(list)
    for source, state in due:
        host = machine_of(source.url)
        turn = turns[host]
        if not turn or len(turn[-1][1]) >= per_host:
            turn.append((host, []))
        turn[-1][1].append(Poll(source, state))
    groups = (group for around in zip_longest(*turns.values()) for group in around if group)
    return _packed(groups, size, min(first or size, size))


def _packed(groups: Iterable[tuple[str, list[Poll]]], size: int, first: int) -> tuple[Batch, ...]:
    batches: list[list[Poll]] = [[]]
    hosts: set[str] = set()
    for host, group in groups:
        most = first if len(batches) == 1 else size
        if batches[-1] and (len(batches[-1]) + len(group) > most or host in hosts):
            batches.append([])
            hosts = set()
        batches[-1] += group
        hosts.add(host)
    return tuple(Batch(tuple(polls)) for polls in batches if polls)
