"""An export -> the files of a Frictionless data package (datapackage.json): the data, its counts and what describes both; pure."""

import hashlib
from typing import Any, Final

from feeds.export.formats import FORMATS, as_json
from feeds.export.model import Export
from feeds.export.rows import COLUMNS
from ingest.text.dates import rfc3339

_TYPES: Final = {"carriers": "integer", "owners": "integer", "score": "number", "day": "date"} | dict.fromkeys(
    ("published", "first_seen", "updated"), "datetime"
)  # every other column is a text
_MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "atom": "application/atom+xml",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
MEANINGS: Final = {
    "id": "id of the entry in the published feeds",
    "item": "id of the item in topicwire",
    "title": "title as the publisher wrote it, or as the topic masks it",
    "url": "address at the publisher",
    "language": "language tag (BCP 47), where it is known",
    "day": "day in UTC on which the pages show the story: the publisher's date, unless it is after the first sight",
    "published": "date that the publisher gave",
    "first_seen": "when a source was first seen to carry it",
    "updated": "last significant change",
    "source": "name of the source that carried it first",
    "carriers": "number of carriers",
    "owners": "number of different domains among them",
    "carrier_names": "names of the carriers, first one first, parted by semicolons",
    "carrier_urls": "addresses of what they carried, parted by spaces",
    "grade": "how clearly the topic's rules apply",
    "score": "score of the topic's rules",
    "why": "the reason in one line",
    "summary": "beginning of the text",
    "authors": "authors, parted by semicolons",
    "categories": "categories of the publisher, parted by semicolons",
}


def files(export: Export, form: str) -> dict[str, bytes]:
    """Return the files of the package by name; `form` is a key of FORMATS."""
    data = {f"stories.{form}": FORMATS[form](export), "counts.json": as_json(export.counts.as_json())}
    return {**data, "datapackage.json": as_json(_descriptor(export, data, form))}


def _descriptor(export: Export, data: dict[str, bytes], form: str) -> dict[str, Any]:
    topic = export.topic
    moment = rfc3339(export.as_of)
    return {
        "profile": "data-package",
        "name": f"{topic.name}-stories",
        "title": topic.title,
        "description": topic.description,
        "version": topic.version,
        "as_of": moment,
        "private": topic.publish.private,
        "generator": "topicwire",
        "means": list(topic.means),
        "does_not_mean": list(topic.does_not_mean),
        "limits": list(topic.limits),
        "resources": [
            _resource("stories", f"stories.{form}", form, data) | _schema(form),
            _resource("counts", "counts.json", "json", data),
        ],
        "sources": [{"title": name} for name, _ in export.counts.by_source],
    }


def _resource(name: str, path: str, form: str, data: dict[str, bytes]) -> dict[str, Any]:
    return {
        "name": name,
        "path": path,
        "format": form,
        "mediatype": _MEDIA_TYPES[form],
        "encoding": "utf-8",
        "bytes": len(data[path]),
        "hash": f"sha256:{hashlib.sha256(data[path]).hexdigest()}",
    }


def _schema(form: str) -> dict[str, Any]:
    """Return the schema of a table; an Atom document is none."""
    if form == "atom":
        return {}
    columns = [{"name": name, "type": _TYPES.get(name, "string"), "description": MEANINGS[name]} for name in COLUMNS]
    return {"profile": "tabular-data-resource", "schema": {"fields": columns, "primaryKey": "id", "missingValues": [""]}}
