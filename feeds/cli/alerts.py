"""The commands `alerts list` and `alerts test`, and how a pass tells its alerts; decides nothing about what is told."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from feeds.cli.home import readable_topics, target_of
from ingest.cli.console import Commands, counted, say
from ingest.errors import TopicwireError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from feeds.alerts.alerting import Alerting, Look
    from feeds.alerts.channels import Channels
    from feeds.alerts.collect import AlertStories
    from feeds.alerts.conditions import Condition
    from feeds.alerts.delivery import DeliveryReport, Postman
    from feeds.alerts.message import AlertMessage
    from feeds.store.alerts.outbox import Delivery
    from feeds.tagging.topic.model import Topic
    from ingest.alert_settings import Alert, AlertSubject
    from ingest.polling.engine import Engine
    from ingest.polling.home import Home
    from ingest.store.facts import Facts

_MOVED = timedelta(days=7)  # for which a new address of a source is told
_AREAS = {"database", "disk", "polling", "hub", "alerts"}  # of which `doctor` tells warnings too; the others are matters of taste
_LISTED = 200  # stories of a spike that its message lists
_SHOWN = 200  # newest deliveries of an alert that are looked at


# What a pass does


def check_alerts(home: Home) -> None:
    """Report alerts that name topics not in force. Raises SettingsError for a query that asks for nothing."""
    from feeds.search.query import fts5_expression
    from feeds.tagging.topic.folders import topic_folders
    from ingest.errors import SettingsError

    if home.settings.alert:
        known = topic_folders(home.folder, home.settings).files()
        for alert in home.settings.alert:
            try:
                fts5_expression(alert.query)
            except UsageError as fault:
                raise SettingsError(f'alert "{alert.name}": query: {fault.what}', fault.cure) from fault
            for name in unknown_topics(alert, known):
                cure = did_you_mean(name, known, f"known are: {', '.join(known)}")
                say(f'topicwire: alert "{alert.name}": no topic is called "{name}"; {cure}')


def unknown_topics(alert: Alert, known: Container[str]) -> list[str]:
    """Return the topics that an alert names and that are not in force: of these it never tells anything."""
    return [name for name in alert.topics if name not in known]


def alerting_of(home: Home, facts: Facts, topics: Sequence[Topic]) -> Alerting:
    """Return what makes the messages of a home's alerts."""
    from feeds.alerts.alerting import Alerting

    target = target_of(home, facts)
    return Alerting(facts, home.settings.alert, _stories(facts, topics, target), target.instance, home.clock)


def postman_of(home: Home, facts: Facts, topics: Sequence[Topic]) -> Postman:
    """Return what sends the messages of a home's alerts."""
    from feeds.alerts.delivery import Postman
    from feeds.store.alerts.outbox import AlertOutbox

    by_name = {alert.name: alert for alert in home.settings.alert}
    stories = _stories(facts, topics, target_of(home, facts))
    return Postman(AlertOutbox(facts), by_name, stories, home.settings.base_url, home.clock)


def looks_of(home: Home, facts: Facts, topics: Sequence[Topic]) -> dict[AlertSubject, Look]:
    """Return how to look at what may be wrong, by the subject of an alert."""
    from ingest.alert_settings import AlertSubject

    stories = _stories(facts, topics, target_of(home, facts))
    return {
        AlertSubject.SOURCES: lambda _alert: _sources(home, facts),
        AlertSubject.SERVICE: lambda _alert: _service(home),
        AlertSubject.TOPICS: lambda alert: _deviations(home, facts, stories.topics_of(alert)),
        AlertSubject.REVIEW: lambda alert: _reviews(home, facts, stories.topics_of(alert)),
    }


def _sources(home: Home, facts: Facts) -> Iterator[Condition]:
    from feeds.alerts.conditions import source_conditions
    from ingest.planner.health import all_health

    now = home.clock()
    if facts.polls.offline_since() is None:  # otherwise it is this computer
        found = all_health(facts.sources.all(), now, facts.polls.cost(home.settings.polling.rule).shape)
        yield from source_conditions(found, facts.sources.moved_since(now - _MOVED), now, home.settings.base_url)


