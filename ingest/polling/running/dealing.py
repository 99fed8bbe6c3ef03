"""Deals polls out to workers: a host stays with one worker, and who kills workers is found; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import count
from typing import Final

from ingest.polling.batch import Poll
from ingest.text.urls import machine_of

_SEATS: Final = 4  # loads under way at one worker
_SIZE: Final = 40  # polls in a load
_STRIKES: Final = 2  # workers that died over one poll alone: then it is guilty


@dataclass(frozen=True, slots=True)
class Ticket:
    """A poll that is to be dealt out; those of one suspect group have a worker to themselves."""

    number: int
    poll: Poll
    group: int | None = None

    @property
    def host(self) -> str:
        """The machine that it asks."""
        return machine_of(self.poll.source.url)


@dataclass(frozen=True, slots=True)
class Load:
    """Polls that one worker has at once."""

    number: int
    worker: str
    tickets: tuple[Ticket, ...]

    @property
    def is_alone(self) -> bool:
        """True when the worker has nothing else to do meanwhile."""
        return self.tickets[0].group is not None


@dataclass(slots=True)
class _Tenure:
    """Which worker asks a host: as long as it has loads with polls of it, and for a pause after them."""

    worker: str
    loads: int = 0
    until: float = 0.0


class Dealing:
    """Who polls what. Times are seconds of one clock.

    A load that was lost with its worker comes back in halves, each alone on a worker, down to single polls. A single
    poll over which two workers died, while they did nothing else, is given up. Where a worker stood still the machine is
    to blame as a rule: its loads come back whole, and in halves when that happens again to one of their polls.
    """

    def __init__(self, pause: float) -> None:
        """Leave `pause` seconds between two workers that ask the same host."""
        self._pause = pause
        self._queues: dict[str, list[Ticket]] = {}  # by worker, in order
        self._homeless: list[Ticket] = []  # while there is no worker
        self._running: dict[str, dict[int, Load]] = {}
        self._tenures: dict[str, _Tenure] = {}
        self._strikes: dict[str, int] = {}  # of suspects, by address
        self._delayed: set[str] = set()  # by address, since a worker stood still that had them
        self._chosen: dict[str, str] = {}  # worker by host, while the workers stay the same
        self._rest_until = 0.0
        self._numbers, self._groups, self._loads = count(1), count(1), count(1)

    @property
    def workers(self) -> frozenset[str]:
        """The workers that are there."""
        return frozenset(self._queues)

    def add(self, poll: Poll, now: float) -> Ticket:
        """Take a poll in; a suspect from earlier goes alone."""
        group = next(self._groups) if poll.source.url in self._strikes else None
        ticket = Ticket(next(self._numbers), poll, group)
        self._place(ticket, now)
        return ticket

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget polls that nobody waits for any more and that no worker has."""
        gone = set(numbers)
        for queue in (*self._queues.values(), self._homeless):
            queue[:] = [one for one in queue if one.number not in gone]

    def join(self, worker: str, now: float) -> None:
        """Begin to give work to a worker."""
        self._queues[worker], self._running[worker] = [], {}
        self._place_again(now)

    def leave(self, worker: str, now: float) -> tuple[Load, ...]:
        """Give no more work to a worker; return what it had: each is to be `lost`, `stuck` or `returned`."""
        self._homeless += self._queues.pop(worker)
        left = self._running.pop(worker)
        self._rest_until = now + self._pause  # for the hosts that it was asking
        self._place_again(now)
        return tuple(left.values())

    def next_load(self, worker: str, now: float) -> Load | None:
        """Return what a worker does next, if it has a free seat and there is something to do."""
        queue, running = self._queues[worker], self._running[worker]
        if not queue or len(running) >= _SEATS or now < self._rest_until or any(one.is_alone for one in running.values()):
            return None
        group = queue[0].group
        if group is not None and running:
            return None
        fitting = [one for one in queue if one.group == group][:_SIZE]
        load = Load(next(self._loads), worker, tuple(fitting))
        taken = {one.number for one in fitting}
        queue[:] = [one for one in queue if one.number not in taken]
        running[load.number] = load
        for host in {one.host for one in fitting}:
            self._tenure(host, worker).loads += 1
        return load

    def done(self, load: Load, now: float) -> None:
        """Note that a load was polled: its polls are no suspects."""
        self._end(load, now)
        for one in load.tickets:
            self._strikes.pop(one.poll.source.url, None)
            self._delayed.discard(one.poll.source.url)

    def returned(self, load: Load, now: float) -> None:
        """Take a load back that ended without a fault of its own."""
        self._end(load, now)
        for one in load.tickets:
            self._place(one, now)

    def lost(self, load: Load, now: float) -> tuple[Ticket, ...]:
        """Take a load back whose worker died over it; return the polls that are guilty: they are not dealt out again."""
        self._end(load, now)
        if load.is_alone and len(load.tickets) == 1:
            url = load.tickets[0].poll.source.url
            self._strikes[url] = min(self._strikes.get(url, 0) + 1, _STRIKES)
            if self._strikes[url] == _STRIKES:
                self._strikes[url] -= 1  # when it is polled again, it goes alone, and one more death is enough
                return load.tickets
        half = (len(load.tickets) + 1) // 2
        for part in (load.tickets[:half], load.tickets[half:]):
            group = next(self._groups)
            for one in part:
                self._strikes.setdefault(one.poll.source.url, 0)
                self._place(replace(one, group=group), now)
        return ()

    def stuck(self, load: Load, now: float) -> tuple[Ticket, ...]:
        """Take a load back whose worker stands still; return the polls that are guilty, as `lost` does."""
        urls = {one.poll.source.url for one in load.tickets}
        if load.is_alone or not self._delayed.isdisjoint(urls):
            return self.lost(load, now)
        self._delayed |= urls
        self.returned(load, now)
        return ()

    def _end(self, load: Load, now: float) -> None:
        self._running.get(load.worker, {}).pop(load.number, None)
        for host in {one.host for one in load.tickets}:
            tenure = self._tenures.get(host)
            if tenure and tenure.worker == load.worker:
                tenure.loads, tenure.until = tenure.loads - 1, now + self._pause

    def _tenure(self, host: str, worker: str) -> _Tenure:
        tenure = self._tenures.get(host)
        if tenure is None or tenure.worker != worker:
            tenure = self._tenures[host] = _Tenure(worker)
        return tenure

    def _place(self, ticket: Ticket, now: float) -> None:
        queue = self._queues[self._worker_for(ticket.host, now)] if self._queues else self._homeless
        queue.append(ticket)
        if len(queue) > 1 and queue[-2].number > ticket.number:
            queue.sort(key=lambda one: one.number)

    def _place_again(self, now: float) -> None:
        """Place everything that waits, since the workers are others than before."""
        waiting = [*self._homeless, *(one for queue in self._queues.values() for one in queue)]
        for queue in (self._homeless, *self._queues.values()):
            queue.clear()
        self._chosen.clear()
        self._tenures = {host: one for host, one in self._tenures.items() if one.loads or one.until > now}
        for one in sorted(waiting, key=lambda one: one.number):
            self._place(one, now)

    def _worker_for(self, host: str, now: float) -> str:
        """Return the worker that asks a host: the one that does so now, else one that the names of both choose."""
        tenure = self._tenures.get(host)
        if tenure and tenure.worker in self._queues and (tenure.loads or tenure.until > now):
            return tenure.worker
        if host not in self._chosen:
            self._chosen[host] = max(self._queues, key=lambda worker: blake2b(f"{worker} {host}".encode(), digest_size=8).digest())
        return self._chosen[host]
