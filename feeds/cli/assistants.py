"""The command `mcp`: lets an assistant on this computer ask a home over standard input and output; changes nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import click

from feeds.cli.home import target_of
from ingest.log import log_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feeds.answers.reading import Reading
    from feeds.assistants.quoting import Members
    from feeds.tagging.topic.model import Topic
    from ingest.polling.home import Home
    from ingest.store.facts import Facts

_LOG: Final = logging.getLogger(__name__)


@click.command("mcp")
@click.option("--private", is_flag=True, help="Answer from private topics and unpublished items too, as their owner may.")
@click.pass_obj
def mcp_command(home: Home, /, *, private: bool) -> None:
    """Answer an assistant over the Model Context Protocol, on standard input and output.

    It is started by the program of the assistant, and ends with it. Only what is published is answered.
    """
    import secrets
    import signal
    from importlib.metadata import version

    import anyio

    from feeds.assistants.answering import answer
    from feeds.assistants.protocol import serve

    home.stored(quiet=True).close()  # a missing folder is said at once
    topics = _topics_in_force(home)
    topics()  # and so is a broken topic file

    def ask(name: str, given: Mapping[str, Any]) -> tuple[str, Members]:
        with home.stored(quiet=True) as facts:
            return answer(_reading(home, facts, topics(), owner=private), name, given, secrets.token_hex(4))

    # Else Ctrl-C waits for the next line of the input; nothing is left undone.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    anyio.run(serve, ask, version("topicwire"))


def _topics_in_force(home: Home) -> Callable[[], tuple[Topic, ...]]:
    """Return what reads the topics, for any thread; a broken file is said once, and the others are answered from."""
    from functools import partial
    from threading import Lock

    from feeds.tagging.topic.cache import TopicCache
    from feeds.tagging.topic.folders import topic_folders

    folders, lock = topic_folders(home.folder, home.settings), Lock()
    kept = TopicCache(folders, partial(log_event, _LOG, logging.ERROR, "topic_refused"))

    def topics() -> tuple[Topic, ...]:
        with lock:
            return kept.topics()

    return topics


def _reading(home: Home, facts: Facts, topics: tuple[Topic, ...], *, owner: bool) -> Reading:
    from feeds.answers.audience import Audience
    from feeds.answers.reading import Reading
    from feeds.store.classifications import Classifications

    Classifications(facts)  # brings a new database up to date
    audience = Audience.of(topics, owner=owner, full=home.settings.publish.full_content)
    return Reading(facts, audience, target_of(home, facts))