def _deviations(home: Home, facts: Facts, topics: Sequence[Topic]) -> Iterator[Condition]:
    from feeds.alerts.deviations import TopicActivity, deviation_conditions, deviation_of, span_begin
    from feeds.alerts.usual import WEEKS
    from feeds.publication.entry import public_address
    from feeds.publication.entry_view import EntryView
    from feeds.store.tagged import TaggedItems
    from ingest.planner.health import HealthState, all_health

    now, tagged = home.clock(), TaggedItems(facts)
    well = {HealthState.OK, HealthState.GAPS, HealthState.NEW, HealthState.ONCE}
    found = all_health(facts.sources.all(), now, facts.polls.cost(home.settings.polling.rule).shape)
    failing = frozenset(one.source.url for one in found if one.standing not in well)
    for topic in topics if facts.polls.offline_since() is None else ():  # otherwise all are quiet here
        view = EntryView(topic)
        activity = TopicActivity(
            topic=topic.name,
            title=view.name(topic.title),
            page="" if topic.publish.private else f"{home.settings.base_url}/{topic.name}.html",
            now=now,
            counts=tagged.hours(topic.name, now - timedelta(weeks=WEEKS + 2)),
            added=facts.sources.added(),
            failing=failing,
            names={one.source.url: view.name(public_address(one.source.name)) for one in found},
        )
        deviation = deviation_of(activity)
        spiking = deviation is not None and deviation.is_spike
        rows = tagged.dated_since(topic.name, span_begin(now, deviation.hours), _LISTED) if deviation and spiking else []
        yield from deviation_conditions(activity, deviation, tuple((topic.name, row) for row in rows))


def _service(home: Home) -> Iterator[Condition]:
    from feeds.alerts.conditions import Condition
    from feeds.cli.upkeep.doctor import examined
    from feeds.cli.upkeep.findings import FindingState
    from feeds.model import AlertNotice

    for one in examined(home, full=False, network=False):
        if one.state is FindingState.FAILED or (one.state is FindingState.WARNING and one.area in _AREAS):
            said = re.sub(r"\d+", "0", one.what.partition(":")[0])  # numbers and names change while it lasts
            yield Condition(f"{one.area}: {said}", AlertNotice(f"topicwire {one.state}, {one.area}: {one.what}", one.cure))


def _reviews(home: Home, facts: Facts, topics: Sequence[Topic]) -> Iterator[Condition]:
    from feeds.alerts.conditions import WaitingReviews, review_conditions
    from feeds.publication.entry_view import EntryView
    from feeds.store.classifications import Classifications

    waiting = Classifications(facts).waiting()
    found = [
        WaitingReviews(topic.name, EntryView(topic).name(topic.title), *waiting[topic.name])
        for topic in topics
        if topic.name in waiting
    ]
    yield from review_conditions(found, home.settings.base_url)


def channels_of(home: Home, engine: Engine) -> Channels:
    """Return the ways out of a home; `engine` is open."""
    from feeds.alerts.channels import Channels

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
        engine.submit(engine.send(url, body, headers)).result()

    own = home.settings
    ca_file = home.folder / own.fetch.ca_file if own.fetch.ca_file else None
    return Channels(own.mail, home.environment, post, home.clock, ca_file=ca_file)


def _stories(facts: Facts, topics: Sequence[Topic], target: Any) -> AlertStories:
    from feeds.alerts.collect import AlertStories

    return AlertStories(facts, topics, target)


# The commands


@click.group(cls=Commands)
def alerts() -> None:
    """Show the alerts of topicwire.toml and what became of their messages; send a test."""


@alerts.command("list")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def alerts_list(home: Home, *, as_json: bool) -> None:
    """List the alerts with their targets, what waits, what was sent last, and what was given up."""
    if not home.settings.alert and not as_json:
        say("there are no alerts: write [[alert]] into topicwire.toml (`topicwire docs alerts`)")
    check_alerts(home)
    with home.stored() as facts:
        for alert in home.settings.alert:
            row = _row(alert, facts)
            click.echo(json.dumps(row, ensure_ascii=False) if as_json else "\n".join(_lines(row)))


def _row(alert: Alert, facts: Facts) -> dict[str, Any]:
    from feeds.alerts.channels import shown_target, targets_of
    from feeds.store.alerts.outbox import AlertOutbox

    found = AlertOutbox(facts).newest(alert.name, _SHOWN)
    deliveries = {target: [one for one in found if one.target == target] for target in targets_of(alert)}
    return {
        "name": alert.name,
        "about": alert.about,
        "topics": list(alert.topics),
        "at": list(alert.at),
        "days": list(alert.days),
        "zone": alert.zone,
        "quiet_hours": alert.quiet_hours or None,
        "feed": alert.feed,
        "targets": [_target_row(shown_target(alert, target), those) for target, those in deliveries.items()],
    }


