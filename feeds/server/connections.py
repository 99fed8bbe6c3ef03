"""Which connections a server keeps, how long one may take, and which gives way to a new one; pure, opens and closes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from heapq import nsmallest
from ipaddress import IPv6Address, ip_address
from typing import Final, Protocol, TypeVar

_FEWEST: Final = 8  # connections in all, however few descriptors there are
_MOST: Final = 2_000  # ... and however many: each costs memory too
_PART: Final = 16  # of a crowd one in so many gives way at once
_SPARED: Final = 5.0  # seconds in which a body or a reader is not thought slow


class Phase(IntEnum):
    """What a connection is doing; those that give way first come first."""

    WAITING = 0  # nothing was asked, or not all of the head has come
    SENDING = 1  # the head is there, the body is not
    READING = 2  # the answer is made, the asker does not take it
    ENDING = 3  # the last answer is given
    WORKING = 4  # its answer is being made


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections, and how many seconds."""

    most: int = 500  # in all
    most_of_one: int = 64  # from one address
    head: float = 10.0  # seconds for all of a request's head, and for the first byte of a connection
    body: float = 20.0  # ... for its body, and one more for every `slowest` bytes of it
    reading: float = 30.0  # ... for an answer to be taken, and one more for every `slowest` bytes of it
    ending: float = 3.0  # ... for the rest of a request that is answered already
    slowest: int = 32_768  # bytes a second

    def overdue(self, phase: Phase, seconds: float, size: int) -> bool:
        """Return whether a connection has been in a phase for too long, in which so many bytes were sent."""
        more = size / self.slowest
        allowed = {
            Phase.WAITING: self.head,
            Phase.SENDING: self.body + more,
            Phase.READING: self.reading + more,
            Phase.ENDING: self.ending,
        }
        return phase in allowed and seconds > allowed[phase]


class Connection(Protocol):
    """What is to be known of a connection."""

    @property
    def address(self) -> str:
        """Whose it is."""
        ...

    @property
    def phase(self) -> Phase:
        """What it is doing."""
        ...

    @property
    def number(self) -> int:
        """How many came before it."""
        ...

    @property
    def since(self) -> float:
        """Since when, in seconds of some clock."""
        ...


Some = TypeVar("Some", bound=Connection)


def limits_for(descriptors: int, most: int | None = None, most_of_one: int = 64) -> ConnectionLimits:
    """Return the limits of a process that may have so many files and connections open.

    Half of them are left for polling, the database and publishing. What the owner wants is taken where it is less.
    """
    possible = min(max(descriptors // 2, _FEWEST), _MOST)
    return ConnectionLimits(min(most or possible, possible), most_of_one)


def owner_of(host: str) -> str:
    """Return what counts as one address: an IPv6 network of a household is one."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(getattr(address, "ipv4_mapped", None) or address)


def is_one_of_many(address: str) -> bool:
    """Return whether many people come from an address: a proxy on this computer brings all of them."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return True


def in_the_way(new: str, there: Collection[Some], limits: ConnectionLimits, now: float) -> tuple[list[Some], bool]:
    """Return (the connections that give way to one from address `new`, whether there is room for that then).

    It is some at once: to look at all takes a while, and who needs one place in a crowd will need another.
    """
    own = [one for one in there if one.address == new] if len(there) >= limits.most_of_one and not is_one_of_many(new) else []
    full: Collection[Some] = own if len(own) >= limits.most_of_one else there if len(there) >= limits.most else ()
    if not full:
        return [], True
    slow = [one for one in full if _gives_way(one, now)]
    some = max(len(full) // _PART, 1)
    return nsmallest(some, slow, key=lambda one: (one.phase, one.since, one.number)), bool(slow)


def _gives_way(one: Connection, now: float) -> bool:
    phase = one.phase
    return phase is Phase.WAITING or (phase < Phase.WORKING and now - one.since > _SPARED)
