"""A message -> the signed request of a webhook, by the Standard Webhooks specification; pure: sends nothing."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from feeds.alerts.message import AlertMessage, AlertStory
from ingest.text.dates import rfc3339

_PREFIX: Final = "whsec_"  # begins a key that is written in base64


@dataclass(frozen=True, slots=True)
class HookRequest:
    """The body and the headers of a request."""

    body: bytes
    headers: dict[str, str]


def hook_request(message: AlertMessage, secret: str, now: datetime) -> HookRequest:
    """Return the request: its id stays from try to try, its time is that of the try, and both are signed with the body."""
    body = json.dumps(as_object(message), ensure_ascii=False, separators=(",", ":")).encode()
    stamp = str(int(now.timestamp()))
    headers = {"Content-Type": "application/json", "webhook-id": message.key, "webhook-timestamp": stamp}
    if secret:
        headers["webhook-signature"] = signature(secret, message.key, stamp, body)
    return HookRequest(body, headers)


def signature(secret: str, key: str, stamp: str, body: bytes) -> str:
    """Return the signature of a request: HMAC-SHA256 over id, time and body, in base64."""
    signed = hmac.digest(_key(secret), f"{key}.{stamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass  # a password that begins so
    return secret.encode()


def as_object(message: AlertMessage) -> dict[str, Any]:
    """Return a message as the JSON object that webhooks get."""
    return {
        "type": f"topicwire.{message.subject}",
        "id": message.key,
        "timestamp": rfc3339(message.composed),
        "test": message.tested,
        "data": {
            "alert": message.alert,
            "headline": message.headline,
            "notices": [{"title": one.title, "text": one.text, "link": one.link or None} for one in message.notices],
            "stories": list(map(_story, message.stories)),
        },
    }


def _story(story: AlertStory) -> dict[str, Any]:
    return {
        "id": story.id,
        "item": story.uid,
        "topic": story.topic,
        "title": story.title,
        "url": story.url or None,
        "language": story.language,
        "published": rfc3339(story.published),
        "first_seen": rfc3339(story.first_seen),
        "grade": story.grade,
        "carriers": list(story.carriers),
        "why": story.why,
        "summary": story.excerpt,
        "evidence": story.evidence or None,
    }
