"""Helpers of the commands for one home: its topics, where it publishes, and the messages about both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ingest.cli.console import say
from ingest.errors import UsageError

if TYPE_CHECKING:
    import click

    from feeds.publication.edition import Target
    from feeds.tagging.topic.model import Topic
    from ingest.polling.home import Home
    from ingest.store.facts import Facts


def topics_of(home: Home) -> tuple[Topic, ...]:
    """Return the topics in force: the home's own and the shipped ones that the settings choose. Raises TopicError."""
    from feeds.tagging.topic.folders import topic_folders
    from feeds.tagging.topic.loader import read_topics

    return read_topics(topic_folders(home.folder, home.settings).files().values())


def target_of(home: Home, facts: Facts, retired: str = "") -> Target:
    """Return where this home publishes; every feed that was ever served stays, except the topic `retired`."""
    from feeds.publication.edition import Target
    from feeds.publication.files import served_topics
    from feeds.stories.grouping import Stories
    from feeds.tagging.topic.folders import topic_folders
    from ingest.store.instance import boot, instance_of

    known = frozenset(topic_folders(home.folder, home.settings).files()) | served_topics(facts)
    folder, instance = home.folder / "public", instance_of(facts)
    return Target(folder, instance, home.settings, home.clock(), known - {retired}, Stories(facts), boot())


def kept_feeds(home: Home, facts: Facts) -> tuple[str, ...]:
    """Return the names of feeds that are still served although their topics have no file in force."""
    from feeds.publication.files import served_topics
    from feeds.tagging.topic.folders import topic_folders

    return tuple(sorted(served_topics(facts) - topic_folders(home.folder, home.settings).files().keys()))


def report_kept_feeds(home: Home, facts: Facts) -> None:
    """Report on stderr which feeds are served unchanged because their topic files were removed."""
    from feeds.tagging.topic.folders import kept_feed_messages

    for line in kept_feed_messages(kept_feeds(home, facts)):
        say(f"topicwire: {line}")


def readable_topics(home: Home) -> tuple[tuple[Topic, ...], int]:
    """Return the topics that can be read and the exit code; report each file that cannot be read."""
    from feeds.tagging.topic.folders import topic_folders
    from feeds.tagging.topic.loader import read_good_topics

    good, bad = read_good_topics(topic_folders(home.folder, home.settings).files().values())
    for fault in bad:
        say(f"topicwire: {fault}")
    return good, bad[0].exit_code if bad else 0


def topic_path(home: Home, name: str) -> Path:
    """Return the file of a topic that is named by path or by name. Raises UsageError."""
    from feeds.tagging.topic.folders import topic_folders

    if name.endswith(".toml"):
        if not Path(name).is_file():
            raise UsageError(f"{name}: no such topic file", "check its path, or give a topic's name alone")
        return Path(name)
    files = topic_folders(home.folder, home.settings).files()
    if name not in files:
        raise UsageError(f'no topic is called "{name}"', f"known are: {', '.join(files)}")
    return files[name]


def topic_named(home: Home, name: str) -> Topic:
    """Return a topic by the path of its file or by its name; other files are not read. Raises UsageError and TopicError."""
    from feeds.tagging.topic.loader import read_topic

    return read_topic(topic_path(home, name))


def topic_names(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Return the names of topics in force that begin so, for a shell's completion; none where they cannot be told."""
    import os

    from feeds.tagging.topic.folders import topic_folders
    from ingest.errors import TopicwireError
    from ingest.polling.home import Home

    home = Home(ctx.find_root().params.get("folder") or Path(), os.environ)
    try:
        return [name for name in topic_folders(home.folder, home.settings).files() if name.startswith(begun)]
    except TopicwireError:
        return []