def _target_row(name: str, found: list[Delivery]) -> dict[str, Any]:
    from feeds.store.alerts.outbox import DeliveryState
    from ingest.text.dates import rfc3339

    def newest(*states: DeliveryState) -> Delivery | None:
        return next((one for one in found if one.state in states), None)

    sent = newest(DeliveryState.SENT)
    waiting = [one for one in found if one.state in {DeliveryState.WAITING, DeliveryState.BEGUN}]
    given_up = [one for one in found if one.state is DeliveryState.GIVEN_UP]
    failed = next((one for one in found if one.error and one.state is not DeliveryState.DROPPED), None)
    return {
        "target": name,
        "sent": rfc3339(sent.changed) if sent else None,
        "waiting": len(waiting),
        "next": rfc3339(min((one.next for one in waiting if one.next), default=None)),
        "given_up": len(given_up),
        "error": failed.error if failed else None,
    }


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    when = f"at {', '.join(row['at'])} {row['zone']}" if row["at"] else "at once"
    quiet = f", quiet {row['quiet_hours']} {row['zone']}" if row["quiet_hours"] else ""
    of = f" of {', '.join(row['topics'])}" if row["topics"] else ""
    yield f"{row['name']}  {row['about']}{of}, {when}{quiet}"
    if row["feed"]:
        yield "  /alerts.atom of the service"
    for one in row["targets"]:
        parts = [f"last sent {one['sent']}" if one["sent"] else "never sent"]
        if one["waiting"]:
            parts.append(f"{one['waiting']} waiting" + (f", next try {one['next']}" if one["next"] else ""))
        if one["given_up"]:
            parts.append(f"{one['given_up']} GIVEN UP")
        if one["error"]:
            parts.append(f"last error: {one['error']}")
        yield f"  {one['target']}: {'; '.join(parts)}"


@alerts.command("test")
@click.argument("name", required=False)
@click.pass_obj
def alerts_test(home: Home, name: str | None) -> None:
    """Send a test message to every target of the alert NAME, or of all: the newest story of its topics, marked as a test."""
    from feeds.alerts.channels import shown_target, targets_of

    topics, code = readable_topics(home)
    check_alerts(home)
    with home.stored() as facts, home.engine() as engine:
        channels = channels_of(home, engine)
        for alert in _chosen(home.settings.alert, name):
            message = _test_message(home, facts, alert, topics)
            for target in targets_of(alert):
                try:
                    channels.send(alert, target, message)
                    click.echo(f"{alert.name}  {shown_target(alert, target)}: sent")
                except TopicwireError as fault:
                    click.echo(f"{alert.name}  {shown_target(alert, target)}: FAILED: {fault}")
                    code = 1
    raise SystemExit(code)


def _chosen(found: Sequence[Alert], name: str | None) -> Sequence[Alert]:
    names = [alert.name for alert in found]
    if not found:
        raise UsageError("there are no alerts", "write [[alert]] into topicwire.toml (`topicwire docs alerts`)")
    if name is not None and name not in names:
        raise UsageError(f'no alert is called "{name}"', did_you_mean(name, names, f"known are: {', '.join(names)}"))
    return [alert for alert in found if name in {None, alert.name}]


def _test_message(home: Home, facts: Facts, alert: Alert, topics: Sequence[Topic]) -> AlertMessage:
    from uuid import uuid5

    from feeds.alerts.message import AlertMessage
    from feeds.model import AlertNotice
    from feeds.store.tagged import TaggedItems

    now, target = home.clock(), target_of(home, facts)
    stories = _stories(facts, topics, target)
    newest = [(topic.name, row) for topic in stories.topics_of(alert) for row in TaggedItems(facts).newest(topic.name, 1)]
    found = stories.of(alert, newest)[:1]
    notices = () if found else (AlertNotice(f"the alert {alert.name} arrives", "There is no story yet that it could show."),)
    key = str(uuid5(target.instance, f"test:{alert.name}:{now.isoformat()}"))
    return AlertMessage(key, alert.name, alert.about, now, found, notices, home.settings.base_url, tested=True)


def reported(report: DeliveryReport) -> str:
    """Return what was sent in one line; nothing where nothing was."""
    return f"{counted(report.sent, 'alert')} sent" if report.sent else ""
