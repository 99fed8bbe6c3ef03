"""Classifies the items that topics have not classified yet, batch by batch, and stores the answers; decides nothing itself."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from feeds.model import Classification, Tagging, document_of
from feeds.store.boilerplate import Boilerplate
from feeds.store.classifications import Classifications, Progress
from feeds.store.reviews import Reviews, reviewed
from feeds.tagging.classification_ahead import LEAST, Ahead, Helpers, begin
from feeds.tagging.classifier import classify, tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts

_BATCH: Final = 500  # items in a transaction
_MATCHERS: Final[deque[Matcher]] = deque(maxlen=2)  # a service has seen most words before: they are not looked up again


def classify_new(  # noqa: PLR0913, PLR0917 - and how far to go
    facts: Facts,
    classifications: Classifications,
    topics: tuple[Topic, ...],
    now: datetime,
    batches: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
    late: Callable[[], bool] = lambda: False,
    ahead: Ahead | None = None,
    until: int | None = None,
) -> int:
    """Classify by each topic what arrived or changed since its last pass; a changed wording classifies everything again.

    New items come first, none of them later than number `until`. Of the items that a changed wording classifies again, one call
    does at most `batches` transactions, none after `stopping`, and no second one once it is `late`. After a kill the next call
    continues. `ahead`, of `classifying_ahead` with the same topics, has some items tagged already. Return the number of tags given.
    """
    work = _Pass(facts, classifications, now, stopping, late, ahead, until)
    current = _marks(classifications, topics)
    tagged = 0
    for seq, group in _grouped(topics, lambda topic: current[topic.name].seq):
        tagged += work.arrivals(group, {t.name: current[t.name] for t in group}, seq)
    current |= {name: mark for name, mark in classifications.progress().items() if name in current}
    for back, group in _behind(topics, current):
        tagged += work.again(group, {t.name: current[t.name] for t in group}, back, batches)
    return tagged


@contextmanager
def classifying_ahead(
    facts: Facts, classifications: Classifications, topics: tuple[Topic, ...], helpers: Helpers, until: int | None = None
) -> Iterator[Ahead | None]:
    """Let helping processes begin with what `classify_new` will find waiting; give nothing where it is too little for them.

    New items are found up to number `until`, as there.
    """
    marks = _marks(classifications, topics)
    stretches: list[tuple[list[Topic], int, int | None]] = [
        *((group, seq, until) for seq, group in _grouped(topics, lambda topic: marks[topic.name].seq)),
        *((group, back, _until(marks[topic.name] for topic in group)) for back, group in _behind(topics, marks)),
    ]
    worth = [one for one in stretches if facts.items.has_after(one[1], LEAST) and (one[2] is None or one[2] - one[1] >= LEAST)]
    if not worth or not helpers.processes:
        yield None
        return
    with helpers.started(begin, topics) as submit:
        ahead = Ahead(facts, Boilerplate(facts), submit, helpers.processes)
        try:
            ahead.begin(*worth[0])
            yield ahead
        finally:
            ahead.give_up()


def classify_one(facts: Facts, classifications: Classifications, topic: Topic, stored: StoredItem, now: datetime) -> Classification:
    """Classify one item by one topic again and store the answer, a person's review included; return what then holds."""
    boilerplate = Boilerplate(facts).known(stored.carrier.source.url)
    answer = classify(Matcher([topic]), document_of(stored), boilerplate)[0]
    tagging = Tagging((answer,) if answer.tagged else (), frozenset())
    classifications.record([(stored, tagging)], {topic.name: topic.version}, {}, now)
    return reviewed(answer, Reviews(facts).all(topic.name).get((stored.row, topic.name)))


def _marks(classifications: Classifications, topics: Iterable[Topic]) -> dict[str, Progress]:
    marks = classifications.progress()
    return {topic.name: _mark(topic, marks.get(topic.name)) for topic in topics}


def _behind(topics: Iterable[Topic], marks: Mapping[str, Progress]) -> list[tuple[int, list[Topic]]]:
    """Return the topics with which older items are to be classified again, by the item after which that goes on."""
    waiting = (topic for topic in topics if marks[topic.name].back < marks[topic.name].until)
    return _grouped(waiting, lambda topic: marks[topic.name].back)


