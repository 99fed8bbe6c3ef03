"""Markdown, web pages, e-mail and PDF as seed documents: every text here was written for these tests."""

import builtins
import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Cli
from support import NOON, TEXT

from ingest.documents.columns import in_reading_order
from ingest.documents.document import parse_document
from ingest.errors import ExtraMissingError, ParseError
from ingest.model import Author, Category, Item, ParsedFeed

GERMAN = "Am Montagabend legte die alte Fähre zum letzten Mal ab. Vierzig Menschen standen am Ufer und winkten ihr nach."
HEBREW = "מועצת העיר התכנסה ביום שני כדי לדון במעבורת הישנה ובנמל שלה, והחליטה לשמור עליה."
RUSSIAN = "Городской совет собрался в понедельник, чтобы поговорить о старом пароме и его причале."
NO_EXTRA = "trafilatura"


def feed(text: str | bytes, name: str) -> ParsedFeed:
    """Read a document."""
    return parse_document(text if isinstance(text, bytes) else text.encode(), name, NOON)


def only(text: str | bytes, name: str) -> Item:
    """Read a document that holds one item."""
    ((item, _),) = feed(text, name).items
    return item


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that makes a library look as if it were not installed."""

    def hide(library: str) -> None:
        real = builtins.__import__

        def refuse(name: str, *rest: Any, **named: Any) -> Any:
            if name.split(".", maxsplit=1)[0] == library:
                raise ImportError(name)
            return real(name, *rest, **named)

        for loaded in [name for name in sys.modules if name.split(".")[0] == library]:
            monkeypatch.delitem(sys.modules, loaded)
        monkeypatch.setattr(builtins, "__import__", refuse)

    return hide


# Markdown


YAML = f"""---
title: "Die letzte Fähre"
date: 2026-03-01
lastmod: 2026-03-01T12:00:00+01:00
author: [Ann Quay, {{name: Ben Pier}}]
tags:
  - Hafen
  - Fähre
lang: de
canonical_url: https://post.example/faehre
description: Ein Abschied.
---

# Die letzte Fähre

{GERMAN}

* Erstens
* [Karte](/karte)
"""
TOML = f"""+++
title = "Die letzte Fähre"
date = 2026-03-01
lastmod = 2026-03-01T12:00:00+01:00
authors = ["Ann Quay", {{name = "Ben Pier"}}]
tags = ["Hafen", "Fähre"]
lang = "de"
canonical_url = "https://post.example/faehre"
description = "Ein Abschied."
+++

# Die letzte Fähre

{GERMAN}

