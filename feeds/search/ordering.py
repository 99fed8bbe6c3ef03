"""The order of what a search found: by the date that is shown, or by relevance; pure, knows neither SQL nor words."""

from bisect import insort
from collections.abc import Iterable, Iterator
from itertools import islice

from feeds.model import FoundItem
from ingest.errors import UsageError


def newest_first(found: Iterable[FoundItem], window: int) -> Iterator[int]:
    """Yield the rows of what was found in the order of their dates, the newest first, and read no more than that needs.

    `found` comes in the order in which it was stored, the last first. No item has a date after it was stored: what
    is later than the storing of the item just read can be followed by nothing newer (the threshold algorithm; Fagin,
    Lotem and Naor 2003). After `window` items, as after the import of an archive, the rest stays in the order of
    storing. Where `found` ends in a UsageError, what was read is yielded before it is raised.
    """
    waiting: list[tuple[str, int]] = []
    rest = iter(found)
    try:
        for one in islice(rest, window):
            while waiting and waiting[-1][0] > one.stored_at:
                yield waiting.pop()[1]
            insort(waiting, (one.moment, one.row))
    except UsageError:
        yield from _last_first(waiting)
        raise
    yield from _last_first(waiting)
    yield from (one.row for one in rest)


def _last_first(waiting: list[tuple[str, int]]) -> Iterator[int]:
    return (row for _, row in reversed(waiting))


def most_relevant(found: Iterable[FoundItem]) -> list[int]:
    """Return the rows of what was found, the most relevant first; of two that are alike the newer one."""
    newest = sorted(found, key=lambda one: (one.moment, one.row), reverse=True)
    return [one.row for one in sorted(newest, key=lambda one: one.score)]
