"""An export -> bytes of CSV, JSON Lines, Atom or Parquet; equal exports give equal bytes; pure."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from feeds.export.model import Export
from feeds.export.rows import COLUMNS, plain
from feeds.publication.document import FeedDocument
from feeds.publication.formats import atom
from ingest.errors import UsageError

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(export: Export) -> bytes:
    """Return the rows as CSV (RFC 4180, UTF-8). A text that a spreadsheet would run as a formula begins with an apostrophe."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in export.rows:
        writer.writerow([_cell(value) for value in plain(row).values()])
    return file.getvalue().encode()


def _cell(value: str | float | None) -> str | float | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def as_jsonl(export: Export) -> bytes:
    """Return the rows as JSON, one object a line."""
    return "".join(f"{json.dumps(plain(row), ensure_ascii=False)}\n" for row in export.rows).encode()


def as_atom(export: Export) -> bytes:
    """Return the stories as one Atom document, newest first."""
    entries = tuple(reversed(export.entries))
    return atom.render(FeedDocument(export.topic, export.feed_id, export.base, export.site, entries))


def as_parquet(export: Export) -> bytes:
    """Return the rows as Parquet. Raises UsageError where the extra is not installed."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - of the extra `parquet`
        from pyarrow import parquet  # noqa: PLC0415 - the same
    except ImportError as fault:
        raise UsageError("Parquet needs the extra `parquet`", "install topicwire[parquet], or take csv or jsonl") from fault
    moment = pa.timestamp("us", tz="UTC")
    kinds = dict.fromkeys(COLUMNS, pa.string()) | {"carriers": pa.int64(), "owners": pa.int64()}
    kinds |= {"score": pa.float64(), "day": pa.date32(), "published": moment, "first_seen": moment, "updated": moment}
    columns = {name: [getattr(row, name) for row in export.rows] for name in COLUMNS}
    file = io.BytesIO()
    parquet.write_table(pa.table(columns, schema=pa.schema(kinds.items())), file, compression="zstd")
    return file.getvalue()


FORMATS: Final[Mapping[str, Callable[[Export], bytes]]] = {
    "csv": as_csv,
    "jsonl": as_jsonl,
    "atom": as_atom,
    "parquet": as_parquet,
}


def as_json(value: dict[str, Any]) -> bytes:
    """Return an object as JSON for people and programs."""
    return f"{json.dumps(value, ensure_ascii=False, indent=2)}\n".encode()