def _until(marks: Iterable[Progress]) -> int:
    return max(mark.until for mark in marks)


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
    """Return a matcher of some topics, the one of last time if there is one."""
    wanted = tuple(topics)
    known = next((matcher for matcher in _MATCHERS if matcher.topics == wanted), None)
    if known is None:
        _MATCHERS.append(known := Matcher(wanted))
    return known


class _Pass:
    """A pass, with its stores."""

    def __init__(  # noqa: PLR0913, PLR0917 - and how far to go
        self,
        facts: Facts,
        classifications: Classifications,
        now: datetime,
        stopping: Callable[[], bool],
        late: Callable[[], bool],
        ahead: Ahead | None,
        until: int | None,
    ) -> None:
        self._facts, self._classifications, self._now, self._stopping, self._late = facts, classifications, now, stopping, late
        self._ahead, self._until = ahead, until
        self._boilerplate = Boilerplate(facts)

    def arrivals(self, topics: list[Topic], marks: dict[str, Progress], seq: int) -> int:
        """Classify what came after number `seq`."""
        matcher, tagged = _matcher(topics), 0
        if marks != {name: mark for name, mark in self._classifications.progress().items() if name in marks}:
            self._classifications.record([], {}, marks, self._now)  # a new wording is known before its first item
        if self._ahead:
            self._ahead.begin(topics, seq, self._until)
        while not self._stopping() and (items := self._items(seq, self._until)):
            seq = items[-1].seq
            tagged += self._classify_batch(
                matcher, items, {name: replace(mark, seq=seq) for name, mark in marks.items()}, again=False
            )
        return tagged

    def again(self, topics: list[Topic], marks: dict[str, Progress], back: int, batches: int | None) -> int:
        """Classify again what was there when the wording changed: at most `batches` batches of it, and one when it is late."""
        matcher, tagged, done = _matcher(topics), 0, 0
        until = _until(marks.values())
        if self._ahead:
            self._ahead.begin(topics, back, until)
        while back < until and (batches is None or done < batches) and not self._stopping():
            items = self._items(back, until)
            back = items[-1].seq if len(items) == _BATCH else until
            tagged += self._classify_batch(
                matcher, items, {name: replace(mark, back=back) for name, mark in marks.items()}, again=True
            )
            done += 1
            if self._late():
                break
        return tagged

    def _items(self, after: int, until: int | None) -> tuple[StoredItem, ...]:
        return tuple(item for item in self._facts.items.after(after, _BATCH) if until is None or item.seq <= until)

    def _classify_batch(self, matcher: Matcher, items: tuple[StoredItem, ...], marks: dict[str, Progress], *, again: bool) -> int:
        taggings = list(self._taggings(matcher, items))
        if self._ahead:
            self._ahead.go_on()
        versions = {topic.name: topic.version for topic in matcher.topics}
        self._classifications.record(taggings, versions, marks, self._now, again=again)
        tags = {stored.row: len(tagging.tags) for stored, tagging in taggings}
        repeated = self._boilerplate.learn((stored, tagging.lines) for stored, tagging in taggings)
        if repeated:  # a sentence has turned out to be boilerplate: what it helped to tag is classified without it
            anew = list(self._taggings(matcher, self._facts.items.by_rows(sorted(repeated))))
            self._classifications.record(anew, versions, {}, self._now, again=True)
            tags |= {stored.row: len(tagging.tags) for stored, tagging in anew if stored.row in tags}
        return sum(tags.values())

    def _taggings(self, matcher: Matcher, items: Iterable[StoredItem]) -> Iterator[tuple[StoredItem, Tagging]]:
        known: dict[str, frozenset[str]] = {}
        for stored in items:
            source = stored.carrier.source.url
            if source not in known:
                known[source] = self._boilerplate.known(source)
            question = (document_of(stored), known[source])
            made = self._ahead.take(matcher, stored.row, question) if self._ahead else None
            yield stored, made or tag(matcher, *question)
