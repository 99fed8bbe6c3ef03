"""Which folders belong to a page that a browser saved beside them; knows names and a page's bytes, opens nothing."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

PAGES: Final = frozenset({".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml"})
# What browsers call such folders, `PAGE_files` in their languages.
_WORDS: Final = frozenset(
    "files file dateien fichiers archivos ficheros ficheiros arquivos soubory súbory bestanden filer filar tiedostot pliki fájlok"
    " elemei fajlovi dosyalar datoteke datoteki failid faili bylos failai fitxers fitxategiak fișiere fisiere skrár файлы файли"
    " файлове датотеке αρχεία קבצים ملفات فایل‌ها 文件 檔案 ファイル 파일 แฟ้ม ไฟล์ tệp berkas fail".split()
)
_BEHIND: Final = re.compile(r"[_.\- ]([^\W\d_]+)")
_PARTS: Final = frozenset(
    ".css .js .mjs .map .png .jpg .jpeg .jpe .gif .svg .webp .avif .ico .bmp .woff .woff2 .ttf .otf .eot .mp4 .webm .mp3 .download"
    " .swf .axd .php .asp .aspx .ashx".split()
)
_FRAME: Final = re.compile(r"saved_resource|frame|iframe|a?html|[0-9a-f]{8,}", re.IGNORECASE)  # what browsers call a page's frames


def pages_of(folder: str, beside: Iterable[str]) -> list[str]:
    """Return the pages beside a folder whose companion it may be: `page.html` beside `page_files`."""
    return [name for name in beside if PurePath(name).suffix.lower() in PAGES and _word(folder, PurePath(name).stem)]


def is_companion(folder: str, page: str, body: bytes, inside: Collection[str]) -> bool:
    """Return whether a folder belongs to the page beside it: by its word, because the page names it, or by what is in it.

    A folder of other documents whose name begins with the page's is no companion.
    """
    if (_word(folder, PurePath(page).stem) or "").casefold() in _WORDS or _is_named(folder, body):
        return True
    parts = [PurePath(name) for name in inside]
    others = [name for name in parts if name.suffix.lower() not in _PARTS | PAGES | {""}]
    signs = [name for name in parts if name.suffix.lower() in _PARTS or _FRAME.match(name.stem)]
    return bool(signs) and not others


def _word(folder: str, stem: str) -> str | None:
    """Return the word behind a page's name in a folder's."""
    folder, stem = unicodedata.normalize("NFC", folder), unicodedata.normalize("NFC", stem)
    found = _BEHIND.fullmatch(folder, len(stem)) if folder.startswith(stem) else None
    return found[1] if found else None


def _is_named(folder: str, body: bytes) -> bool:
    """Return whether a page's elements point into a folder."""
    names = {
        folder.encode(errors="replace"),
        quote(folder, errors="replace").encode(),
        folder.replace(" ", "%20").encode(errors="replace"),
    }
    return any(re.search(rb"""["'(=]\s*(?:\./)?""" + re.escape(name) + rb"[/\\]", body) for name in names)
