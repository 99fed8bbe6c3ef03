"""Plain text -> RawFeed: encoding, paragraphs, title, boilerplate at the end, language; invents no date and no address."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from ingest.errors import ParseError
from ingest.raw import RawEntry, RawFeed, RawText
from ingest.text import charsets
from ingest.text.sanitize import one_line, sentences, shorten

_TITLE_LENGTH: Final = 120
_TITLE_MOST: Final = 160  # a longer first line is a paragraph
_BOILERPLATE_LENGTH: Final = 160
_BOILERPLATE_LINES: Final = 8
_LONE_WORDS: Final = 4
_WRAP: Final = range(40, 101)  # widths at which people and mail programs wrap
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")  # bytes that no text holds
_CONTROL_SHARE: Final = 100  # one in so many, and it is no text but a program, a picture, an archive
_BROKEN_WORD: Final = re.compile(r"\w[-\u2010]$")
_ENDS_SENTENCE: Final = re.compile(r"[.!?…:;؟。！？]['\"»”’)\]]*$")

# What pages put below an article, in the words that sites use for it. Each must be unmistakable:
# "declined to comment" is a sentence, "log in to comment" is boilerplate.
_BOILERPLATE: Final = re.compile(
    r"""
      (log|sign)\s?-?in\b.{0,60}\b(comment|repl)|\b(leave|post|add|write)\ a\ comment|^\d*\s*comments?(\s*\(\d+\))?$
    | comments\ (are|have\ been)\ (closed|disabled)|(create|open)\ an\ account\ to
    | ^(share|tweet|print|e-?mail)\ (this|on|via)\b|^follow\ us\b|^(read|see)\ (more|also)\b|^sign\ up\ (for|to)\ our
    | ^subscribe\b|^all\ rights\ reserved|^(©|\(c\)|copyright)|^(tags?|topics?|related)\s*:
    | l['’]espace\ des\ commentaires|connectez-vous\b.{0,80}\b(comment|compte)|^(partager|suivez-nous)\b|^lire\ (aussi|la\ suite)
    | ^(laisser|ajouter)\ un\ commentaire|^tous\ droits\ réservés|^abonnez-vous
    | ^(auf\ .{1,20}\ teilen|teilen|folgen\ sie\ uns|kommentare?\b.{0,20}$)
    | (melden\ sie\ sich|anmelden|einloggen)\b.{0,60}\bkommentier
    | um\ (einen\ kommentar|kommentare)\ zu\ |zum\ kommentieren|^alle\ rechte\ vorbehalten|^mehr\ zum\ thema
    | ^compart(e|ir|ilhe|ilhar)\b|inici(a|e|ar)\ sesi[oó]n\b.{0,60}\bcoment|^(deja|deje|deixe)\ (un|um|tu|seu)\ coment
    | ^s[ií]guenos\b|^siga-nos
    | (entre|faça\ login|inicie\ sessão)\b.{0,60}\bcoment|^todos\ (los\ derechos|os\ direitos)\ reservados
    | ^condividi\b|(accedi|effettua\ il\ login)\b.{0,60}\bcomment|^lascia\ un\ commento|^tutti\ i\ diritti\ riservati|^seguici\b
    | ^(deel\b.{0,30}$|delen$|volg\ ons)|(log\ in|meld\ je\ aan)\b.{0,60}\breage|^reageren$|^alle\ rechten\ voorbehouden
    | ^udostępnij|zaloguj\ się\b.{0,60}\b(koment|dodać)|^(dodaj|skomentuj)|^wszelkie\ prawa\ zastrzeżone
    | ^поделит(ь|е)ся|(войдите|авторизуйтесь|зарегистрируйтесь)\b.{0,80}\bкоммент|^все\ права\ защищены|^подпис(ывайтесь|аться)\b
    | ^поділи(тися|ться)|(увійдіть|авторизуйтесь)\b.{0,80}\bкоментар|^усі\ права\ захищені
    | ^(שתפו|שתף)|התחבר.{0,40}(תגוב|להגיב)|^(הוסף|כתבו|הוסיפו)\ תגובה|כל\ הזכויות\ שמורות
    | ^(شارك|مشاركة)\b|(سجل|تسجيل)\ ?الدخول.{0,60}(تعليق|للتعليق)|^أضف\ تعليق|جميع\ الحقوق\ محفوظة
    | ^megosztás|(jelentkezz|lépj)(en)?\ be\b.{0,60}\b(hozzászól|komment)|^minden\ jog\ fenntartva
    """,
    re.IGNORECASE | re.VERBOSE,
)


def parse(body: bytes, name: str) -> RawFeed:
    """Read a text file called `name`. Raises ParseError when it holds no words."""
    return RawFeed(form="document", entries=(from_text(decode(body), name),), total=1)


def from_text(text: str, name: str) -> RawEntry:
    """Return the entry of a document of which only the words are known. Raises ParseError when there are none."""
    lines, boilerplate = without_boilerplate(unwrapped(text))
    if not any(character.isalnum() for line in lines for character in line):
        raise ParseError("there are no words in it", "a seed document is plain text")
    title, inferred, rest = _title(lines)
    return RawEntry(
        id=name,
        texts=(RawText("title", title, plain=True), RawText("content", "\n".join(rest), plain=True)),
        title_inferred=inferred,
        boilerplate="\n".join(boilerplate),
    )


def decode(body: bytes, labels: Iterable[str] = ()) -> str:
    """Return the text of bytes that are said to be in `labels`. Raises ParseError for a program, a picture, an archive."""
    text, notes = charsets.decode(body, labels)
    if notes and len(_CONTROL.findall(body)) > len(body) // _CONTROL_SHARE:
        raise ParseError("not a text file", "a seed document is plain text, UTF-8 best")
    return text


def unwrapped(text: str) -> list[str]:
    """Return the paragraphs, one a line; lines that were wrapped to a width are joined again."""
    raw = [one_line(line) for line in text.splitlines()]
    width = max(map(len, raw), default=0)
    if width not in _WRAP or "" not in raw:
        return [line for line in raw if line]
    blocks = re.split(r"\n{2,}", "\n".join(raw))
    return [line for block in blocks for line in _joined(block.split("\n"), width) if line]


def _joined(lines: list[str], width: int) -> list[str]:
    """Join the lines of a block of which each but the last is too full for the next word."""
    paragraphs = [lines[0]]
    for before, line in pairwise(lines):
        first_word = line.partition(" ")[0]
        if len(before) + 1 + len(first_word) > width - 10:
            paragraphs[-1] += line if _BROKEN_WORD.search(before) else " " + line
        else:
            paragraphs.append(line)
    return paragraphs


def without_boilerplate(lines: list[str]) -> tuple[list[str], list[str]]:
    """Split the lines of a text from the boilerplate at its end: (text, boilerplate).

    A line that could be text (a short last line, a name) is boilerplate only when it stands alone after a finished
    sentence. A text that would be the smaller part stays whole.
    """
    end = len(lines)
    while end > 1 and len(lines) - end < _BOILERPLATE_LINES and _is_boilerplate(lines[end - 1], lines[end - 2]):
        end -= 1
    return (lines[:end], lines[end:]) if sum(map(len, lines[:end])) > sum(map(len, lines[end:])) else (lines, [])


def _is_boilerplate(line: str, before: str) -> bool:
    if len(line) <= _BOILERPLATE_LENGTH and _BOILERPLATE.search(line):
        return True
    lone = len(line.split()) <= _LONE_WORDS and not _ENDS_SENTENCE.search(line)
    return lone and (bool(_ENDS_SENTENCE.search(before)) or len(before.split()) <= _LONE_WORDS)


def _title(lines: list[str]) -> tuple[str, bool, list[str]]:
    first = lines[0]
    reads_like_title = len(first) <= _TITLE_MOST and not re.search(r"[.!…;,:。！]$", first) and len(lines) > 1
    if reads_like_title and len(sentences(first)) == 1:
        return first, False, lines[1:]
    start, end = sentences(first)[0]
    return shorten(first[start:end], _TITLE_LENGTH), True, lines
