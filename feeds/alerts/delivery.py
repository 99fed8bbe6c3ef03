"""Sends what waits in the outbox, each message to each target, again after a failure; knows no mail server and no network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.alerts.channels import RefusedError, shown_target, targets_of, way_of
from feeds.alerts.collect import AlertStories
from feeds.alerts.message import AlertMessage
from feeds.alerts.schedule import is_quiet, retry_at
from feeds.store.alerts.outbox import AlertOutbox, Delivery, DeliveryState, StoredMessage
from ingest.alert_settings import Alert, AlertSubject
from ingest.errors import FetchError, TopicwireError

Send = Callable[[Alert, str, AlertMessage], None]
"""Sends a message to one target. Raises FetchError, and other TopicwireErrors where a person must act."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one look at the outbox brought."""

    sent: int = 0
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Postman:
    """Delivers the messages of a home's alerts."""

    outbox: AlertOutbox
    alerts: Mapping[str, Alert]  # by name
    stories: AlertStories
    site: str  # the address of the pages
    clock: Callable[[], datetime]

    def deliver(self, send: Send, stopping: Callable[[], bool] = lambda: False) -> DeliveryReport:
        """Send what is due. What is being sent is recorded before: the process may end at any moment, and goes on from there."""
        sent, failures, unreached = 0, list[str](), set[str]()
        for delivery in self.outbox.due(self.clock()):
            if stopping():
                break
            alert = self.alerts.get(delivery.alert)
            if alert is None or delivery.target not in targets_of(alert):
                self._drop(delivery, "its alert no longer names this target")
            elif not is_quiet(alert, self.clock()) and (way := way_of(alert, delivery.target)) not in unreached:
                fault = self._deliver(alert, delivery, send)
                sent += fault is True
                if isinstance(fault, TopicwireError):
                    failures.append(f"alert {alert.name}, {shown_target(alert, delivery.target)}: {fault}")
                    unreached |= {way} if isinstance(fault, FetchError) and fault.kind.is_unreached else set()
        return DeliveryReport(sent, tuple(failures))

    def _deliver(self, alert: Alert, delivery: Delivery, send: Send) -> TopicwireError | bool:
        """Send one message to one target; return whether it was sent, or what failed."""
        message = stored_message(self.outbox, self.stories, alert, delivery.stored, self.site)
        if message.is_empty:
            self._drop(delivery, "nothing of it is left: erased, or tagged no more")
            return False
        self.outbox.begin(delivery, self.clock())
        try:
            send(alert, delivery.target, message)
        except TopicwireError as fault:
            now = self.clock()
            wait = fault.wait if isinstance(fault, FetchError) else None
            retry = None if isinstance(fault, RefusedError) else retry_at(now, delivery.tries + 1, delivery.composed, wait)
            state = DeliveryState.WAITING if retry else DeliveryState.GIVEN_UP
            self.outbox.finish(delivery, state, now, fault.what, retry)
            fault.cure = "it is tried again later" if retry else "given up"
            return fault
        self.outbox.finish(delivery, DeliveryState.SENT, self.clock())
        return True

    def _drop(self, delivery: Delivery, why: str) -> None:
        self.outbox.finish(delivery, DeliveryState.DROPPED, self.clock(), why)


def stored_message(outbox: AlertOutbox, stories: AlertStories, alert: Alert, stored: StoredMessage, site: str) -> AlertMessage:
    """Return a message with its stories as they are now: what was erased or untagged meanwhile is left out."""
    pairs, notices = outbox.content(stored.number)
    found = stories.of(replace(alert, grade="mention", query=""), pairs)  # chosen when it was made
    return AlertMessage(stored.key, alert.name, AlertSubject(stored.kind), stored.composed, found, notices, site)
