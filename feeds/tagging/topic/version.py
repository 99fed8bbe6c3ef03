"""Hashes what decides of a topic: its version; what a topic does not use adds nothing, so that newer keys change no older one."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from feeds.tagging.topic import query
from feeds.tagging.topic.model import AS_WRITTEN, MeetingRules, NegativeContext, Role, Topic


def version_of(topic: Topic) -> str:
    """Return the version of a topic's wording: 12 hex digits. A change of the description classifies nothing again."""
    contexts = [_decisive(context) for context in topic.negative_contexts]
    parts: list[Any] = [topic.expression and str(topic.expression), topic.groups, contexts, topic.near, topic.publish_from]
    if used := dict(_used(topic)):
        parts.append(used)
    text = json.dumps(parts, default=_fields, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _fields(value: Any) -> dict[str, object]:
    """Return the fields of a dataclass; the encoder asks for those of its fields in turn."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _decisive(context: NegativeContext) -> dict[str, object]:
    """Return what decides of a negative context, in the form in which versions have always had it."""
    cancels = context.cancels[0] if len(context.cancels) == 1 else context.cancels
    return {
        "name": context.name,
        "cancels": cancels,
        "terms": context.terms,
        **({"unless": context.unless} if context.unless else {}),
    }


def _used(topic: Topic) -> Iterator[tuple[str, object]]:
    """Yield what only some topics use."""
    named = [part for part in (query.walk(topic.expression) if topic.expression else ()) if isinstance(part, query.NamedPart)]
    if named:
        yield "definitions", {part.name: str(part.part) for part in named}
    if topic.roles:
        yield "roles", topic.roles
    old = asdict(MeetingRules())
    yield from ((key, value) for key, value in asdict(topic.meeting).items() if value != old[key])
    if any(AS_WRITTEN.search(text) for text in _texts(topic)):  # older programs did not compare the sign
        yield "as_written", True


def _texts(topic: Topic) -> Iterator[str]:
    around: tuple[NegativeContext | Role, ...] = (*topic.negative_contexts, *topic.roles)
    yield from (term.text for group in topic.groups for term in group.terms)
    yield from (term.text for part in around for term in (*part.terms, *part.unless))
    asked = query.walk(topic.expression) if topic.expression else ()
    yield from (part.text for part in asked if isinstance(part, query.PhraseQuery))
