"""What an alert tells, as a value: stories and notices with their reasons and links; knows no channel and no database."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from feeds.model import AlertNotice
from ingest.alert_settings import AlertSubject


@dataclass(frozen=True, slots=True)
class AlertStory:
    """A story as it is told: as its topic publishes it, masked where the topic masks."""

    row: int  # the item that gives the entry its id
    id: str  # of the entry in the feed
    uid: str  # of the item that `explain` explains
    topic: str
    topic_title: str
    title: str
    url: str
    language: str | None
    published: datetime | None
    first_seen: datetime
    grade: str
    carriers: tuple[str, ...]
    why: str
    excerpt: str
    evidence: str  # the address of its page; empty for a private topic, which has none
    private: bool = False

    @property
    def moment(self) -> datetime:
        """The date that is shown."""
        return self.published or self.first_seen

    @property
    def explanation(self) -> str:
        """Where its evidence is, in words or as an address."""
        return self.evidence or f"topicwire explain {self.uid} --topic {self.topic}"


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """One message."""

    key: str  # the same whenever and however often it is sent
    alert: str
    subject: AlertSubject
    composed: datetime
    stories: tuple[AlertStory, ...] = ()
    notices: tuple[AlertNotice, ...] = ()
    site: str = ""  # the address of the pages, without a slash at its end
    tested: bool = False  # sent by `alerts test`

    @property
    def headline(self) -> str:
        """Say in one line what it tells."""
        test = "Test: " if self.tested else ""
        if self.notices:
            first, more = self.notices[0].title, len(self.notices) - 1
            return f"{test}{first}{f' (and {more} more)' if more else ''}"
        titles = ", ".join(dict.fromkeys(one.topic_title for one in self.stories))
        count = len(self.stories)
        if count == 1:
            return f"{test}{titles}: {self.stories[0].title}"
        return f"{test}{titles}: {count} new stories"

    @property
    def is_empty(self) -> bool:
        """True when nothing is left to tell."""
        return not self.stories and not self.notices

    def by_topic(self) -> list[tuple[str, str, tuple[AlertStory, ...]]]:
        """Return (name, title, stories) of each topic."""
        ordered = sorted(self.stories, key=lambda one: one.topic)
        return [
            (name, some[0].topic_title, some) for name, found in groupby(ordered, lambda one: one.topic) if (some := tuple(found))
        ]

    def page(self, topic: str) -> str:
        """Return the address of a topic's page."""
        return f"{self.site}/{topic}.html"