* Erstens
* [Karte](/karte)
"""


@pytest.mark.parametrize("text", [YAML, TOML, YAML.replace("\n", "\r\n")])
def test_front_matter_is_taken_at_its_word(text: str) -> None:
    """Title, dates, authors, tags, language, address and summary; the heading that repeats the title is not text."""
    item = only(text, "a.md")
    assert (item.title, item.title_inferred, item.language, item.url) == (
        "Die letzte Fähre",
        False,
        "de",
        "https://post.example/faehre",
    )
    assert (str(item.published), str(item.updated)) == ("2026-03-01 00:00:00+00:00", "2026-03-01 11:00:00+00:00")
    assert item.authors == (Author("Ann Quay"), Author("Ben Pier"))
    assert item.categories == (Category("Hafen"), Category("Fähre"))
    assert (item.summary, item.text) == ("<p>Ein Abschied.</p>", f"{GERMAN}\n• Erstens\n• Karte")
    assert 'href="https://post.example/karte"' in item.content


def test_markdown_without_front_matter_has_its_heading() -> None:
    """The first heading is the title, with a note; no date and no address are invented."""
    said = feed(f"# The *last* ferry\n\n{TEXT}\n", "b.md")
    item = said.items[0][0]
    assert (item.title, item.text, item.title_inferred) == ("The last ferry", TEXT, False)
    assert (item.published, item.url, item.guid) == (None, None, "b.md")
    assert (said.parser, said.notes) == ("markdown", ("title from the first heading",))


def test_markdown_without_a_title_infers_one() -> None:
    """The first words stand for it, marked."""
    item = only(TEXT, "c.markdown")
    assert item.title_inferred
    assert item.title.startswith("The old ferry")


def test_html_in_markdown_is_made_safe() -> None:
    """Markdown may hold HTML; none of it runs."""
    item = only(f"# T\n\n{TEXT}\n\n<script>bad()</script>\n\n<img src=x onerror=bad()>\n\n[x](javascript:bad)\n", "d.md")
    assert "bad()" not in item.content
    assert "href=" not in item.content


@pytest.mark.parametrize("broken", ["---\ntitle: [\n---\n", "+++\ntitle = \n+++\n", '+++\n"a" = 1979-13-45\n+++\n'])
def test_broken_front_matter_is_left_out_and_named(broken: str) -> None:
    """The text below it is read all the same."""
    said = feed(f"{broken}\n# The ferry\n\n{TEXT}", "e.md")
    assert said.items[0][0].title == "The ferry"
    assert said.notes[0].startswith("front matter left out: ")


def test_a_rule_is_no_front_matter() -> None:
    """A line of dashes above a text is just that."""
    assert only(f"---\n\n{TEXT}\n\n---\n\nEnd of it.", "f.md").text.endswith("End of it.")


def test_norwegian_is_a_language() -> None:
    """Front matter is read as text: `no` is a language, not a denial."""
    text = "Fergen gikk for siste gang mandag kveld, og folk sto på kaia og vinket."
    assert only(f"---\nlang: no\n---\n{text}", "g.md").language == "no"


def test_markdown_without_words_is_refused() -> None:
    """Front matter alone is no document."""
    with pytest.raises(ParseError, match="there are no words in it"):
        feed("---\nlang: de\n---\n\n***\n", "h.md")


# Web pages


LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "The Harbour Post"},
        {
            "@type": ["NewsArticle"],
            "headline": "Die letzte Fähre",
            "datePublished": "2026-03-01T10:00:00+01:00",
            "dateModified": "2026-03-01T12:00:00+01:00",
            "author": [{"@type": "Person", "name": "Ann Quay", "url": "https://post.example/ann"}, "Ben Pier"],
        },
    ],
}
PARAGRAPHS = "".join(f"<p>{GERMAN} Das war Absatz {word}.</p>" for word in ("eins", "zwei", "drei"))


def page(head: str = "", body: str = f"<article><h1>Die letzte Fähre</h1>{PARAGRAPHS}</article>") -> str:
    """Write a page as sites do, with what stands around the article."""
    return f"""<!DOCTYPE html><html lang="de-AT"><head><meta charset="utf-8">
