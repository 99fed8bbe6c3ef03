"""Checks of what a home holds: topics, sources, polling, the hub, published files; changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from feeds.cli.upkeep.findings import failed, ok, some, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeds.cli.upkeep.findings import Finding
    from feeds.store.published_files import FileRecord
    from ingest.planner.health import SourceHealth
    from ingest.polling.home import Home
    from ingest.store.facts import Facts

_CAUSES: Final = "see the causes in `topicwire sources status`"
_DEAD: Final = timedelta(days=14)  # of failures
_MOVED: Final = timedelta(days=90)
_GIVEN_UP: Final = timedelta(days=7)  # for which messages that were given up are reported
_STUCK: Final = timedelta(days=1)
_TWINS: Final = (".gz", ".br", ".gone")
_FEEDS: Final = (".atom", ".rss", ".json", ".opml")


def topics(home: Home, facts: Facts) -> Iterator[Finding]:
    """Check the topic files, and feeds whose topic has none."""
    from feeds.cli.home import kept_feeds
    from feeds.tagging.topic.folders import topic_folders
    from feeds.tagging.topic.loader import read_good_topics

    good, bad = read_good_topics(topic_folders(home.folder, home.settings).files().values())
    for fault in bad:
        yield failed("topics", fault.what, fault.cure)
    for name in kept_feeds(home, facts):
        what = f"{name} has no topic file in force; its feed is served as it was"
        yield warning("topics", what, f"put its file back, or withdraw the feed with `topicwire topics retire {name}`")
    if not good:
        yield warning("topics", "no topic is in force", "make one with `topicwire topics new NAME`")
    else:
        yield ok("topics", f"{len(good)} in force: {some(topic.name for topic in good)}")


def service(home: Home, facts: Facts) -> Iterator[Finding]:
    """Check that somebody polls."""
    from ingest.store.lock import holder, is_held

    now = home.clock()
    overview = facts.polls.overview()
    last, due = overview.last_poll, len(facts.sources.due(now))
    here = f"{holder(home.folder)} is running" if is_held(home.folder) else "no service is running"
    if overview.polled and last is None:
        yield warning("polling", f"{due} sources were never polled; {here}", "start `topicwire run`, or run `topicwire poll`")
    elif last is not None and overview.is_stopped(now):
        what = f"nothing was polled since {last:%Y-%m-%d %H:%M} UTC, though {due} sources are due; {here}"
        yield failed("polling", what, "start `topicwire run` (or restart it), or run `topicwire poll`")
    else:
        yield ok("polling", here + (f"; the last poll was at {last:%Y-%m-%d %H:%M} UTC" if last else ""))


def sources(home: Home, facts: Facts) -> Iterator[Finding]:
    """Check the sources: unreachable, gone, dead, silent, with gaps, moved."""
    from ingest.planner.health import HealthState, all_health

    now = home.clock()
    if outage := facts.polls.overview().outage:
        told, cure = (failed, "check the network of this computer") if outage.is_whole else (warning, _CAUSES)
        yield told("sources", outage.words, cure)
    found = all_health(facts.sources.all(), now, facts.polls.cost(home.settings.polling.rule).shape)
    by_state = {state: [one for one in found if one.standing is state] for state in HealthState}
    dead = [one for one in by_state[HealthState.FAILING] if now - (one.last_good or now) > _DEAD or not one.last_good]
    for those, words, cure in (
        (dead, "have failed for two weeks or never answered", "correct the address, or take it off (`topicwire sources remove`)"),
        (by_state[HealthState.GONE], "are gone for good (410)", "take them off (`topicwire sources remove`)"),
        (
            by_state[HealthState.SILENT],
            "bring nothing new, longer than they used to",
            "look whether they have another address",
        ),
        (by_state[HealthState.GAPS], "may have lost entries between two polls", "set polling.target_delay, or tw:longest for them"),
    ):
        if those:
            yield warning("sources", f"{len(those)} of {len(found)} sources {words}: {_names(those)}", cure)
    yield from _moved(home, facts)
    if not found:
        yield warning("sources", "there are no sources", "add some with `topicwire sources add ADDRESS`")
    counts = Counter(one.standing for one in found)
    yield ok("sources", f"{len(found)} sources" + "".join(f", {count} {state}" for state, count in counts.items()))


def _moved(home: Home, facts: Facts) -> Iterator[Finding]:
    from ingest.errors import TopicwireError
    from ingest.polling.sources import read_list

    path = home.folder / "sources.opml"
    if not path.exists():
        return
    try:
        listed = read_list(path, "opml")
    except TopicwireError as fault:
        yield failed("sources", fault.what, fault.cure)
        return
    for line in listed.messages:
        yield warning("sources", line, f"correct {path}")
    urls = {source.url for source in listed.sources}
    if moved := [old for old, _ in facts.sources.moved_since(home.clock() - _MOVED) if old in urls]:
        what = f"{len(moved)} addresses of sources.opml have moved: {_shown(moved)}"
        yield warning("sources", what, "write the present addresses there (`topicwire sources export` has them)")


def _names(those: list[SourceHealth]) -> str:
    return _shown([one.source.url for one in those])


def _shown(urls: list[str]) -> str:
    from ingest.text.urls import without_secrets

    return some(without_secrets(url) for url in urls)


def hub(home: Home, facts: Facts) -> Iterator[Finding]:
    """Check that the hub takes what it is told."""
    from feeds.store.outbox import Outbox

    if not home.settings.publish.hub:
        return
    if failures := Outbox(facts, home.settings.publish.hub).failures():
        path, tries, error = max(failures, key=lambda one: one[1])
        what = f"the hub was not told of {len(failures)} feeds; of {path} after {tries} tries: {error}"
        yield warning("hub", what, "check publish.hub; it is told again by itself")
    else:
        yield ok("hub", f"{home.settings.publish.hub} knows of every change, or is told next")


def alerts(home: Home, facts: Facts) -> Iterator[Finding]:
    """Check that alerts reach their targets."""
    from feeds.alerts.channels import shown_target
    from feeds.store.alerts.outbox import AlertOutbox
    from feeds.tagging.topic.folders import topic_folders

    by_name = {alert.name: alert for alert in home.settings.alert}
    if not by_name:
        return
    known = topic_folders(home.folder, home.settings).files()
    if lost := [f"{name} ({alert.name})" for alert in by_name.values() for name in alert.topics if name not in known]:
        what = f"alerts name {len(lost)} topics that are not in force, and never tell of them: {some(lost)}"
        yield warning("alerts", what, "correct their names in topicwire.toml")
    now, outbox = home.clock(), AlertOutbox(facts)
    for found, words in (
        (outbox.given_up(now - _GIVEN_UP), "were given up"),
        ([one for one in outbox.pending() if now - one.composed > _STUCK and one.tries], "have failed since yesterday"),
    ):
        if those := [one for one in found if one.alert in by_name]:
            names = some(dict.fromkeys(f"{shown_target(by_name[one.alert], one.target)} ({one.error})" for one in those))
            what = f"{len(those)} messages of alerts {words}: {names}"
            yield warning("alerts", what, "`topicwire alerts test` shows whether the target is right")


def files(home: Home, facts: Facts, *, everything: bool) -> Iterator[Finding]:
    """Compare the published files with the database: by size and time, or by their bytes."""
    from feeds.publication.erasure.unfinished import unfinished
    from feeds.store.published_files import FileRecords

    records = FileRecords(facts).all()
    missing = [one.path for one in records if not (home.folder / one.path).is_file()]
    changed = [one.path for one in records if one.path not in missing and not _is_intact(home, one, everything=everything)]
    for paths, words in ((missing, "are missing"), (changed, "are not as they were published")):
        if paths:
            yield failed(
                "files", f"{len(paths)} of {len(records)} published files {words}: {some(paths)}", "run `topicwire publish`"
            )
    if unfinished(facts) is not None:
        cure = "start `topicwire run`, or give the command again: files may still hold what was erased"
        yield failed("files", "an erasure (`topicwire forget`) was interrupted", cure)
    known = {one.path for one in records}
    if strangers := sorted(path for path in _feed_files(home) if path not in known):
        what = f"{len(strangers)} files look like feeds and are not of this database: {some(strangers)}"
        yield warning("files", what, "delete them if you did not put them there; they may be of a time after the restored backup")
    if not missing and not changed:
        yield ok("files", f"{len(records)} published files are as they were published")


def _is_intact(home: Home, record: FileRecord, *, everything: bool) -> bool:
    from feeds.store.ledger import digest_of

    path = home.folder / record.path
    return path.stat().st_size == record.size and (not everything or digest_of(path.read_bytes()) == record.hash)


def _feed_files(home: Home) -> Iterator[str]:
    """Yield the published files that have the name of a feed, relative to the home."""
    for folder in ("public", "private"):
        for path in (home.folder / folder).glob("*.*"):
            if path.suffix in _FEEDS and path.name.endswith(_FEEDS) and not path.name.endswith(_TWINS):
                yield f"{folder}/{path.name}"
