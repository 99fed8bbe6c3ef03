"""Makes the messages that are due, each in one transaction with the record that its news are told; sends nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from feeds.alerts.channels import targets_of
from feeds.alerts.collect import AlertStories
from feeds.alerts.conditions import Condition
from feeds.alerts.schedule import is_due
from feeds.store.alerts.conditions import AlertConditions
from feeds.store.alerts.news import AlertNews
from feeds.store.alerts.outbox import AlertOutbox, NewMessage
from ingest.alert_settings import Alert, AlertSubject
from ingest.store.facts import Facts

Look = Callable[[Alert], Iterable[Condition]]
"""Returns what is wrong now, as far as an alert wants to know it."""

_KEPT: Final = timedelta(days=40)  # of news that are told, and of messages that are sent


@dataclass(frozen=True, slots=True)
class Alerting:
    """The alerts of a home at one moment."""

    facts: Facts
    alerts: Sequence[Alert]
    stories: AlertStories
    instance: UUID
    clock: Callable[[], datetime]

    def compose(self, *, at_once: bool = False) -> int:
        """Store the messages about news that are due, and return their number; `at_once`: others are not waited for."""
        return sum(self._stories(alert, at_once=at_once) for alert in self.alerts if alert.about is AlertSubject.STORIES)

    def notice(self, looks: Mapping[AlertSubject, Look]) -> int:
        """Look at what is wrong, store the messages about it that are due, and return their number."""
        return sum(self._conditions(alert, looks[alert.about](alert)) for alert in self.alerts if alert.about in looks)

    def _conditions(self, alert: Alert, found: Iterable[Condition]) -> bool:
        now = self.clock()
        known = AlertNews(self.facts).progress(alert.name, now)
        lasting, noticed = {one.key: one for one in found}, AlertConditions(self.facts, alert.name)
        with self.facts.transaction():
            noticed.record(lasting, known.composed, now)
            untold = [one for one in noticed.known() if one.lasts and (known.composed is None or one.since > known.composed)]
            if not untold or not is_due(alert, untold[0].since, known.composed, now, at_once=True):
                return False
            name = f"alert:{alert.name}:{known.since.isoformat()}:{untold[0].since.isoformat()}:{now.isoformat()}"
            keys = {one.key for one in untold}
            notices = tuple(dict.fromkeys(one.notice for key, one in lasting.items() if key in keys))
            stories = tuple(story for key in lasting if key in keys for story in lasting[key].stories)
            key = str(uuid5(self.instance, name))
            message = NewMessage(key, alert.name, alert.about, targets_of(alert), stories, notices)
            AlertOutbox(self.facts).put(message, now)
            AlertNews(self.facts).told(alert.name, max(now, untold[-1].since))
        return True

    def _stories(self, alert: Alert, *, at_once: bool) -> bool:
        news = AlertNews(self.facts)
        now = self.clock()
        known = news.progress(alert.name, now)
        last = news.last()
        if last <= known.cursor:
            return False
        waiting = news.after(known.cursor, (topic.name for topic in self.stories.topics_of(alert)))
        if waiting and not is_due(alert, waiting[0].entered, known.composed, now, at_once=at_once):
            return False
        end = max([last, *(one.number for one in waiting)])
        chosen = self.stories.of(alert, ((one.topic, one.row) for one in waiting))
        message = NewMessage(
            key=str(uuid5(self.instance, f"alert:{alert.name}:{known.since.isoformat()}:{known.cursor}:{end}")),
            alert=alert.name,
            kind=alert.about,
            targets=targets_of(alert),
            stories=tuple((one.topic, one.row) for one in chosen),
        )
        with self.facts.transaction():
            if not news.advance(alert.name, known.cursor, end, now if chosen else None):
                return False  # another process told them
            if chosen:
                AlertOutbox(self.facts).put(message, now)
        return bool(chosen)

    def tidy(self) -> None:
        """Delete news and messages that are told for weeks."""
        before = self.clock() - _KEPT
        AlertNews(self.facts).drop(before, (alert.name for alert in self.alerts))
        AlertOutbox(self.facts).drop(before)