<title>Die letzte Fähre | Hafenpost</title>{head}</head>
<body><nav><a href="/">Start</a> <a href="/sport">Sport</a></nav><div class="cookie-banner">Wir nutzen Kekse.</div>{body}
<aside class="related"><p>Lesen Sie auch: Der Leuchtturm wird verkauft und keiner weiß warum, sagt der Wärter.</p></aside>
<footer>© Hafenpost. Alle Rechte vorbehalten.</footer><script>track()</script></body></html>"""


HEAD = f"""<link rel="canonical" href="https://post.example/faehre"><meta property="og:title" content="Fähre, geteilt">
<meta name="description" content="Ein Abschied."><meta property="article:tag" content="Hafen">
<script type="application/ld+json">{json.dumps(LD)}</script>"""


@pytest.mark.parametrize("extra", [True, False])
def test_a_page_is_read_by_what_it_declares(without: Any, extra: bool) -> None:  # noqa: FBT001 - a case
    """JSON-LD first, then the rest; the main text without the page around it, with the extra or without."""
    if not extra:
        without(NO_EXTRA)
    said = feed(page(HEAD), "a.html")
    item = said.items[0][0]
    assert (item.title, item.url, item.language) == ("Die letzte Fähre", "https://post.example/faehre", "de")
    assert (str(item.published), str(item.updated)) == ("2026-03-01 09:00:00+00:00", "2026-03-01 11:00:00+00:00")
    assert item.authors == (Author("Ann Quay", "https://post.example/ann"), Author("Ben Pier"))
    assert (item.summary, item.categories) == ("<p>Ein Abschied.</p>", (Category("Hafen"),))
    assert item.text.count("Am Montagabend") == 3
    for around in ("Kekse", "Leuchtturm", "Rechte", "Sport", "track"):
        assert around not in item.text
    assert said.notes == (
        "title from JSON-LD headline",
        "url from its canonical link",
        "published from JSON-LD datePublished",
        "updated from JSON-LD dateModified",
        "language from its html element",
        "authors from JSON-LD author",
        f"main text by {'trafilatura' if extra else 'our own rules'}",
    )


HEADS = {
    '<meta property="og:title" content="Geteilt">': ("title", "Geteilt"),
    '<meta name="author" content="Ann Quay">': ("authors", (Author("Ann Quay"),)),
    '<meta property="article:author" content="https://social.example/ann">': ("authors", ()),
    '<meta property="article:published_time" content="2026-03-01T10:00:00Z">': ("published_raw", "2026-03-01T10:00:00Z"),
    '<meta name="dc.date" content="2026-03-01">': ("published_raw", "2026-03-01"),
    '<meta name="keywords" content="Hafen, Fähre">': ("categories", (Category("Hafen"), Category("Fähre"))),
    '<meta property="og:url" content="https://post.example/og">': ("url", "https://post.example/og"),
    '<link rel="canonical" href="/relative">': ("url", None),
    '<script type="application/ld+json">{broken</script>': ("title", "Die letzte Fähre"),
    '<script type="application/ld+json">[[{"@type": "Article", "headline": 7}]]</script>': ("title", "Die letzte Fähre"),
}


@pytest.mark.parametrize("head", HEADS)
def test_each_way_to_declare_is_known(without: Any, head: str) -> None:
    """Meta, link and JSON-LD, valid or not: what is no value counts as absent, a profile's address is no name."""
    without(NO_EXTRA)
    name, value = HEADS[head]
    assert getattr(only(page(head), "b.html"), name) == value


def test_a_page_that_declares_nothing_invents_nothing(without: Any) -> None:
    """Without a date and an address there are none; the title is what its element says."""
    without(NO_EXTRA)
    item = only(f"<title>Notes</title><p>{TEXT}</p>", "c.html")
    assert (item.title, item.url, item.published, item.authors) == ("Notes", None, None, ())
    assert (item.text, item.language_from) == (TEXT, "detected")


def test_the_main_text_is_found_without_marks(without: Any) -> None:
    """In a page of bare boxes the one that holds most paragraphs is the article."""
    without(NO_EXTRA)
    body = f"<div><p>Menu of the day</p></div><div id=x><h2>Zwischen</h2>{PARAGRAPHS}</div><div><p>Ende</p></div>"
    text = only(page(body=body), "d.html").text
    assert text.startswith("Zwischen\nAm Montagabend")
    assert "Ende" not in text.splitlines()


@pytest.mark.parametrize(
    ("text", "declared", "encoding"),
    [
        (RUSSIAN, "windows-1251", "windows-1251"),
        (HEBREW, "utf-8", "windows-1255"),
        (HEBREW, "nonsense", "utf-8"),
        (RUSSIAN, "", "utf-16"),
    ],
)
def test_a_page_is_decoded_by_its_word_if_it_is_true(without: Any, text: str, declared: str, encoding: str) -> None:
    """A wrong label is found out by bytes that contradict it."""
    without(NO_EXTRA)
    html = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"></head><p>{text}</p></html>'
    assert only(html.encode(encoding), "e.htm").text == text


@pytest.mark.parametrize("nothing", ["", "<html></html>", "<script>draw()</script><div id=app></div>", "<!-- x -->"])
def test_a_page_without_words_is_refused(nothing: str) -> None:
    """What a script would draw cannot be read, and the error says so."""
    with pytest.raises(ParseError, match="a page without words"):
        feed(nothing, "f.html")


def test_a_page_is_known_by_its_look() -> None:
    """From a pipe, without a name, a page is read as a page and a feed as a feed."""
    assert feed(page(), "-").parser == "html"
    assert feed(YAML, "-").parser == "markdown"
    assert feed(mail(), "-").parser == "email"


# E-mail


