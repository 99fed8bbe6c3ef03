"""An e-mail (.eml) -> RawFeed: one entry for a message, one for each story of a newsletter or digest; contacts nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses
from functools import partial
from html import unescape
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from ingest.documents.html import charset_labels
from ingest.documents.text import decode, unwrapped, without_boilerplate
from ingest.errors import ParseError
from ingest.faults import Faults
from ingest.normalize import MOST_ENTRIES
from ingest.raw import RawDate, RawEntry, RawFeed, RawLink, RawPerson, RawText
from ingest.text import charsets
from ingest.text.sanitize import one_line, plain, safe_html

_LEAST_STORIES: Final = 3  # headings with a text and an address each; two may be any letter's
_LEAST_WORDS: Final = 5
_LETTER_WORDS: Final = 20  # of an introduction that is an item of its own
_MOST_DEPTH: Final = 3  # messages inside messages
_LINK: Final = re.compile(r'<a [^>]*?href="(https?://[^"]+)"')
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_FIELD: Final = re.compile(rb"\n(?![ \t])")  # where one begins
_LONGEST_FIELD: Final = 65_536  # bytes: the library's time for addresses grows with the square
_SIGNATURE: Final = re.compile(r"\n-- \r?\n")  # where one begins (RFC 3676, 4.3)
_BLOCK: Final = re.compile(r"<(?:p|div|td|table|hr|footer)\b[^>]*>")
_FOOTER: Final = re.compile(
    r"""unsubscribe | manage\ your\ (?:subscription|preferences) | view\ (?:this|it)\ in\ (?:your\ )?browser
      | newsletter\ abbestellen | vom\ newsletter | abmelden | désabonn | désinscri | darse\ de\ baja | cancelar\ la\ suscripción
      | disiscri | cancella\ l.iscrizione | cancelar\ a\ (?:subscrição|inscrição) | uitschrijven | afmelden | wypisz\ się
      | zrezygnuj\ z\ subskrypcji | отписаться | відписатися | להסרה\ מרשימת | ביטול\ ה?מינוי | إلغاء\ الاشتراك | leiratkoz""",
    re.IGNORECASE | re.VERBOSE,
)


def parse(body: bytes, name: str) -> RawFeed:
    """Read an e-mail file (RFC 5322, MIME) called `name`. Raises ParseError for what is none."""
    head = _END_OF_HEAD.split(body, maxsplit=1)[0]
    if max(map(len, _FIELD.split(head))) > _LONGEST_FIELD:
        raise ParseError("an e-mail with a header longer than 64 kB", "no letter needs that; save it without")
    message = message_from_bytes(body, policy=policy.default)
    notes: list[str] = []
    faults = Faults()
    entries = tuple(_entries(message, name, _Report(notes, faults), 0))
    if not any(map(_has_words, entries)) and any(map(_is_winmail, message.walk())):
        raise ParseError(
            "an e-mail whose words are only in winmail.dat (TNEF), a format of Outlook's own",
            "ask its sender for HTML or plain text, or open it in Outlook and save its text as .txt",
        )
    found = tuple(faults.found)
    return RawFeed(form="document", entries=entries[:MOST_ENTRIES], total=len(entries), notes=tuple(notes), faults=found)


def _has_words(entry: RawEntry) -> bool:
    return any(plain(text.value).strip() for text in entry.texts if text.role != "title")


def _is_winmail(part: MIMEPart) -> bool:
    """Return whether a part is Outlook's own form of a message (MS-OXTNEF)."""
    name = part.get_filename() or ""
    return part.get_content_type() in {"application/ms-tnef", "application/vnd.ms-tnef"} or name.lower() == "winmail.dat"


@dataclass(frozen=True, slots=True)
class _Report:
    """Notes and faults of reading a message."""

    notes: list[str]
    faults: Faults


def _entries(message: EmailMessage, name: str, report: _Report, depth: int) -> Iterator[RawEntry]:
    inside = [part for part in message.walk() if part.get_content_type() == "message/rfc822"] if depth < _MOST_DEPTH else []
    if inside:
        report.notes.append(f"{len(inside)} messages inside the message: an item each")
        for number, part in enumerate(inside, 1):
            read = partial(_inside, name=f"{name}#{number}", report=report, depth=depth + 1)
            yield from report.faults.attempt(f"message {number} left out", read, part, ())
        return
    html, whole = _body(message, name)
    sections = _sections(html) if html and _is_newsletter(message) else []
    if not sections:
        yield whole
        return
    report.notes.append(f"a newsletter of {len(sections)} stories, with the date and the sender of the whole")
    letter = html[: html.index(sections[0][1])]
    if len(plain(letter).split()) >= _LETTER_WORDS:
        yield replace(whole, texts=(*whole.texts[:1], RawText("content", letter)))
    for number, (title, section, url, rest) in enumerate(sections, 1):
        texts = (RawText("title", title, plain=True), RawText("content", section))
        yield replace(whole, id=f"{name}#{number}", links=(RawLink(url),), texts=texts, boilerplate=rest)


