from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.xml.encodings import plain_utf8, to_utf8

RUSSIAN: Final = "Новости гавани: последний паром ушёл вечером, и капитан дал каждому ребёнку погудеть. " * 3
FRENCH: Final = "Le dernier bac a quitté le port dimanche; « à bientôt », dit l'équipage, ému. " * 3


def document(text: str, declared: str | None = None) -> str:
    """Make a document that declares a charset, or none."""
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{declaration}<rss><title>{text}</title></rss>"


def read(body: bytes, content_type: str = "") -> str:
    """Return the text of a document."""
    return to_utf8(body, content_type)[0].decode()


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_unicode_is_told_by_its_bytes(codec: str) -> None:
    """A byte-order mark or the first characters say which Unicode it is, whatever the labels say (XML 1.0, appendix F)."""
    assert read(document(RUSSIAN).encode(codec), "text/xml; charset=windows-1252") == document(RUSSIAN)


@pytest.mark.parametrize(
    ("text", "codec"), [(RUSSIAN, "windows-1251"), (RUSSIAN, "koi8-r"), (FRENCH, "iso-8859-15"), ("日本語の新聞", "euc-jp")]
)
def test_a_label_is_believed(text: str, codec: str) -> None:
    """The server's word and the document's own are taken where the bytes allow it."""
    assert read(document(text).encode(codec), f'application/xml; charset="{codec}"') == document(text)
    assert read(document(text, codec).encode(codec)) == document(text)


def test_the_server_goes_before_the_document() -> None:
    """Of two labels the server's is stronger (RFC 7303), but for Latin-1, which many servers say of everything."""
    body = document(RUSSIAN, "koi8-r").encode("windows-1251")
    assert read(body, "text/xml; charset=windows-1251") == document(RUSSIAN)
    body = document(RUSSIAN, "windows-1251").encode("windows-1251")
    assert read(body, "text/xml; charset=iso-8859-1") == document(RUSSIAN)


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1251", "utf-16", "us-ascii", "nonsense", "hex", "idna"])
def test_wrong_labels_on_utf8(label: str) -> None:
    """What is valid UTF-8 is UTF-8."""
    body = document(RUSSIAN, label).encode()
    assert read(body, f"text/xml; charset={label}") == document(RUSSIAN)
    assert plain_utf8(body, f"text/xml; charset={label}") == document(RUSSIAN).encode()


def test_windows_1251_posing_as_utf8() -> None:
    """A charset that is neither declared nor UTF-8 is found out, and a note says so."""
    data, notes = to_utf8(document(RUSSIAN, "utf-8").encode("windows-1251"), "text/xml; charset=utf-8")
    assert data.decode() == document(RUSSIAN)
    assert notes == ("inferred: the charset is cp1251",)


def test_latin1_is_what_browsers_take_it_for() -> None:
    """ISO-8859-1 means windows-1252, with its quotation marks; GB2312 means GB18030 (WHATWG Encoding)."""
    assert read(document("“quoted” café", "iso-8859-1").encode("windows-1252")) == document("“quoted” café")
    assert read(document("镕 is not in it", "gb2312").encode("gb18030")) == document("镕 is not in it")


@given(st.integers(0, 150), st.sampled_from([b"\xff", b"\xc3", b"\x80", b"\xed\xa0\x80"]))
def test_one_bad_byte_is_replaced_and_nothing_else(place: int, bad: bytes) -> None:
    """In a good document the bad byte alone is lost."""
    before, after = RUSSIAN[:place], RUSSIAN[place:]
    data, notes = to_utf8(document(before, "utf-8").removesuffix("</title></rss>").encode() + bad + document(after).encode(), "")
    kept = data.decode()
    assert kept.replace("\ufffd", "") == document(before).removesuffix("</title></rss>") + document(after)
    assert len(notes) == 1


@pytest.mark.parametrize("codec", ["iso-2022-jp", "hz"])
def test_charsets_of_seven_bits_are_read_by_their_label(codec: str) -> None:
    """Their bytes are ASCII, and mean something else."""
    body = document("日本", codec).encode(codec)
    assert plain_utf8(body, "") is None
    assert read(body) == document("日本")


def test_blank_lines_and_the_declaration_go() -> None:
    """What stands before the root and says nothing is taken off."""
    assert plain_utf8(b"\xef\xbb\xbf \n" + document("x", "utf-8").encode(), "") == document("x").encode()


@pytest.mark.parametrize(
    ("raw", "clean"),
    [("a\x0bb", "a b"), ("a \x1b[31mb", "a [31mb"), ("a\x00\x01\x02b", "a b"), ("a\ufffeb\uffff", "ab"), ("a\tb\nc", "a\tb\nc")],
)
def test_controls_are_taken_out(raw: str, clean: str) -> None:
    """A control character parts words and is nothing beside a space."""
    assert read(document(raw).encode()) == document(clean)


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_are_some_text(body: bytes, label: str) -> None:
    """Whatever the bytes and the label, there is UTF-8, without controls that XML forbids."""
    data, notes = to_utf8(body, f"text/xml; charset={label}")
    assert not set(data.decode()) & {chr(n) for n in range(32) if chr(n) not in "\t\n\r"}
    assert all(notes)