def mail(body: str = TEXT, kind: str = "text/plain", headers: Mapping[str, str] | None = None) -> bytes:
    """Write a message."""
    head = {
        "MIME-Version": "1.0",
        "From": "=?utf-8?q?Ann_F=C3=A4hrmann?= <ann@post.example>",
        "To": "me@home.example",
        "Subject": "=?utf-8?q?Die_letzte_F=C3=A4hre?=",
        "Date": "Sun, 01 Mar 2026 10:00:00 +0100",
        "Message-ID": "<1@post.example>",
        "Content-Type": f"{kind}; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        **(headers or {}),
    }
    return ("".join(f"{name}: {value}\r\n" for name, value in head.items()) + "\r\n" + body.replace("\n", "\r\n")).encode()


def test_a_message_is_one_item() -> None:
    """Subject, sender and date are title, author and date; the signature is not text."""
    item = only(mail(f"{TEXT}\n\nSecond paragraph of it.\n-- \nAnn\nHarbour street 1"), "a.eml")
    assert (item.title, item.title_inferred, item.guid) == ("Die letzte Fähre", False, "a.eml")
    assert item.authors == (Author("Ann Fährmann", None, "ann@post.example"),)
    assert str(item.published) == "2026-03-01 09:00:00+00:00"
    assert item.text == f"{TEXT}\nSecond paragraph of it."


def test_a_message_is_read_by_its_best_part() -> None:
    """HTML outranks plain text; attachments are left alone; pictures that count readers are dropped."""
    parts = f"""--x
Content-Type: text/plain; charset=utf-8

plain words
--x
Content-Type: text/html; charset=utf-8

<p>{TEXT}</p><img src="http://t.example/p.gif" width="1" height="1"><script>bad()</script>
--x--
"""
    item = only(mail(parts, "multipart/alternative; boundary=x"), "b.eml")
    assert item.text == TEXT
    assert "img" not in item.content


def test_a_wrongly_labelled_message_is_read() -> None:
    """Bytes that contradict their label are read as what they are."""
    body = mail(headers={"Content-Type": "text/plain; charset=utf-8"}).replace(TEXT.encode(), RUSSIAN.encode("windows-1251"))
    assert only(body, "c.eml").text == RUSSIAN
    assert only(mail(RUSSIAN, "text/plain; charset=x-unknown; x"), "c.eml").text == RUSSIAN


def story(number: int, level: int = 2, words: str = "") -> str:
    """Write a story of a newsletter."""
    text = words or f"Im Hafen geschah die Sache Nummer {number}, und viele sahen zu."
    return f"<h{level}><a href='https://post.example/{number}?a=1&amp;b=2'>Story {number}</a></h{level}><p>{text}</p>"


def letter(*stories: str, before: str = "<p>Guten Morgen!</p>", after: str = "") -> bytes:
    """Write a newsletter."""
    return mail(before + "".join(stories) + after, "text/html", {"List-Unsubscribe": "<https://post.example/u>"})


def test_a_newsletter_is_one_item_a_story() -> None:
    """Headings with a text and an address each are stories; the date and the sender are the whole's, and a note says so."""
    said = feed(letter(story(1), story(2), story(3), after="<p>Hier können Sie sich vom Newsletter abmelden.</p>"), "l.eml")
    items = [item for item, _ in said.items]
    assert [(item.guid, item.title, item.url) for item in items] == [
        (f"l.eml#{n}", f"Story {n}", f"https://post.example/{n}?a=1&b=2") for n in (1, 2, 3)
    ]
    assert items[2].text.endswith("Nummer 3, und viele sahen zu.")
    assert "abmelden" in items[2].boilerplate
    assert said.notes == ("a newsletter of 3 stories, with the date and the sender of the whole",)
    assert {str(item.published) for item in items} == {"2026-03-01 09:00:00+00:00"}


def test_the_letter_above_the_stories_is_kept() -> None:
    """An introduction of some length is an item of its own: nothing is lost."""
    items = [item for item, _ in feed(letter(story(1), story(2), story(3), before=f"<p>{TEXT} {TEXT}</p>"), "l.eml").items]
    assert [item.title for item in items] == ["Die letzte Fähre", "Story 1", "Story 2", "Story 3"]


