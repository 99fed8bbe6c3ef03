from collections.abc import Callable
from pathlib import Path

import pytest
from making import Cli
from support import NOON

from ingest.documents.document import parse_document
from ingest.errors import ParseError

ARTICLE = "<p>The old lamp at the end of the pier broke in March, so three of us built another.</p><p>It has shone since then.</p>"


def title_of(html: str) -> str:
    """Read a page and give its title."""
    ((item, _),) = parse_document(html.encode(), "a.html", NOON).items
    return item.title


def page(title: str, body: str, head: str = "") -> str:
    """Write a page."""
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


LAMP = f"<article><h2>A lamp for the pier</h2>{ARTICLE}</article>"
SITE = '<header><h1><a href="/">Quay Notes</a></h1></header>'
NAMED = '<meta property="og:site_name" content="Quay Notes">'


@pytest.mark.parametrize(
    "html",
    [
        page("A lamp for the pier - Quay Notes", SITE + LAMP),
        page("A lamp for the pier | Quay Notes", SITE + f"<article>{ARTICLE}</article>"),
        page("A lamp for the pier — Quay Notes", f"<article>{ARTICLE}</article>", NAMED),
        page("A lamp for the pier :: quaynotes", f"<article>{ARTICLE}</article>", NAMED),
        page("Quay Notes » A lamp for the pier", f"<article>{ARTICLE}</article>", NAMED),
        page("Quay Notes: A lamp for the pier", f"<article>{ARTICLE}</article>", NAMED),
        page("A lamp for the pier · Quay Notes", LAMP),
        page("A lamp for the pier – QuayNotes", ARTICLE, '<link rel="canonical" href="https://www.quaynotes.example/lamp">'),
        page("A lamp for the pier – quaynotes.example", ARTICLE, '<link rel="canonical" href="https://quaynotes.example/1">'),
        page("x", ARTICLE, f'<meta property="og:title" content="A lamp for the pier | Quay Notes">{NAMED}'),
        page("A lamp for the pier", f"<nav><h1>Quay Notes</h1></nav>{ARTICLE}"),
        page("A lamp for the pier - Quay Notes", f'<div role="banner"><h1>Quay Notes</h1></div>{ARTICLE}', NAMED),
        page("Quay Notes", f"<header><h1>Quay Notes</h1></header><main><h1>A lamp for the pier</h1>{ARTICLE}</main>"),
        page("A lamp for the pier - Quay Notes", f"<header><h1>A lamp for the pier</h1></header>{ARTICLE}", NAMED),
        page("", f"<article><header><h1>A lamp for the pier</h1></header>{ARTICLE}</article>"),
        page("Quay Notes - A lamp for the pier", f"<h1>Quay Notes</h1><div><h2>A lamp for the pier</h2>{ARTICLE}</div>"),
        page("A lamp for the pier - Quay Notes", f"<h1>Quay Notes</h1>{ARTICLE}"),
        page("A lamp for the pier", f'<div class="masthead"><h1>Quay Notes</h1></div>{ARTICLE}'),
        page("A lamp for the pier", f'<div id="header"><h1>Quay Notes</h1></div>{ARTICLE}'),
        page("A lamp for the pier - The Quay Notes", ARTICLE, NAMED),
        page("A lamp for the pier | Harbour | Quay Notes", SITE + LAMP),
        page(
            "A lamp for the pier - Quay Notes", f'<header><a href="https://q.example/"><img alt="Quay Notes"></a></header>{ARTICLE}'
        ),
    ],
)
def test_the_name_of_the_site_is_not_the_title(html: str) -> None:
    """Neither a heading in the page's header nor the end or beginning of the title that is known to be the site's name."""
    assert title_of(html) == "A lamp for the pier"


@pytest.mark.parametrize(
    "title",
    ["Lamp - pier - harbour", "The pier: a lamp", "A well-built lamp", "Lamp | Pier", "Quay Notes", "| a |", "- | -"],
)
def test_a_title_is_not_cut_at_what_nobody_knows_for_a_name(title: str) -> None:
    """A dash or a colon alone parts nothing, and a site's name alone stays where there is no other title."""
    assert title_of(page(title, ARTICLE, NAMED)) == title


