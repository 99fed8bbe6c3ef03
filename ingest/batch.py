"""Due sources cut into batches by host, so that hosts take turns; pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from ingest.item import NOTHING, Before, Source, SourceState
from ingest.urls import machine_of


@dataclass(frozen=True, slots=True)
class Poll:
    """One source to ask, and what is known of asking it."""

    source: Source
    state: SourceState
    before: Before = NOTHING  # what its last document held


@dataclass(frozen=True, slots=True)
class Batch:
    """Polls that are processed and committed together."""

    polls: tuple[Poll, ...]


def cut(due: Iterable[tuple[Source, SourceState]], size: int, per_host: int = 10) -> tuple[Batch, ...]:
    """Cut `due` into batches of at most `size`, at most `per_host` polls of one host in each.

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
    return _packed(groups, size)


def _packed(groups: Iterable[tuple[str, list[Poll]]], size: int) -> tuple[Batch, ...]:
    batches: list[list[Poll]] = [[]]
    hosts: set[str] = set()
    for host, group in groups:
        if batches[-1] and (len(batches[-1]) + len(group) > size or host in hosts):
            batches.append([])
            hosts = set()
        batches[-1] += group
        hosts.add(host)
    return tuple(Batch(tuple(polls)) for polls in batches if polls)
