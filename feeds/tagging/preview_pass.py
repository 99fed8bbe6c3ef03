"""Reads stored items, the newest first, for the preview of a wording; stores nothing and decides nothing itself."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Final

from feeds.store.boilerplate import REPEATED, Boilerplate
from feeds.tagging.quality.preview import PreviewTally, TopicPreview
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts

_BATCH: Final = 200  # items in memory


def preview(  # noqa: PLR0913 - what is asked for, and how far to go
    facts: Facts,
    topic: Topic,
    in_force: Topic | None,
    *,
    since: datetime | None = None,
    limit: int = 10,
    most: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[int], object] = lambda _count: None,
) -> TopicPreview:
    """Examine the stored items first seen since then, the newest first, and show at most `limit` of each kind.

    `in_force` is the topic of the same name that is in force. At most `most` items are examined, and none after `stopping`.
    """
    known = cache(Boilerplate(facts).known)
    tally, is_complete = PreviewTally(topic, in_force), True
    for batch in _newest(facts, since):
        rest = len(batch) if most is None else most - tally.items
        if rest <= 0 or stopping():
            is_complete = False
            break
        for stored in batch[:rest]:
            tally.add(stored, known(stored.carrier.source.url))
        is_complete = rest >= len(batch)
        progress(min(len(batch), rest))
    repeated = tally.repeated(REPEATED)
    for rows in _parts(sorted(repeated, reverse=True)):
        if stopping():
            is_complete = False
            break
        for stored in facts.items.present(rows):
            tally.again(stored, known(stored.carrier.source.url) | repeated[stored.row])
    wanted = tally.shown(limit)
    shown = facts.items.present(wanted.all)
    about = [(stored, known(stored.carrier.source.url) | repeated.get(stored.row, frozenset())) for stored in shown]
    return tally.result(wanted, about, is_complete=is_complete)


def _parts(rows: list[int]) -> Iterator[list[int]]:
    return (rows[first : first + _BATCH] for first in range(0, len(rows), _BATCH))


def _newest(facts: Facts, since: datetime | None) -> Iterator[tuple[StoredItem, ...]]:
    last = None
    while items := facts.items.newest(last, since, _BATCH):
        yield items
        last = items[-1].row
