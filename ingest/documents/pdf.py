"""PDF -> RawFeed, by the extra `pdf`: its text page by page; a scan has none."""

import io
from typing import Any, Final

from msgspec.structs import replace

from ingest.documents.text import from_text
from ingest.errors import ExtraMissingError, ParseError
from ingest.limits import MOST_TEXT
from ingest.raw import RawDate, RawEntry, RawFeed, RawPerson, RawText
from ingest.text import one_line, shorten

_MOST_PAGES: Final = 500


def parse(body: bytes, name: str) -> RawFeed:
    """Read a PDF called `name`. Raises ParseError for what cannot be read, and when the extra is missing."""
    try:
        import pypdf  # noqa: PLC0415 - an extra
        from pypdf.errors import PyPdfError  # noqa: PLC0415 - an extra
    except ImportError:
        cure = "install topicwire with its extra: pip install 'topicwire[pdf]'; or save the text as .txt"
        raise ExtraMissingError("PDF files are read by an extra that is not installed", cure) from None
    try:
        document = pypdf.PdfReader(io.BytesIO(body))
        text, notes = _text(document)
        said: Any = document.metadata or {}
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError) as fault:
        what = f"a PDF that cannot be read ({shorten(one_line(str(fault)) or type(fault).__name__, 100)})"
        raise ParseError(what, "it may be damaged or locked: print it anew, or save the text as .txt") from fault
    if not any(character.isalnum() for character in text):
        raise ParseError("a PDF without text", "it may be scanned pictures: run text recognition over it")
    entry, more = _with_metadata(from_text(text, name), said)
    return RawFeed(form="document", entries=(entry,), total=1, notes=(*notes, *more))


def _text(document: Any) -> tuple[str, list[str]]:
    pages, length = [], 0
    for page in document.pages[:_MOST_PAGES]:
        pages.append(page.extract_text())
        length += len(pages[-1])
        if length > MOST_TEXT:
            break
    notes = [f"{len(document.pages)} pages: the first {len(pages)} were taken"] if len(pages) < len(document.pages) else []
    return "\n\n".join(pages)[:MOST_TEXT], notes


def _with_metadata(entry: RawEntry, said: Any) -> tuple[RawEntry, list[str]]:
    """Add what the file's own properties say. When it was made is no date of publication: it stays a date of change."""
    title, author = (one_line(str(said.get(key) or "")) for key in ("/Title", "/Author"))
    stamp = getattr(said, "modification_date", None) or getattr(said, "creation_date", None)
    notes = [
        f"{what} from the file's properties" for what, value in (("title", title), ("author", author), ("updated", stamp)) if value
    ]
    return replace(
        entry,
        texts=(RawText("title", title, plain=True), *entry.texts[1:]) if title else entry.texts,
        title_inferred=entry.title_inferred and not title,
        authors=(RawPerson(author),) if author else (),
        dates=(RawDate("updated", stamp.isoformat()),) if stamp else (),
    ), notes
