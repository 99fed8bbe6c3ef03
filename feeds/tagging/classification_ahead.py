"""Tags waiting items ahead, in worker processes, while the coordinator does something else; commits and decides nothing.

A tagging is a function of topics, document and repeated sentences. The coordinator takes one only for exactly those, so that
what is stored does not depend on the number of processes, or on who was quicker.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from feeds.model import Document, Tagging, document_of
from feeds.tagging.classifier import tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.model import Topic

if TYPE_CHECKING:  # a worker process imports this module, and has no use for a database
    from feeds.store.boilerplate import Boilerplate
    from ingest.store.facts import Facts

_PART: Final = 100  # items that a process is given at once
LEAST: Final = 1_000  # items for which processes are worth their start
_MOST: Final = 5_000  # items ahead of the commits: some fifteen megabytes
_BESIDE: Final = 2  # parts that a process has: it never waits for the next one

_Keys = tuple[tuple[str, str], ...]  # topics by name and version

Question = tuple[Document, frozenset[str]]
"""A document, and the sentences, as keys, that its source repeats."""


class Helpers(Protocol):
    """Processes that can be started for a stretch of work."""

    processes: int

    def started(self, begin: Callable[..., None], *told: Any) -> AbstractContextManager[Callable[..., Future[Any]]]:
        """Start them, each with `begin(*told)`; return what has them call a function."""


class _Worker:
    """What a worker process knows: the topics, and matchers of those that were asked for."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._topics = {_key(topic): topic for topic in topics}
        self._matchers: dict[_Keys, Matcher] = {}

    def matcher(self, keys: _Keys) -> Matcher:
        if keys not in self._matchers:
            self._matchers[keys] = Matcher(self._topics[key] for key in keys)
        return self._matchers[keys]


_workers: Final[list[_Worker]] = []  # the one of this process, if it is a worker process


def begin(topics: tuple[Topic, ...]) -> None:
    """Begin a worker process with these topics."""
    _workers[:] = [_Worker(topics)]


def tag_each(keys: _Keys, questions: Sequence[Question]) -> list[Tagging]:
    """Tag documents by some of the topics with which the process began."""
    return _answers(_workers[0].matcher(keys), questions)


def _answers(matcher: Matcher, questions: Iterable[Question]) -> list[Tagging]:
    return [tag(matcher, document, repeated) for document, repeated in questions]


def _key(topic: Topic) -> tuple[str, str]:
    return topic.name, topic.version


@dataclass(slots=True, eq=False)
class _Part:
    """Some items by row number, and what comes of them."""

    rows: list[int]
    questions: list[Question]
    future: Future[list[Tagging]] | None = None  # where a process was asked
    made: list[Tagging] | None = None


class Ahead:
    """Tags the items of one stretch in parts: the processes begin with the first ones, the coordinator with the last.

    Items may change or go meanwhile: the coordinator says what it finds when it takes a tagging.
    """

    def __init__(
        self, facts: Facts, boilerplate: Boilerplate, submit: Callable[..., Future[list[Tagging]]], processes: int
    ) -> None:
        """Read items of `facts`; `submit` has one of some processes call a function."""
        self._facts, self._boilerplate, self._submit = facts, boilerplate, submit
        self._free = processes * _BESIDE
        self._lock = Lock()  # futures end in a thread of their own
        self._waiting: deque[_Part] = deque()
        self._parts: dict[int, _Part] = {}  # by row, as long as nobody has taken it
        self._stretch: tuple[_Keys, int, int | None] = ((), 0, None)
        self._read = 0

    def begin(self, topics: Iterable[Topic], seq: int, until: int | None = None) -> None:
        """Begin with the items after number `seq`, no further than `until`, by some topics; a stretch that is begun goes on."""
        stretch = (tuple(map(_key, topics)), seq, until)
        if stretch != self._stretch:
            self.give_up()
            self._stretch, self._read = stretch, seq
        self.go_on()

    def go_on(self) -> None:
        """Read so many items as are worth being ahead of."""
        keys, _, until = self._stretch
        while len(self._parts) < _MOST and (until is None or self._read < until):
            items = self._facts.items.after(self._read, _PART)
            wanted = [one for one in items if until is None or one.seq <= until]
            if not wanted:
                break
            self._read = wanted[-1].seq
            questions = [(document_of(one), self._boilerplate.known(one.carrier.source.url)) for one in wanted]
            self._add(_Part([one.row for one in wanted], questions))
            self._pump(keys)  # the processes begin while the next items are read

    def take(self, matcher: Matcher, row: int, question: Question) -> Tagging | None:
        """Return the tagging of an item; None where none is made for exactly this question."""
        part = self._parts.pop(row, None)
        if part is None or tuple(map(_key, matcher.topics)) != self._stretch[0]:
            return None
        at = part.rows.index(row)
        if part.questions[at] != question:
            return None
        if part.made is None:
            part.made = self._made(matcher, part)
        return part.made[at]

    def give_up(self) -> None:
        """Ask for nothing more."""
        self._parts.clear()
        with self._lock:
            self._waiting.clear()

    def _add(self, part: _Part) -> None:
        self._parts |= dict.fromkeys(part.rows, part)
        with self._lock:
            self._waiting.append(part)

    def _pump(self, keys: _Keys) -> None:
        """Give waiting parts to the processes that are free."""
        with self._lock:
            asked = [self._waiting.popleft() for _ in range(min(self._free, len(self._waiting)))]
            self._free -= len(asked)
            futures = [self._submit(tag_each, keys, part.questions) for part in asked]
            for part, future in zip(asked, futures, strict=True):
                part.future = future
        for future in futures:  # one that has ended already tells so at once, and wants the lock
            future.add_done_callback(lambda _: self._ended(keys))

    def _ended(self, keys: _Keys) -> None:
        with self._lock:
            self._free += 1
        self._pump(keys)

    def _made(self, matcher: Matcher, part: _Part) -> list[Tagging]:
        """Return a part when it is made, and make others meanwhile. What a process does not answer, the coordinator does."""
        with self._lock:
            if part.future is None:
                self._waiting.remove(part)
        if part.future is None:
            return _answers(matcher, part.questions)
        while not part.future.done() and (other := self._last()):
            other.made = _answers(matcher, other.questions)
        wait([part.future])
        failed = part.future.cancelled() or part.future.exception()
        return _answers(matcher, part.questions) if failed else part.future.result()

    def _last(self) -> _Part | None:
        with self._lock:
            return self._waiting.pop() if self._waiting else None
