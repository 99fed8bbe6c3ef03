"""What a coordinator and its workers tell each other, as values and as bytes; knows no connection."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import msgspec

from ingest.polling.batch import Poll
from ingest.polling.running.runner import Outcomes
from ingest.settings import Fetch, Parsing


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a worker is to do: polls, by which settings, and what time it is for the coordinator."""

    now: datetime
    fetch: Fetch
    parsing: Parsing
    polls: tuple[Poll, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker brings for an assignment: outcomes in the order of its polls, or what went wrong with all of it."""

    outcomes: Outcomes = ()
    fault: str = ""
    cure: str = ""
    is_abandoned: bool = False  # it was not done to its end: the worker stood still meanwhile, or ends
    replaced: dict[str, int] = field(default_factory=dict)  # parser processes since the last answer, by cause


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a worker says of itself."""

    version: str  # of topicwire
    may_have_children: bool = True  # without which nothing can be parsed
    has_proxy: bool = False


_UNKNOWN: Final = Greeting("of an unknown version")
pack_assignment: Final = msgspec.msgpack.Encoder().encode
unpack_assignment: Final = msgspec.msgpack.Decoder(Assignment).decode
pack_answer: Final = msgspec.msgpack.Encoder().encode
unpack_answer: Final = msgspec.msgpack.Decoder(Answer).decode
pack_greeting: Final = msgspec.msgpack.Encoder().encode
_unpack_greeting: Final = msgspec.msgpack.Decoder(Greeting).decode


def for_others(fetch: Fetch) -> Fetch:
    """Return the settings that hold on every machine: each has its own proxy and its own files."""
    return replace(fetch, proxy="", ca_file="")


def refusal(said: bytes | Exception, version: str, *, needs_proxy: bool) -> tuple[str, str] | None:
    """Return why a worker that said this gets no work, and the cure; None where it may have some.

    `said` is a packed greeting, or what came in its place: a worker without topicwire, or with an early one, knows none.
    """
    try:
        greeting = _UNKNOWN if isinstance(said, Exception) else _unpack_greeting(said)
    except msgspec.DecodeError:
        greeting = _UNKNOWN
    if greeting.version != version:
        return f"it has topicwire {greeting.version}, and this is {version}", f"install {version} on all machines"
    if not greeting.may_have_children:
        return (
            "it may not start processes that parse",
            "start it with --no-nanny, or with DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment",
        )
    if needs_proxy and not greeting.has_proxy:
        return "it has no proxy, and fetch.proxy is set here", "set TOPICWIRE_FETCH__PROXY in its environment"
    return None