def _inside(part: MIMEPart, name: str, report: _Report, depth: int) -> tuple[RawEntry, ...]:
    return tuple(_entries(part.get_content(), name, report, depth))


def _body(message: EmailMessage, name: str) -> tuple[str, RawEntry]:
    """Return the safe HTML of the message, if it has any, and the entry of the whole."""
    part = message.get_body(("html", "plain"))
    said = _decoded(part) if part is not None and not part.is_multipart() else ""
    html = safe_html(said, None) if part is not None and part.get_content_subtype() == "html" else ""
    lines, boilerplate = ([], []) if html else without_boilerplate(unwrapped(_SIGNATURE.split(said, maxsplit=1)[0]))
    return html, RawEntry(
        id=name,
        texts=(
            RawText("title", _header(message, "Subject"), plain=True),
            RawText("content", html) if html else RawText("content", "\n".join(lines), plain=True),
        ),
        links=(RawLink(_header(message, "Archived-At").strip("<> ")),),
        dates=(RawDate("published", _header(message, "Date")),),
        authors=tuple(_authors(message)),
        languages=(_header(message, "Content-Language").partition(",")[0],),
        boilerplate="\n".join(boilerplate),
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return a header's text, its encoded words (RFC 2047) and bare bytes read as those of the body are."""
    return _words(message, _raw_header(message, name))


def _raw_header(message: EmailMessage, name: str) -> str:
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return re.sub(r"\r?\n(?=[ \t])", "", str(raw))


def _words(message: EmailMessage, raw: str) -> str:
    try:
        parts = decode_header(raw)
    except (ValueError, LookupError):  # base64 gone wrong
        parts = [(raw, None)]
    return one_line("".join(_decoded_word(message, part, label) for part, label in parts))


def _decoded_word(message: EmailMessage, part: str | bytes, label: str | None) -> str:
    body = part.encode("ascii", "surrogateescape") if isinstance(part, str) and _is_bytes(part) else part
    if isinstance(body, str):
        return body
    said = label.partition("*")[0] if label else message.get_content_charset()  # a language may follow (RFC 2231)
    return charsets.decode(body, [str(said)] if said else [])[0]


def _is_bytes(text: str) -> bool:
    return all(character < "\x80" or "\udc80" <= character <= "\udcff" for character in text)


def _decoded(part: MIMEPart) -> str:
    """Return a part's text by its declared charset, unless it declares none or a wrong one."""
    data = part.get_payload(decode=True)
    body = data if isinstance(data, bytes) else b""
    said = part.get_content_charset()
    labels = [*([str(said)] if said else []), *(charset_labels(body) if part.get_content_subtype() == "html" else [])]
    return decode(body, labels)


def _authors(message: EmailMessage) -> Iterator[RawPerson]:
    for name, address in getaddresses([_raw_header(message, "From")]):
        if shown := _words(message, name or address):
            yield RawPerson(shown, email=_words(message, address))


def _is_newsletter(message: EmailMessage) -> bool:
    return any(message.get(name) is not None for name in ("List-Id", "List-Unsubscribe", "List-Post"))


def _sections(html: str) -> list[tuple[str, str, str, str]]:
    """Cut safe HTML at the headings of one level: (title, content, address, rest); empty if they are no stories."""
    for level in "1234":
        heading = re.compile(rf"<h{level}\b[^>]*>(.*?)</h{level}>", re.DOTALL)
        starts = [found.start() for found in heading.finditer(html)]
        parts = [html[start:end] for start, end in pairwise([*starts, len(html)])]
        stories = [story for part in parts if (story := _story(part, heading))]
        if len(stories) >= _LEAST_STORIES:
            return stories
    return []


def _story(part: str, heading: re.Pattern[str]) -> tuple[str, str, str, str] | None:
    found, link = heading.match(part), _LINK.search(part)
    if found is None or link is None:
        return None
    ends = next((block.start() for block in _BLOCK.finditer(part) if _FOOTER.search(_until_next(part, block))), len(part))
    title, text = plain(found[1]), plain(part[found.end() : ends])
    if not title or len(text.split()) < _LEAST_WORDS:
        return None
    return title, part[:ends], unescape(link[1]), plain(part[ends:])


def _until_next(part: str, block: re.Match[str]) -> str:
    after = _BLOCK.search(part, block.end())
    return part[block.end() : after.start() if after else len(part)]