SAVED = page("Ferry", "<article><p>The ferry sails again after a winter in dock, the company said.</p></article>")


@pytest.fixture
def items(tmp_path: Path, home: Path) -> Callable[[dict[str, str]], list[str]]:
    """Return a function that writes files into a folder, ingests it and gives the stored titles."""

    def ingested(files: dict[str, str]) -> list[str]:
        for name, text in files.items():
            path = tmp_path / "saved" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        cli = Cli(home)
        done = cli("ingest", str(tmp_path / "saved"))
        assert "0 failed" in done.stderr, done.stderr
        return sorted(line["title"] for line in cli.rows("items", "--json"))

    return ingested


@pytest.mark.parametrize(
    "folder",
    [
        "Ferry_files",
        "Ferry.files",
        "Ferry-Dateien",
        "Ferry_fichiers",
        "Ferry_archivos",
        "Ferry_soubory",
        "Ferry_файлы",
        "Ferry-filer",
    ],
)
def test_the_folder_of_a_saved_page_belongs_to_it(items: Callable[[dict[str, str]], list[str]], folder: str) -> None:
    """What a browser put there, frames of the page among it, is no document; nor is it reported as unread."""
    inside = {
        f"{folder}/saved_resource.html": SAVED.replace("Ferry", "Advert"),
        f"{folder}/style.css": "p{}",
        f"{folder}/a/b.js": "",
    }
    assert items({"Ferry.html": SAVED, **inside}) == ["Ferry"]


def test_a_folder_of_an_unknown_word_belongs_to_the_page_that_names_it(items: Callable[[dict[str, str]], list[str]]) -> None:
    """The page's own elements say so, whatever the browser's language; a folder with its parts is told by them."""
    one = SAVED.replace("<article>", '<article><img src="./Ferry%20one_xyz/a.png">')
    inside = {"Ferry one_xyz/advert.html": SAVED, "Quay-qrst/frame(1).html": SAVED, "Quay-qrst/a.css": "p{}"}
    assert items({"Ferry one.html": one, "Quay.htm": SAVED.replace("Ferry<", "Quay<"), **inside}) == ["Ferry", "Quay"]


@pytest.mark.parametrize("folder", ["Ferry-archive", "Ferry", "Ferry 2025", "Quay_files"])
def test_a_folder_of_documents_is_not_a_page_s(items: Callable[[dict[str, str]], list[str]], folder: str) -> None:
    """That its name begins like a page's, or that it is called files without a page, loses nothing."""
    inside = {
        f"{folder}/one.txt": "Quay\n\nThe quay is open again after a long winter.",
        f"{folder}/two.html": SAVED.replace("Ferry", "Pier"),
    }
    assert items({"Ferry.html": SAVED, **inside}) == ["Ferry", "Pier", "Quay"]


MHTML = """From: <Saved by Blink>
Snapshot-Content-Location: https://quay.example/lamp
Subject: A lamp for the pier
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----b"

------b
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable
Content-Location: https://quay.example/lamp

<html><head><meta charset=3D"utf-8"><title>A lamp f=C3=BCr the pier</title></head><body><article>=
<p>The old lamp at the end of the pier broke in March, so three of us built another.</p></article></body></html>
------b
Content-Type: text/css
Content-Location: cid:css-1

p { color: red }
------b--
"""


@pytest.mark.parametrize("name", ["a.mht", "a.mhtml", "-"])
def test_a_page_saved_in_one_file_is_read_as_a_page(name: str) -> None:
    """Its first page, with the address that it was saved from."""
    said = parse_document(MHTML.encode(), name, NOON)
    ((item, _),) = said.items
    assert (item.title, item.url, said.parser) == ("A lamp für the pier", "https://quay.example/lamp", "mhtml")
    assert item.text == "The old lamp at the end of the pier broke in March, so three of us built another."


def test_a_saved_page_without_a_page_is_refused() -> None:
    """In one line."""
    with pytest.raises(ParseError, match="a saved page without a page in it"):
        parse_document(b"MIME-Version: 1.0\n\nwords", "a.mht", NOON)
