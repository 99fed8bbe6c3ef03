import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON, TEXT, atom, atom_entry, rss, rss_item

from ingest.documents.document import parse_document
from ingest.documents.kinds import is_document
from ingest.documents.text import decode, unwrapped, without_boilerplate
from ingest.errors import ParseError
from ingest.model import Item
from ingest.text.sanitize import xml_safe

ARTICLE = f"The last ferry\n\n{TEXT}\n\nA museum will show its bell from spring on, the town said."
HEBREW = "מועצת העיר התכנסה ביום שני כדי לדון במעבורת הישנה ובנמל שלה, והחליטה לשמור עליה."
RUSSIAN = "Городской совет собрался в понедельник, чтобы поговорить о старом пароме и его причале."


def read(text: str | bytes, name: str = "a.txt") -> Item:
    """Read a text file."""
    return parse_document(text if isinstance(text, bytes) else text.encode(), name, NOON).items[0][0]


# Which files


@pytest.mark.parametrize(
    "name", "a.txt A.TXT b.text noending f.xml f.rss f.atom f.rdf f.json sub/a.txt a.md a.markdown a.html a.htm a.eml a.pdf".split()
)
def test_texts_and_feeds_are_documents(name: str) -> None:
    """Text files, feed files and files without an ending are read."""
    assert is_document(name)


@pytest.mark.parametrize("name", ["a.odt", "a.png", "a.docx", "a.txt.gz"])
def test_other_files_are_refused_in_words(name: str) -> None:
    """What is not read says so, with a cure."""
    assert not is_document(name)
    with pytest.raises(ParseError, match=r"files are not read; save the text as \.txt"):
        parse_document(b"words", name, NOON)


def test_feed_files_are_read_as_feeds() -> None:
    """A feed may lie in the folder, by its ending or by its look."""
    feed = rss(rss_item("One", "http://site.example/1"), rss_item("Two", "http://site.example/2"))
    assert [item.title for item, _ in parse_document(feed, "f.rss", NOON).items] == ["One", "Two"]
    assert [item.title for item, _ in parse_document(feed, "saved", NOON).items] == ["One", "Two"]
    assert [item.title for item, _ in parse_document(atom(atom_entry("Three")), "-", NOON).items] == ["Three"]


def test_a_feed_file_has_no_place_to_stand_on() -> None:
    """Relative links in a file that came from nowhere are left out, not invented."""
    item, _ = parse_document(rss(rss_item("One", "/1", text='<a href="/x">x</a>')), "f.xml", NOON).items[0]
    assert item.url is None
    assert "href" not in item.summary


# Title and text


def test_a_title_line_is_the_title() -> None:
    """The first line is the title when it reads like one."""
    item = read(ARTICLE)
    assert (item.title, item.title_inferred) == ("The last ferry", False)
    assert item.text == f"{TEXT}\nA museum will show its bell from spring on, the town said."
    assert item.content == f"<p>{TEXT}</p><p>A museum will show its bell from spring on, the town said.</p>"


def test_without_a_title_line_the_first_sentence_is_it() -> None:
    """It is marked as inferred, and stays in the text."""
    item = read(TEXT)
    assert item.title == "The old ferry between the two harbours sailed for the last time on Monday evening."
    assert item.title_inferred
    assert item.text == TEXT


@pytest.mark.parametrize("first", ["A line that ends in a dot.", "Dear all,", "One. Two", "x" * 161, "To do:"])
def test_a_first_line_that_reads_like_text_is_no_title(first: str) -> None:
    """Sentences, greetings and long lines are text."""
    assert read(f"{first}\n\n{TEXT}").title_inferred


def test_a_long_first_sentence_is_shortened() -> None:
    """An inferred title has at most 120 characters."""
    title = read("word " * 100).title
    assert len(title) <= 120
    assert title.endswith("…")


def test_a_document_invents_nothing() -> None:
    """No date, no address, no author: the file's name is all it is known by."""
    item = read(ARTICLE, "sub/my file.txt")
    assert (item.guid, item.url, item.published, item.updated, item.authors) == ("sub/my file.txt", None, None, None, ())
    assert (item.language, item.language_from) == ("en", "detected")


def test_file_names_are_one_line() -> None:
    """A name of any characters is stored as one safe line."""
    assert read(ARTICLE, "a\n\x1b[31m\udc80b.txt").guid == "a [31m b.txt"


@pytest.mark.parametrize("nothing", [b"", b"\n\n", b"...\n!!!\n", "\u200b\n \ufeff".encode()])
def test_a_document_without_words_is_refused(nothing: bytes) -> None:
    """Nothing to read is said, not stored."""
    with pytest.raises(ParseError, match="there are no words in it"):
        parse_document(nothing, "a.txt", NOON)


def test_invisible_lines_are_no_lines() -> None:
    """A first line of zero-width characters is not a title."""
    assert read("\u200b\n\u2003\nTwo words, no more").title == "Two words, no more"


def test_controls_do_not_reach_the_text() -> None:
    """NUL and escapes are dropped, whatever file brings them."""
    item = read("The\x00 title\n\nSome \x1b[31mred\x07 words here.\x85More.")
    assert not any(c in f"{item.title}{item.text}{item.content}" for c in "\x00\x1b\x07\x85")


