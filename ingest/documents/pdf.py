"""PDF -> RawFeed, by the extra `pdf`: its text page by page; recognises no text in pictures."""

import io
import re
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from ingest.documents.columns import in_reading_order
from ingest.documents.text import from_text
from ingest.errors import ExtraMissingError, ParseError
from ingest.normalize import MOST_TEXT
from ingest.raw import RawDate, RawEntry, RawFeed, RawPerson, RawText
from ingest.text.sanitize import one_line, shorten

_MOST_PAGES: Final = 500
_ENOUGH: Final = 0.95  # of the letters that the plain way finds
_PROGRAM: Final = re.compile(
    r"(?:microsoft\s+(?:office\s+)?(?:word|powerpoint|excel|publisher)|powerpoint|word|writer|pages)\s*-\s+", re.IGNORECASE
)
# Titles that programs give, in their languages, and names of files.
_NO_TITLE: Final = re.compile(
    r"""untitled[\s_-]*(document|presentation|design)?[\s_-]*\d*|no\ ?title|title|(new\ )?document\s*\d*
      | dokument\s*\d*
      | documento?\s*\d*|neues\ dokument|unbenannt\s*\d*|ohne\ titel|sans\ titre|sin\ título|senza\ titolo|sem\ título
      | naamloos|bez\ (tytułu|názvu)
      | без\ (названия|имени)|ללא\ כותרת|(microsoft\ )?power\ ?point[\ -]*(presentation|präsentation)?|présentation\ powerpoint
      | presentación\ de\ powerpoint|presentazione\ (standard\ )?(di\ )?powerpoint|apresentação\ do\ powerpoint
      | презентация\ powerpoint|slide\ \d+|pdf|print|scan\W*\d*|microsoft\ (word|excel)|layout\ \d+|doc\d+|(https?|file)://\S+
      | [\w\s.()+~\#&,'-]*\.(docx?|dotx?|docm|pptx?|xlsx?|rtf|odt|odp|pages|indd|qxp|pmd|tex|dvi
        |html?|pdf|txt|md|wpd|pub|ai|eps|cdr
        |jpe?g|png|tiff?|fm|p65)""",
    re.IGNORECASE | re.VERBOSE,
)
_NO_AUTHOR: Final = frozenset(
    "user users user1 admin administrator administrateur administrador owner author default unknown anonymous anonym guest root me"
    " home pc test scanner laptop desktop nobody none na windowsuser microsoftuser officeuser microsoftofficeuser defaultuser"
    " microsoft benutzer utilisateur usuario utente usuário użytkownik пользователь администратор користувач משתמש מנהל مستخدم acer"
    " asus dell hp lenovo toshiba sony userpc macbook autor autore auteur".split()
)


def parse(body: bytes, name: str) -> RawFeed:
    """Read a PDF called `name`. Raises ParseError for what cannot be read, and when the extra is missing."""
    try:
        import pypdf  # noqa: PLC0415 - an extra
        from pypdf.errors import DependencyError, PyPdfError  # noqa: PLC0415 - an extra
    except ImportError:
        cure = "install topicwire with its extra: pip install 'topicwire[pdf]'; or save the text as .txt"
        raise ExtraMissingError("PDF files are read by an extra that is not installed", cure) from None
    try:
        document = pypdf.PdfReader(io.BytesIO(body))
        if document.is_encrypted and not document.decrypt(""):
            raise ParseError("a PDF that is locked with a password", "save it without, or save its text as .txt")
        text, notes = _text(document)
        said: Any = document.metadata or {}
    except DependencyError as fault:
        cure = "install topicwire with its extra: pip install 'topicwire[pdf]'; or save the text as .txt"
        raise ExtraMissingError("a locked PDF, which needs a part of the extra that is not installed", cure) from fault
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
        pages.append(_page_text(page))
        length += len(pages[-1])
        if length > MOST_TEXT:
            break
    notes = [f"{len(document.pages)} pages: the first {len(pages)} were taken"] if len(pages) < len(document.pages) else []
    return "\n\n".join(pages)[:MOST_TEXT], notes


def _page_text(page: Any) -> str:
    """Return a page's text in reading order: as its maker wrote it, but column by column where it has columns."""
    plain = str(page.extract_text())
    try:
        laid = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)
        lines = in_reading_order(str(laid).splitlines())
    except Exception:  # noqa: BLE001 - the library's second way fails at fonts that its first way reads
        return plain
    text = "\n".join(map(one_line, lines)) if lines else plain
    return text if _letters(text) > _letters(plain) * _ENOUGH else plain


def _stamp(said: Any) -> tuple[datetime | None, str]:
    """Return when a file was changed or made, and what it says of that where it is no date."""
    raw = ""
    for name in ("modification_date", "creation_date"):
        try:
            if stamp := getattr(said, name, None):
                return stamp, ""
        except (ValueError, TypeError, OverflowError, AttributeError):
            raw = raw or one_line(str(getattr(said, f"{name}_raw", None) or ""))
    return None, raw


def _title(said: str) -> str:
    """Return a title of the file's properties, unless it is a program's or a file's name."""
    program = _PROGRAM.match(said)
    title = said[program.end() :] if program else said
    return "" if _NO_TITLE.fullmatch(title) or not any(map(str.isalnum, title)) else title


def _author(said: str) -> str:
    """Return an author of the file's properties, unless it is nobody's name."""
    name = re.sub(r"[\W_]+", "", said).casefold()
    return "" if name in _NO_AUTHOR or not any(map(str.isalpha, name)) else said


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _with_metadata(entry: RawEntry, said: Any) -> tuple[RawEntry, list[str]]:
    """Add the file's own properties, and return notes about them. When it was made is its date of change, not of publication."""
    title, author = _title(one_line(str(said.get("/Title") or ""))), _author(one_line(str(said.get("/Author") or "")))
    stamp, raw = _stamp(said)
    notes = [
        f"{what} from the file's properties" for what, value in (("title", title), ("author", author), ("updated", stamp)) if value
    ]
    return replace(
        entry,
        texts=(RawText("title", title, plain=True), *entry.texts[1:]) if title else entry.texts,
        title_inferred=entry.title_inferred and not title,
        authors=(RawPerson(author),) if author else (),
        dates=(RawDate("updated", stamp.isoformat() if stamp else raw),) if stamp or raw else (),
    ), notes
