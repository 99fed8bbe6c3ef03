"""Due sources cut into batches by host, so that a host is never asked twice at once; pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from ingest.item import NOTHING, Before, Source, SourceState
from ingest.urls import host_of


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
    continued: frozenset[str] = frozenset()  # hosts that the batches before have just asked

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that it asks."""
        return frozenset(host_of(poll.source.url) for poll in self.polls)

    def by_host(self) -> dict[str, tuple[Poll, ...]]:
        """Give its polls, those of one host together and in order."""
        found: defaultdict[str, tuple[Poll, ...]] = defaultdict(tuple)
        for poll in self.polls:
            found[host_of(poll.source.url)] += (poll,)
        return found


def cut(due: Iterable[tuple[Source, SourceState]], size: int, per_host: int = 10) -> tuple[Batch, ...]:
    """Cut `due` into batches of at most `size`, at most `per_host` polls of one host in each.

    Hosts take turns: the first few sources of every host come before the rest of a large one.
    """
    turns: defaultdict[str, list[list[Poll]]] = defaultdict(list)
    for source, state in due:
        turn = turns[host_of(source.url)]
        if not turn or len(turn[-1]) >= per_host:
            turn.append([])
        turn[-1].append(Poll(source, state))
    groups = (group for around in zip_longest(*turns.values()) for group in around if group)
    return _packed(groups, size)


def _packed(groups: Iterable[list[Poll]], size: int) -> tuple[Batch, ...]:
    batches: list[list[Poll]] = [[]]
    for group in groups:
        hosts = {host_of(poll.source.url) for poll in batches[-1]}
        if batches[-1] and (len(batches[-1]) + len(group) > size or host_of(group[0].source.url) in hosts):
            batches.append([])
        batches[-1] += group
    asked: set[str] = set()
    result = []
    for polls in filter(None, batches):
        hosts = {host_of(poll.source.url) for poll in polls}
        result.append(Batch(tuple(polls), frozenset(hosts & asked)))
        asked |= hosts
    return tuple(result)