@pytest.mark.parametrize(
    "body",
    [
        letter(story(1), story(2)),
        letter(story(1), "<h2>Ohne Adresse</h2><p>Nur Text und sonst nichts.</p>", story(3)),
        mail(story(1) + story(2) + story(3), "text/html"),
    ],
)
def test_what_is_not_surely_a_newsletter_stays_whole(body: bytes) -> None:
    """Fewer than three stories, or no list's header: one item with everything in it."""
    assert "Story 1" in only(body, "m.eml").text


def test_a_digest_is_an_item_a_message() -> None:
    """Messages inside a message are items of their own."""
    inner = [
        mail(f"{text}\n", headers={"Subject": f"Nr. {n}"}).decode().replace("\r", "") for n, text in enumerate((TEXT, GERMAN), 1)
    ]
    parts = "".join(f"--y\nContent-Type: message/rfc822\n\n{one}\n" for one in inner) + "--y--\n"
    said = feed(mail(parts, "multipart/digest; boundary=y"), "d.eml")
    assert [item.title for item, _ in said.items] == ["Nr. 1", "Nr. 2"]
    assert said.notes == ("2 messages inside the message: an item each",)


def test_a_message_without_words_is_refused() -> None:
    """Headers alone are no document."""
    with pytest.raises(ParseError, match="an e-mail without words"):
        feed(mail(""), "e.eml")


TNEF = (
    "--x\nContent-Type: text/plain\n\n\n--x\nContent-Type: {kind}; name={name}\nContent-Disposition: attachment; filename={name}\n"
    "Content-Transfer-Encoding: base64\n\neJ8+IgAAAQ==\n--x--\n"
)


@pytest.mark.parametrize(
    "part",
    [
        TNEF.format(kind="application/ms-tnef", name="winmail.dat"),
        TNEF.format(kind="application/vnd.ms-tnef", name="x.bin"),
        TNEF.format(kind="application/octet-stream", name="WINMAIL.DAT"),
    ],
)
def test_a_message_in_outlook_s_own_form_is_said_to_be_that(part: str) -> None:
    """The line names winmail.dat and what to do."""
    with pytest.raises(ParseError, match=r"whose words are only in winmail\.dat \(TNEF\).*ask its sender"):
        feed(mail(part, "multipart/mixed; boundary=x"), "w.eml")


def test_a_message_with_words_beside_winmail_is_read() -> None:
    """The attachment is left alone."""
    part = TNEF.format(kind="application/ms-tnef", name="winmail.dat").replace("text/plain\n\n", f"text/plain\n\n{TEXT}", 1)
    assert only(mail(part, "multipart/mixed; boundary=x"), "w.eml").text == TEXT


# PDF


def pdf(*lines: str, title: str = "", author: str = "Ann Quay", stream: str = "", made: str = "20260301100000Z") -> bytes:
    """Write a small PDF by hand: one page, one font."""
    shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
    stream = stream or f"BT /F1 12 Tf 40 700 Td {shown} ET"
    info = f"<< /Title ({title}) /Author ({author}) /CreationDate (D:{made}) >>" if title else "<< >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        info,
    ]
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, text in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(f"{p:010} 00000 n \n".encode() for p in places)
    )
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


LINES = ("The ferry sailed for the last time on Monday.", "Forty passengers stood on the quay and waved.")


def test_a_pdf_gives_its_text() -> None:
    """Its properties name title and author; when it was made is a date of change, not of publication."""
    said = feed(pdf(*LINES, title="The last ferry"), "a.pdf")
    item = said.items[0][0]
    assert (item.title, item.title_inferred, item.authors) == ("The last ferry", False, (Author("Ann Quay"),))
    assert "sailed for the last time" in item.text
    assert (item.published, str(item.updated)) == (None, "2026-03-01 10:00:00+00:00")
    assert said.notes == tuple(f"{what} from the file's properties" for what in ("title", "author", "updated"))


def test_a_pdf_without_properties_infers_its_title() -> None:
    """Its first sentence stands for the title, marked."""
    item = only(pdf(*LINES), "b.pdf")
    assert item.title_inferred
    assert item.title == LINES[0]


@pytest.mark.parametrize(
    "made", ["yesterday", "00000000000000", "20260230100000Z", "20260301250000", "-0001", "2026030110000099'99'"]
)
def test_a_date_that_cannot_be_read_costs_no_pdf(made: str) -> None:
    """It is read without one, and what was written is kept."""
    item = only(pdf(*LINES, title="The last ferry", made=made), "a.pdf")
    assert (item.title, item.updated) == ("The last ferry", None)
    assert item.updated_raw


