"""Shows classifications in words and rows, as matching and explaining print them, and reads rows of JSON Lines; opens no file."""

import json
from typing import Any

from feeds.model import Classification, Document, Evidence
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.model import Topic
from ingest.errors import UsageError
from ingest.model import StoredItem
from ingest.text.dates import rfc3339
from ingest.text.language.detection import decide
from ingest.text.sanitize import plain, safe_html, xml_safe

_TEXTS = ("title", "summary", "content", "lang", "feed")


def read_row(line: bytes, name: str, number: int) -> dict[str, Any]:
    """Parse one row of JSON Lines. Raises UsageError, naming file and line."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise UsageError(f"{name}, line {number}: {fault}", "write one JSON object a line") from fault
    if not isinstance(row, dict):
        raise UsageError(f"{name}, line {number}: not an object", "write one JSON object a line")
    for key in _TEXTS:
        if not isinstance(row.get(key), str | None):
            raise UsageError(f"{name}, line {number}: {key} is not text", f'write "{key}": "..." or leave it out')
    return row


def matched(matcher: Matcher, row: dict[str, Any], number: int) -> dict[str, Any]:
    """Classify a row by the one topic of `matcher`; return its id, whether it is tagged, score, grade, reason and hits."""
    answer = classify_row(matcher, row)
    name = row.get("id", number)
    return {"id": xml_safe(name) if isinstance(name, str) else name} | _answer(answer)


def _answer(answer: Classification) -> dict[str, Any]:
    grade = str(answer.grade) if answer.grade else None
    hits = [_hit(hit) for hit in answer.hits]
    return {"tagged": answer.tagged, "score": answer.score, "grade": grade, "why": answer.why, "hits": hits}


def _hit(hit: Evidence) -> dict[str, Any]:
    return {"group": hit.group, "term": hit.term, "field": hit.field, "start": hit.start, "end": hit.end, "text": hit.text}


def classify_row(matcher: Matcher, row: dict[str, Any]) -> Classification:
    """Classify a row by the one topic of `matcher`."""
    return classify(matcher, document_of_row(row))[0]


def document_of_row(row: dict[str, Any]) -> Document:
    """Return what is classified of a row: title and text, which may be HTML or plain; its language is `lang` or detected."""
    title, summary, content = (xml_safe(str(row.get(key) or "")) for key in ("title", "summary", "content"))
    text = plain(safe_html(content or summary, None))
    language, _ = decide(f"{title}. {text}", str(row.get("lang") or ""))
    return Document(title, text, language, (str(row.get("feed") or ""),))


def about_item(stored: StoredItem) -> list[str]:
    """Return lines on what an item is and where it came from."""
    item = stored.item
    inferred = " (inferred from the text)" if item.title_inferred else ""
    said = f"published {rfc3339(item.published)}" if item.published else "no publication date given"
    versions = f", {stored.versions} versions" if stored.versions > 1 else ""
    language = f"{item.language} ({item.language_from})" if item.language else "unknown"
    lines = [
        f"{stored.id}  {item.title}{inferred}",
        f"  {item.url or 'no address'}; {said}; first seen {rfc3339(stored.first_seen)}{versions}; language {language}",
    ]
    lines += [
        f"  carried by {seen.source.name} ({seen.source.url}{f', {seen.guid}' if seen.guid else ''}) since "
        f"{rfc3339(seen.first_seen)}; recognised by: {seen.reason}"
        for seen in stored.sightings
    ]
    if item.boilerplate:
        lines.append(f"  cut as boilerplate: {' | '.join(item.boilerplate.splitlines())}")
    return lines


def about_classification(topic: Topic, kept: Classification | None, answer: Classification) -> list[str]:
    """Return lines on how a topic classifies an item now, and whether the stored classification differs."""
    if not answer.tagged:
        lines = [f"not tagged {topic.name}: {answer.why}"]
    else:
        lines = [f"tagged {topic.name} ({answer.grade}, score {answer.score:g}, version {answer.version}): {answer.why}"]
    lines += [f"  {_spot(hit)}" for hit in answer.hits]
    lines += [f"  does not count, {context.replace('_', ' ')}: {_spot(hit)}" for context, hit in answer.cancelled]
    if answer.excluded:
        lines.append(f"  tested and absent: {', '.join(dict.fromkeys(answer.excluded))}")
    if answer.review:
        lines.append(f"  a person's word: {answer.review}")
    if _is_older(kept, answer):
        lines.append("  what is published is older than this wording: the next pass classifies it anew")
    return lines


def classification_row(topic: Topic, kept: Classification | None, answer: Classification) -> dict[str, Any]:
    """Return what `about_classification` says, as an object."""
    cancelled = [{"context": context} | _hit(hit) for context, hit in answer.cancelled]
    more = {"cancelled": cancelled, "absent": list(dict.fromkeys(answer.excluded)), "review": answer.review or None}
    return (
        {"topic": topic.name, "version": answer.version} | _answer(answer) | more | {"published_is_older": _is_older(kept, answer)}
    )


def _is_older(kept: Classification | None, answer: Classification) -> bool:
    """Return whether what is published was classified by another wording."""
    return (kept is not None) != answer.tagged or bool(kept and kept.version != answer.version)


def _spot(hit: Evidence) -> str:
    language = f", {hit.language}" if hit.language else ""
    return f"{hit.group}: “{hit.text}” ({hit.field} {hit.start}-{hit.end}, term {hit.term}{language})"