# Encodings


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ARTICLE, "utf-8"),
        (HEBREW, "utf-8-sig"),
        (HEBREW, "utf-16"),
        (HEBREW, "windows-1255"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        ("Le café du port est resté fermé, a déclaré le maire. Où aller désormais? Très fâcheux.", "windows-1252"),
    ],
)
def test_old_encodings_are_read(text: str, encoding: str) -> None:
    """UTF-8, UTF-16 with its mark, and the alphabets' own old encodings."""
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("guess", ["VISCII", None, "GEORGIAN-PS"])
def test_a_guess_that_python_cannot_read_stops_nothing(guess: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The detector knows encodings that Python does not: the commonest one is taken."""
    monkeypatch.setattr("ingest.text.charsets.cchardet.detect", lambda _: {"encoding": guess})
    assert decode("café".encode("windows-1252")) == "café"


def test_a_few_controls_in_an_old_text_are_no_binary() -> None:
    """A bell in a page of text is dropped, not a reason to refuse it."""
    assert read((RUSSIAN * 3 + "\x07").encode("windows-1251")).text == RUSSIAN * 3


def test_a_binary_file_is_refused() -> None:
    """Bytes that are no text are no document."""
    with pytest.raises(ParseError, match="not a text file; a seed document is plain text"):
        parse_document(b"\x7fELF\x00\x01\xff\xfe\x80", "a.txt", NOON)


# Wrapping


def wrapped(text: str, width: int) -> str:
    """Wrap each paragraph as mail programs do."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines += [line, ""]
    return "\n".join(lines)


@pytest.mark.parametrize("width", [50, 60, 72, 80])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_wrapped_text_is_unwrapped(width: int, end: str) -> None:
    """Line breaks at a width are no paragraphs; the same text wrapped is the same item."""
    assert unwrapped(wrapped(ARTICLE, width).replace("\n", end)) == [line for line in ARTICLE.split("\n") if line]


def test_a_word_broken_at_a_hyphen_is_joined() -> None:
    """A hyphen at the end of a wrapped line stays, without a space behind it."""
    text = "The town spoke for many long hours about the old and half-\nforgotten ferry, and about a new one.\n\nThen it voted."
    assert unwrapped(text)[0] == "The town spoke for many long hours about the old and half-forgotten ferry, and about a new one."


def test_short_lines_stay_lines() -> None:
    """A list or a poem is not joined: its lines had room for the next word."""
    poem = "The tide goes out\nthe boats lie down\nand no one speaks about the old harbour any more\n\nuntil the tide comes in"
    assert unwrapped(poem) == [line for line in poem.split("\n") if line]


# Page boilerplate


@pytest.mark.parametrize(
    "boilerplate",
    [
        "Log in to comment",
        "Leave a comment\n12 comments",
        "Share this\nFollow us on the networks",
        "All rights reserved",
        "© 2026 The Harbour Post",
        "Tags: harbour, ferry",
        "Connectez-vous pour laisser un commentaire",
        "Lire aussi",
        "Alle Rechte vorbehalten",
        "Melden Sie sich an, um zu kommentieren",
        "Inicia sesión para comentar",
        "Войдите, чтобы оставить комментарий",
        "התחברו כדי להגיב",
        "جميع الحقوق محفوظة",
        "Sport\nHarbour news",
    ],
)
def test_page_boilerplate_is_cut_and_kept_on_record(boilerplate: str) -> None:
    """What a page puts below its article is taken off the text, and nothing else is."""
    item = read(f"{ARTICLE}\n\n{boilerplate}")
    assert item.text == read(ARTICLE).text
    assert item.boilerplate == boilerplate


@pytest.mark.parametrize(
    "end",
    [
        "The mayor declined to comment on the costs of it.",
        "He said all rights to the bell were reserved for the town, and that nobody would share this with others in the end.",
        "Everyone went home.",
    ],
)
def test_sentences_are_no_boilerplate(end: str) -> None:
    """The last words of an article stay, also when they speak of comments."""
    assert read(f"{ARTICLE}\n\n{end}").text.endswith(end)


def test_a_text_is_never_cut_to_less_than_what_is_cut() -> None:
    """Where everything looks like boilerplate, nothing is."""
    lines = ["Harbour", "Log in to comment", "All rights reserved", "Share this"]
    assert without_boilerplate(lines) == (lines, [])


def test_only_so_many_lines_are_boilerplate() -> None:
    """Eight lines at the end, no more."""
    body, tail = [TEXT] * 3, ["All rights reserved"] * 12
    kept, cut = without_boilerplate(body + tail)
    assert (len(kept), len(cut)) == (7, 8)


# Any bytes


ENCODINGS = ["utf-8", "utf-16", "windows-1251", "windows-1255", "shift_jis", "iso-8859-1", "cp737", "viscii"]


def known_encodings() -> list[str]:
    """Return those that this Python can write."""
    found = []
    for name in ENCODINGS:
        try:
            codecs.lookup(name)
        except LookupError:
            continue
        found.append(name)
    return found


files = st.binary(max_size=300) | st.builds(
    lambda text, encoding: text.encode(encoding, "ignore"), st.text(max_size=200), st.sampled_from(known_encodings())
)


@given(files, st.sampled_from(["a.txt", "a", "-", "a.xml", "a.pdf", "a.md", "a.html", "a.eml", "a.json", "a.odt", "\udcff.txt"]))
def test_any_file_is_read_or_refused_in_words(body: bytes, name: str) -> None:
    """No bytes break the reader: it gives items or a ParseError."""
    try:
        said = [f"{item.title}{item.text}{item.guid}{item.url}" for item, _ in parse_document(body, name, NOON).items]
    except ParseError as fault:
        said = [fault.what, fault.cure]
    assert all(said)
    assert [xml_safe(text) for text in said] == said


@given(st.lists(st.text(alphabet="ab cd.,\u200b\u3000é", max_size=90), max_size=8))
def test_reading_keeps_every_letter(lines: list[str]) -> None:
    """Unwrapping and cutting lose no letter of a document: what is cut is kept."""
    text = "\n".join(lines)
    body, cut = without_boilerplate(unwrapped(text))
    assert [c for line in body + cut for c in line if c.isalpha()] == [c for c in text if c.isalpha()]