def test_a_scan_is_told_from_a_text() -> None:
    """A PDF of pictures has no words, and the error says what to do."""
    with pytest.raises(ParseError, match="a PDF without text; it may be scanned pictures"):
        feed(pdf(), "c.pdf")


@pytest.mark.parametrize("damaged", [b"%PDF-1.4\n", pdf(*LINES)[:300], b"%PDF-1.4\n" + b"\x00" * 500])
def test_a_damaged_pdf_is_refused_in_words(damaged: bytes) -> None:
    """It ends in one line."""
    with pytest.raises(ParseError, match=r"a PDF (that cannot be read|without text)"):
        feed(damaged, "d.pdf")


def test_a_missing_extra_is_one_line_with_the_cure(without: Any) -> None:
    """Nothing else is hurt: the line says what to install."""
    without("pypdf")
    with pytest.raises(ExtraMissingError) as caught:
        feed(pdf(*LINES), "e.pdf")
    assert str(caught.value) == (
        "PDF files are read by an extra that is not installed;"
        " install topicwire with its extra: pip install 'topicwire[pdf]'; or save the text as .txt"
    )


def columns(*, by_rows: bool) -> bytes:
    """Write a page of a title and two columns, line by line over both or column by column."""
    lines = [f"{place} line {number} of what is told there" for place in ("Left", "Right") for number in range(10)]
    placed = [(60 if n < 10 else 320, 700 - 14 * (n % 10), line) for n, line in enumerate(lines)]
    placed = sorted(placed, key=lambda one: (-one[1], one[0])) if by_rows else placed
    shown = [
        f"1 0 0 1 {x} {y} Tm ({line}) Tj" for x, y, line in [(60, 750, "The ferry sails again, both of the columns say"), *placed]
    ]
    return pdf(stream=f"BT /F1 9 Tf {' '.join(shown)} ET")


@pytest.mark.parametrize("by_rows", [True, False])
def test_columns_are_read_one_after_the_other(by_rows: bool) -> None:  # noqa: FBT001 - a case
    """Whatever order its maker wrote them in."""
    item = only(columns(by_rows=by_rows), "a.pdf")
    places = [item.text.index(f"{place} line {number} ") for place in ("Left", "Right") for number in range(10)]
    assert places == sorted(places)
    assert item.title == "The ferry sails again, both of the columns say"


def test_a_table_is_read_row_by_row() -> None:
    """Narrow columns are cells."""
    lines = [
        f"{name:12}{figure:>14}" for name, figure in (("Lamp", "12"), ("Rope", "7"), ("Oar", "31"), ("Bell", "2"), ("Buoy", "90"))
    ]
    assert in_reading_order(lines) is None


def test_columns_of_a_script_from_the_right_begin_at_the_right() -> None:
    """Hebrew columns are read from the right."""
    lines = [f"שורה {n} של הטור השמאלי          שורה {n} של הטור הימני" for n in range(6)]
    read = in_reading_order(lines)
    assert read
    assert next(line.strip() for line in read if line.strip()) == "שורה 0 של הטור הימני"


@given(st.lists(st.text(alphabet="ab  א", max_size=60), max_size=12))
def test_ordering_columns_loses_no_letter(lines: list[str]) -> None:
    """Each letter of a page stands in it once."""
    read = in_reading_order(lines)
    assert read is None or sorted("".join(read).replace(" ", "")) == sorted("".join(lines).replace(" ", ""))


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_opens_without_a_password_is_read(algorithm: str) -> None:
    """Its owner's password keeps people from changing it, not from reading."""
    assert "sailed for the last time" in only(locked("", algorithm), "a.pdf").text


def test_a_pdf_with_a_password_is_refused_in_words() -> None:
    """The line says that it is locked."""
    with pytest.raises(ParseError, match="a PDF that is locked with a password; save it without"):
        feed(locked("secret", "AES-256"), "a.pdf")


