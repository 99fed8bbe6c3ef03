"""Judges the items that topics have not judged yet, in bounded bites; knows the stores, decides nothing itself."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from feeds.model import Classification, Tagging, document_of
from feeds.store.boilerplate import Boilerplate
from feeds.store.classifications import Classifications, Progress
from feeds.store.reviews import Reviews, reviewed
from feeds.tagging.classifier import classify, tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts

_BITE: Final = 500  # items a transaction
_MATCHERS: Final[deque[Matcher]] = deque(maxlen=2)  # a service has seen most words before: they are not looked up again


def classify_new(  # noqa: PLR0913, PLR0917 - and how far to go
    facts: Facts,
    judgements: Classifications,
    topics: tuple[Topic, ...],
    now: datetime,
    bites: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Judge by each topic what arrived or changed since it last judged; a changed wording judges everything anew.

    What arrived comes first; of what a changed wording judges again at most `bites` transactions are
    done in one call, and none after `stopping`. Nothing is downloaded. Killed in the middle it goes on where
    it stopped. Gives the number of tags given.
    """
    work = _Work(facts, judgements, now, stopping)
    marks = judgements.marks()
    current = {topic.name: _mark(topic, marks.get(topic.name)) for topic in topics}
    tagged = 0
    for seq, group in _grouped(topics, lambda topic: current[topic.name].seq):
        tagged += work.arrivals(group, {t.name: current[t.name] for t in group}, seq)
    current |= {name: mark for name, mark in judgements.marks().items() if name in current}
    waiting = tuple(topic for topic in topics if current[topic.name].back < current[topic.name].until)
    for back, group in _grouped(waiting, lambda topic: current[topic.name].back):
        tagged += work.again(group, {t.name: current[t.name] for t in group}, back, bites)
    return tagged


def classify_one(facts: Facts, judgements: Classifications, topic: Topic, stored: StoredItem, now: datetime) -> Classification:
    """Judge one item by one topic again and store the answer, a person's decision included; give what then holds."""
    boilerplate = Boilerplate(facts).known(stored.carrier.source.url)
    answer = classify(Matcher([topic]), document_of(stored), boilerplate)[0]
    judgements.record([(stored, Tagging((answer,) if answer.tagged else (), frozenset()))], (topic,), {}, now)
    return reviewed(answer, Reviews(facts).all(topic.name).get((stored.row, topic.name)))


def _mark(topic: Topic, mark: Progress | None) -> Progress:
    if mark is None:
        return Progress(topic.version, 0)
    return mark if mark.version == topic.version else Progress(topic.version, mark.seq, 0, mark.seq)


def _grouped(topics: Iterable[Topic], place: Callable[[Topic], int]) -> list[tuple[int, list[Topic]]]:
    """Put topics that stand at one place together: each item is then read once for all of them."""
    groups: defaultdict[int, list[Topic]] = defaultdict(list)
    for topic in topics:
        groups[place(topic)].append(topic)
    return sorted(groups.items())


def _matcher(topics: Iterable[Topic]) -> Matcher:
    """Give the matcher of some topics, the one of last time if there is one."""
    wanted = tuple(topics)
    known = next((matcher for matcher in _MATCHERS if matcher.topics == wanted), None)
    if known is None:
        _MATCHERS.append(known := Matcher(wanted))
    return known


class _Work:
    """Judging with the stores at hand."""

    def __init__(self, facts: Facts, judgements: Classifications, now: datetime, stopping: Callable[[], bool]) -> None:
        self._facts, self._judgements, self._now, self._stopping = facts, judgements, now, stopping
        self._boilerplate = Boilerplate(facts)

    def arrivals(self, topics: list[Topic], marks: dict[str, Progress], seq: int) -> int:
        """Judge all that came after number `seq`."""
        matcher, tagged = _matcher(topics), 0
        if marks != {name: mark for name, mark in self._judgements.marks().items() if name in marks}:
            self._judgements.record([], (), marks, self._now)  # a new wording is known before its first item
        while not self._stopping() and (items := self._facts.items.after(seq, _BITE)):
            seq = items[-1].seq
            tagged += self._bite(matcher, items, {name: replace(mark, seq=seq) for name, mark in marks.items()}, again=False)
        return tagged

    def again(self, topics: list[Topic], marks: dict[str, Progress], back: int, bites: int | None) -> int:
        """Judge again what was there when the wording changed, at most `bites` bites of it."""
        matcher, tagged, done = _matcher(topics), 0, 0
        until = max(mark.until for mark in marks.values())
        while back < until and (bites is None or done < bites) and not self._stopping():
            items = tuple(item for item in self._facts.items.after(back, _BITE) if item.seq <= until)
            back = items[-1].seq if len(items) == _BITE else until
            tagged += self._bite(matcher, items, {name: replace(mark, back=back) for name, mark in marks.items()}, again=True)
            done += 1
        return tagged

    def _bite(self, matcher: Matcher, items: tuple[StoredItem, ...], marks: dict[str, Progress], *, again: bool) -> int:
        judged = list(self._judged(matcher, items))
        self._judgements.record(judged, matcher.topics, marks, self._now, again=again)
        tags = {stored.row: len(tagging.tags) for stored, tagging in judged}
        repeated = self._boilerplate.learn((stored, tagging.lines) for stored, tagging in judged)
        if repeated:  # a sentence has turned out to be boilerplate: what it helped to tag is judged without it
            anew = list(self._judged(matcher, self._facts.items.by_rows(sorted(repeated))))
            self._judgements.record(anew, matcher.topics, {}, self._now, again=True)
            tags |= {stored.row: len(tagging.tags) for stored, tagging in anew if stored.row in tags}
        return sum(tags.values())

    def _judged(self, matcher: Matcher, items: Iterable[StoredItem]) -> Iterator[tuple[StoredItem, Tagging]]:
        known: dict[str, frozenset[str]] = {}
        for stored in items:
            source = stored.carrier.source.url
            if source not in known:
                known[source] = self._boilerplate.known(source)
            yield stored, tag(matcher, document_of(stored), known[source])
