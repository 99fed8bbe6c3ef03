"""Finishes an erasure: publishes without it, cleans logs, models, free pages and the log of changes; erases no item."""

from __future__ import annotations

from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from feeds.tagging.topic.model import Topic
    from ingest.polling.home import Home
    from ingest.store.facts import Facts

_LOGS: Final = ("topicwire.log", "topicwire.log.1")

_PAUSE: Final = 0.2  # seconds between two looks at whether the service has finished


class Finished(NamedTuple):
    """What was done to finish an erasure."""

    was_due: bool = False  # there was something to do
    unlearnt: tuple[str, ...] = ()  # the topics whose models were deleted
    is_clean: bool = True  # False: another program kept the log of changes from being emptied


def finish_erasure(home: Home, facts: Facts, topics: tuple[Topic, ...]) -> Finished:
    """Do what is left of an erasure, also of one that was interrupted; the caller holds the home.

    Each step may be done twice, so that whoever comes after an interruption begins with the first.
    """
    from feeds.cli.home import target_of
    from feeds.publication.atomic_files import TWINS
    from feeds.publication.erasure.remains import scrub
    from feeds.publication.erasure.unfinished import forget_words, note_finished, unfinished
    from feeds.site.publish import publish
    from feeds.store.classifications import Classifications
    from feeds.store.published_files import FileRecords
    from feeds.tagging.second_opinion import unlearn
    from ingest.store.upkeep.backup import remove_abandoned
    from ingest.store.upkeep.erasure import Eraser

    left = unfinished(facts)
    if left is None:
        return Finished()
    unlearnt = tuple(topic for topic in left.learnt if unlearn(home.folder, topic))
    publish(facts, Classifications(facts), topics, target_of(home, facts), everything=True)
    records = FileRecords(facts)
    not_made_anew = (path for path in left.documents if records.get(path) is None)  # their topic file is gone or broken by now
    for name in (f"{path}{ending}" for path in not_made_anew for ending in ("", *TWINS)):
        with suppress(FileNotFoundError):
            (home.folder / name).unlink()
    for name in _LOGS:
        scrub(home.folder / name, left.needles)
    remove_abandoned(home.folder)  # copies of the database that were not finished
    forget_words(facts)
    is_clean = Eraser(facts).clean()
    note_finished(facts)
    return Finished(was_due=True, unlearnt=unlearnt, is_clean=is_clean)


def wait_for_service(home: Home, facts: Facts) -> bool:
    """Wait until the service that holds the home has finished an erasure; return False when it has ended before that."""
    from feeds.publication.erasure.unfinished import unfinished
    from ingest.store.lock import is_held

    while unfinished(facts) is not None:
        if not is_held(home.folder):
            return False
        Event().wait(_PAUSE)
    return True