def locked(password: str, algorithm: str) -> bytes:
    """Write a PDF that is encrypted."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(*LINES)))
    writer.encrypt(password, owner_password="owner", algorithm=algorithm)  # noqa: S106 - a test's
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - ferry.docx",
        "Microsoft Word - Document1",
        "ferry final (2).docx",
        "Untitled",
        "untitled document",
        "PowerPoint Presentation",
        "PowerPoint-Präsentation",
        "Présentation PowerPoint",
        "Unbenannt",
        "Sin título",
        "Document1",
        "slide 1",
        "https://post.example/ferry",
        "ferry_v3.indd",
        "...",
    ],
)
def test_what_programs_put_into_a_pdf_is_no_title(title: str) -> None:
    """The title is inferred from the text, marked."""
    item = only(pdf(*LINES, title=title.replace("(", "\\(").replace(")", "\\)")), "b.pdf")
    assert (item.title, item.title_inferred, item.authors) == (LINES[0], True, (Author("Ann Quay"),))


@pytest.mark.parametrize("author", ["user", "Admin", "owner", "Windows User", "Microsoft Office User", "unknown", "USER-PC", "123"])
def test_what_programs_put_into_a_pdf_is_no_author(author: str) -> None:
    """There is none, and no note of one."""
    said = feed(pdf(*LINES, title="The last ferry", author=author), "b.pdf")
    assert said.items[0][0].authors == ()
    assert said.notes == ("title from the file's properties", "updated from the file's properties")


@pytest.mark.parametrize(
    ("said", "title"),
    [("Microsoft Word - The last ferry", "The last ferry"), ("Word and deed", "Word and deed"), ("No. 7", "No. 7")],
)
def test_a_title_behind_a_program_s_name_is_one(said: str, title: str) -> None:
    """What Word adds is taken off."""
    assert only(pdf(*LINES, title=said), "b.pdf").title == title


# Any bytes


_PIECES = [
    b"---\n",
    b"+++\n",
    b"title: ",
    b"<p>",
    b"<h2>",
    b"<script type='application/ld+json'>",
    b"{",
    b"Subject: x\n\n",
    b"%PDF-",
    b"\xff",
    b"&#0;",
]


@given(
    st.lists(st.sampled_from(_PIECES) | st.binary(max_size=20), max_size=20).map(b"".join),
    st.sampled_from(["a.md", "a.html", "a.eml", "a.pdf", "-"]),
)
def test_any_bytes_are_read_or_refused_in_words(body: bytes, name: str) -> None:
    """No bytes break a reader."""
    try:
        said = [item.title for item, _ in feed(body, name).items]
    except ParseError as fault:
        said = [fault.cure]
    assert all(said)


def test_a_document_that_waited_for_an_extra_is_read_once_it_is_there(
    without: Any, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """The refusal is said once, and is not remembered against the same bytes."""
    (home / "seeds").mkdir()
    (home / "seeds" / "a.pdf").write_bytes(pdf(*LINES))
    cli = Cli(home)
    cli.poll()
    without("pypdf")
    assert "seeds/a.pdf: PDF files are read by an extra" in cli("run", "--once").stderr
    assert "a.pdf" not in cli("run", "--once").stderr
    monkeypatch.undo()
    assert "1 item new" in cli("run", "--once").stderr


@pytest.mark.parametrize(
    ("name", "body", "cause"),
    [
        ("a.html", "<p " + " ".join(f"a{n}={n}" for n in range(1_001)) + ">words", "more than 1000 attributes"),
        ("a.eml", "From: " + "a@b.example, " * 6_000 + "\n\nwords", "a header longer than 64 kB"),
        ("a.eml", "From: " + "a@b.example,\n " * 6_000 + "\n\nwords", "a header longer than 64 kB"),
    ],
)
def test_what_would_take_the_square_of_its_length_is_refused(name: str, body: str, cause: str) -> None:
    """Thousands of attributes of one element, or of addresses in one header, are refused before they cost anything."""
    with pytest.raises(ParseError, match=cause):
        parse_document(body.encode(), name, NOON)


def test_many_elements_with_attributes_are_a_page() -> None:
    """It is the attributes of one element that count."""
    body = "<p id=a class='b c' title=\"d\">words of a page</p>" * 1_200
    assert "words of a page" in parse_document(body.encode(), "a.html", NOON).items[0][0].text
