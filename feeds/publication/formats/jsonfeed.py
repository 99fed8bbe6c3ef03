"""A document of a feed -> the bytes of JSON Feed 1.1, with an extension for what the format has no word for; deterministic."""

from typing import Any, Final

import msgspec

from feeds.publication.document import FeedDocument, stamp
from feeds.publication.entry import FeedEntry, is_iri
from feeds.publication.formats.atom import media_type
from feeds.tagging.topic.model import Topic

_VERSION: Final = "https://jsonfeed.org/version/1.1"
_ABOUT: Final = "https://github.com/topicwire/topicwire/blob/main/docs/evidence-namespace.md"

Members = dict[str, Any]


def render(document: FeedDocument) -> bytes:
    """Return the feed document."""
    topic = document.topic
    public = bool(document.base)
    deleted = [{"id": one.id, "when": stamp(one.deleted_at), "reason": one.reason} for one in document.tombstones]
    feed = {
        "version": _VERSION,
        "title": topic.title,
        "home_page_url": document.address(suffix="html") if public else None,
        "feed_url": document.address(suffix="json") if public else None,
        "description": document.subtitle,
        "language": "en",
        "authors": [{"name": "topicwire"}],
        "hubs": [{"type": "WebSub", "url": document.hub}] if document.hub and public else None,
        "_topicwire": _known(
            {
                "about": _ABOUT,
                "id": document.id,
                "updated": stamp(document.updated),
                # The complete history is kept as Atom.
                "archive": None if document.previous is None else document.address(document.previous),
                "deleted": deleted,
            }
        ),
    }
    items = [_item(entry, topic) for entry in document.entries]
    return msgspec.json.format(msgspec.json.encode({**_known(feed), "items": items}), indent=1) + b"\n"


def _known(members: Members) -> Members:
    """Leave out what is not known: a member that is there has a value."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _item(entry: FeedEntry, topic: Topic) -> Members:
    tags = [topic.name, *(category.term for category in entry.categories)]
    return _known(
        {
            "id": entry.id,
            "url": entry.link,
            "title": entry.title,
            "content_html": entry.content or entry.summary,
            "summary": entry.excerpt,
            "date_published": stamp(entry.published) if entry.published else None,
            "date_modified": stamp(entry.updated),
            "authors": [
                _known({"name": author.name, "url": author.uri if is_iri(author.uri) else None}) for author in entry.authors
            ],
            "tags": list(dict.fromkeys(tags)),
            "language": entry.language or "und",
            "attachments": [
                _known(
                    {
                        "url": enclosure.url,
                        "mime_type": media_type(enclosure) or "application/octet-stream",  # the format wants one
                        "size_in_bytes": enclosure.length,
                        "duration_in_seconds": enclosure.duration,
                    }
                )
                for enclosure in entry.enclosures
                if enclosure.kind != "thumbnail"
            ],
            "image": next((one.url for one in entry.enclosures if one.kind == "thumbnail"), None),
            "_topicwire": _evidence(entry),
        }
    )


def _evidence(entry: FeedEntry) -> Members:
    classification, origin = entry.classification, entry.origin
    hits = [
        {"group": hit.group, "term": hit.term, "field": hit.field, "start": hit.start, "end": hit.end, "text": hit.text}
        for hit in classification.hits
    ]
    carriers = [
        _known(
            {
                "title": one.name,
                "url": one.url,
                "language": one.language,
                "first_seen": stamp(one.first_seen),
                "reason": one.reason,
            }
        )
        for one in entry.carriers
    ]
    related = [{"relation": one.relation, "title": one.name, "url": one.url} for one in entry.related]
    source = {"id": origin.id, "title": origin.title, "updated": stamp(origin.updated)}
    tag = {
        "topic": classification.topic,
        "version": classification.version,
        "grade": str(classification.grade),
        "score": classification.score,
    }
    return _known(
        {
            "why": entry.why,
            "evidence": entry.evidence,
            "tag": {**tag, "hits": hits},
            "carriers": carriers,
            "related": related,
            "places": [{"form": place.form, "value": place.value} for place in entry.places],
            "title_inferred": entry.title_inferred or None,
            "source": source | _known({"feed_url": origin.url, "home_page_url": origin.site_url}),
        }
    )
