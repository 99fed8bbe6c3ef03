"""How many connections a server keeps, how long each may take, and which are evicted for a new one; pure, closes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from heapq import nsmallest
from ipaddress import IPv6Address, ip_address
from typing import Final, Protocol, TypeVar

_FEWEST: Final = 8  # connections in all, even with few file descriptors
_MOST: Final = 2_000  # connections in all, even with many: each costs memory
_EVICTED_PART: Final = 16  # one in so many is evicted at once
_GRACE: Final = 5.0  # seconds in which a client that sends or reads is not considered slow


class Phase(IntEnum):
    """What a connection is doing, in the order of eviction."""

    WAITING = 0  # for a request, or for the rest of its head
    SENDING = 1  # the client sends a body
    READING = 2  # the client reads its answer
    ENDING = 3  # the last answer is sent
    WORKING = 4  # the application makes the answer


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections there may be, and how many seconds each phase may take."""

    most: int = 500  # in all
    most_of_one: int = 64  # from one client
    head: float = 10.0  # seconds for all of a request's head, and for the first byte of a connection
    body: float = 20.0  # ... for its body, and one more for every `slowest` bytes of it
    reading: float = 30.0  # ... to read its answer, and one more for every `slowest` bytes of it
    ending: float = 3.0  # ... for the rest of a request that is already answered
    slowest: int = 32_768  # bytes a second

    def has_timed_out(self, phase: Phase, seconds: float, size: int) -> bool:
        """Return whether a connection is too slow: it has been in `phase` for `seconds`, with `size` bytes to transfer."""
        more = size / self.slowest
        allowed = {
            Phase.WAITING: self.head,
            Phase.SENDING: self.body + more,
            Phase.READING: self.reading + more,
            Phase.ENDING: self.ending,
        }
        return phase in allowed and seconds > allowed[phase]


class Connection(Protocol):
    """What these rules need to know of a connection."""

    @property
    def address(self) -> str:
        """The client, as `client_of` returns it."""
        ...

    @property
    def phase(self) -> Phase:
        """What it is doing."""
        ...

    @property
    def number(self) -> int:
        """How many connections came before it."""
        ...

    @property
    def since(self) -> float:
        """When its phase began, in seconds of some clock."""
        ...


Some = TypeVar("Some", bound=Connection)


def limits_for(descriptors: int, most: int | None = None, most_of_one: int = 64) -> ConnectionLimits:
    """Return the limits of a process that may open `descriptors` files and connections.

    Half of them are left for polling, the database and publishing. `most`, the owner's wish, counts where it is less.
    """
    possible = min(max(descriptors // 2, _FEWEST), _MOST)
    return ConnectionLimits(min(most or possible, possible), most_of_one)


def client_of(host: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(getattr(address, "ipv4_mapped", None) or address)


def is_shared(address: str) -> bool:
    """Return whether an address may stand for many clients: behind a proxy on this computer all have the loopback address."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return True


def evicted(new: str, there: Collection[Some], limits: ConnectionLimits, now: float) -> tuple[list[Some], bool]:
    """Return (the connections to close for one from client `new`, whether there is room for it then).

    Several are closed at once: looking at all of them takes a while, and in a crowd more room is needed soon.
    """
    own = [one for one in there if one.address == new] if len(there) >= limits.most_of_one and not is_shared(new) else []
    full: Collection[Some] = own if len(own) >= limits.most_of_one else there if len(there) >= limits.most else ()
    if not full:
        return [], True
    slow = [one for one in full if _may_be_evicted(one, now)]
    some = max(len(full) // _EVICTED_PART, 1)
    return nsmallest(some, slow, key=lambda one: (one.phase, one.since, one.number)), bool(slow)


def _may_be_evicted(one: Connection, now: float) -> bool:
    phase = one.phase
    return phase is Phase.WAITING or (phase < Phase.WORKING and now - one.since > _GRACE)
