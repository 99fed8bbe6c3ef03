"""The messages of alerts as an Atom feed for their owner; pure: equal messages give equal bytes."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from feedgen.feed import FeedGenerator

from feeds.alerts.message import AlertMessage
from feeds.alerts.texts import html_body
from ingest.text.dates import rfc3339
from ingest.text.sanitize import xml_safe

PATH: Final = "alerts.atom"  # below the address of the service
_NAME: Final = "topicwire"


def status_feed(messages: Sequence[AlertMessage], instance: UUID, site: str) -> bytes:
    """Return the feed with some messages, newest first."""
    feed = FeedGenerator()
    feed.id(uuid5(instance, "alerts").urn)
    feed.title("Alerts of topicwire")
    feed.updated(max((one.composed for one in messages), default="1970-01-01T00:00:00Z"))
    feed.author({"name": _NAME})
    feed.generator(_NAME)
    feed.link(href=f"{site}/{PATH}", rel="self", type="application/atom+xml")
    for one in messages:
        entry = feed.add_entry(order="append")
        entry.id(UUID(one.key).urn)
        entry.title(xml_safe(one.headline))
        entry.updated(rfc3339(one.composed))
        entry.category(term=one.alert)
        entry.content(xml_safe(html_body(one)), type="html")
    return bytes(feed.atom_str(pretty=True))
