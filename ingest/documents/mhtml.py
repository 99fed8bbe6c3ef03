"""A page that a browser saved in one file (MHTML, RFC 2557) -> RawFeed: its first page, as a saved page is read."""

from email import message_from_bytes, policy
from typing import Final

from ingest.documents import html
from ingest.errors import ParseError
from ingest.raw import RawFeed
from ingest.text.sanitize import one_line

_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})


def parse(body: bytes, name: str) -> RawFeed:
    """Read a file called `name`; pictures, styles and frames are left alone. Raises ParseError when it holds no page."""
    message = message_from_bytes(body, policy=policy.compat32)
    page = next((part for part in message.walk() if part.get_content_type() in _PAGES), None)
    data = page.get_payload(decode=True) if page is not None else None
    if page is None or not isinstance(data, bytes):
        raise ParseError("a saved page without a page in it", "save it anew from a browser")
    said = page.get_content_charset()
    address = message.get("Snapshot-Content-Location") or page.get("Content-Location") or ""
    return html.parse(data, name, one_line(str(address)), (said,) if said else ())
