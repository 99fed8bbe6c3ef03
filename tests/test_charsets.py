from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON

from ingest.documents.document import parse_document
from ingest.formats.feed import parse_feed
from ingest.model import Item
from ingest.text.charsets import REPLACED, codec, decode

HEBREW = "המעבורת הישנה שבה אל הנמל אחרי חורף ארוך"
RUSSIAN = "Старый паром вернулся в гавань после долгой зимы"
GERMAN = "Die Fähre fährt nach langem Winter wieder über den Fluß"


@pytest.mark.parametrize(
    ("label", "body", "text"),
    [
        ("iso-8859-1", "It’s “here” – 5 €".encode("cp1252"), "It’s “here” – 5 €"),
        ("US-ASCII", "It’s “here”".encode("cp1252"), "It’s “here”"),
        ("latin1", "œuvre".encode("cp1252"), "œuvre"),
        ("iso-8859-9", "ağaç “şu”".encode("cp1254"), "ağaç “şu”"),
        ("latin5", "ağaç".encode("cp1254"), "ağaç"),
        ("iso-8859-8-i", HEBREW.encode("iso8859-8"), HEBREW),
        ("logical", HEBREW.encode("iso8859-8"), HEBREW),
        ("gb2312", "镕基与囧".encode("gbk"), "镕基与囧"),
        ("x-gbk", "𠮷和中文".encode("gb18030"), "𠮷和中文"),
        ("Shift_JIS", "①髙島屋の新聞".encode("cp932"), "①髙島屋の新聞"),
        ("x-sjis", "日本の新聞".encode("cp932"), "日本の新聞"),
        ("ks_c_5601-1987", "똠방각하 펲시콜라".encode("cp949"), "똠방각하 펲시콜라"),
        ("euc-kr", "똠방각하".encode("cp949"), "똠방각하"),
        ("tis-620", "เรือข้ามฟาก“ใหม่”".encode("cp874"), "เรือข้ามฟาก“ใหม่”"),
        ("dos-874", "เรือข้ามฟาก".encode("cp874"), "เรือข้ามฟาก"),
        ("big5", "香港嘅渡輪".encode("big5hkscs"), "香港嘅渡輪"),
        ("x-cp1251", RUSSIAN.encode("cp1251"), RUSSIAN),
        ("koi8-ru", RUSSIAN.encode("koi8-u"), RUSSIAN),
        ("x-mac-cyrillic", RUSSIAN.encode("mac_cyrillic"), RUSSIAN),
        ("macintosh", "Fähre".encode("mac_roman"), "Fähre"),
        ("iso-2022-jp", "日本".encode("iso2022_jp"), "日本"),
        ("x-user-defined", b"a\x80\xff", "a\uf780\uf7ff"),
        ("utf-16", RUSSIAN.encode("utf-16-le"), RUSSIAN),
        ("unicodeFFFE", RUSSIAN.encode("utf-16-be"), RUSSIAN),
        ("utf-16le", "老渡船回到了港口".encode("utf-16-le"), "老渡船回到了港口"),
        ("cp850", "Fähre über Fluß".encode("cp850"), "Fähre über Fluß"),
        ("latin-1", "“hier”".encode("cp1252"), "“hier”"),
        ("win-1251", RUSSIAN.encode("cp1251"), RUSSIAN),
        ("utf8mb4", GERMAN.encode(), GERMAN),
        (" UTF-8 ", GERMAN.encode(), GERMAN),
    ],
)
def test_labels_mean_what_the_standard_says(label: str, body: bytes, text: str) -> None:
    """A label names the encoding that browsers read (WHATWG Encoding), in any case; older names are known too."""
    assert decode(body, [label])[0] == text


@pytest.mark.parametrize("label", ["hex", "idna", "rot13", "base64", "utf-7", "nonsense", "", "x" * 500, "iso-2022-cn"])
def test_what_is_no_charset_is_none(label: str) -> None:
    """Codecs of Python that are no charsets of text, and labels that nobody knows, say nothing."""
    assert codec(label) is None
    assert decode(GERMAN.encode(), [label]) == (GERMAN, ())


@pytest.mark.parametrize("labels", [[], ["utf-8"], ["utf-8", "iso-8859-1"]])
@pytest.mark.parametrize("bad", [b"\xff", b"\x92", b"\xc3", b"\xe2\x80", b"\xed"])
@pytest.mark.parametrize("place", [0, 5, 30])
def test_one_bad_byte_of_utf8_is_one_bad_character(labels: list[str], bad: bytes, place: int) -> None:
    """What surrounds it stays as it is, also in a text with few characters beyond ASCII."""
    text, notes = decode(f"{GERMAN[:place]} ".encode() + bad + f" {GERMAN[place:]} {GERMAN}".encode(), labels)
    assert text.replace(REPLACED, "") == f"{GERMAN[:place]}  {GERMAN[place:]} {GERMAN}"
    assert notes == ("repaired: 1 bytes were no UTF-8",)


@pytest.mark.parametrize(
    ("label", "body"),
    [
        ("windows-1251", RUSSIAN.encode("cp1251") + b"\x98"),
        ("shift_jis", "古い渡し船が港に戻った".encode("cp932") + b"\x83"),
        ("gbk", "老渡船回到了港口".encode("gbk") + b"\xff"),
        ("windows-1255", HEBREW.encode("cp1255") + b"\xd9"),
    ],
)
def test_one_bad_byte_of_another_charset_is_one_bad_character(label: str, body: bytes) -> None:
    """The label stays true of all the rest."""
    text, notes = decode(body, [label])
    assert text == decode(body[:-1], [label])[0] + REPLACED
    assert len(notes) == 1


@pytest.mark.parametrize("bad", [b"\x92", b"\xff", b"\x81", b"\xe0"])
def test_one_odd_byte_among_ascii_takes_no_neighbour_along(bad: bytes) -> None:
    """One byte tells no charset: it is read as the commonest, and every letter beside it stays."""
    text, _ = decode(b"The old ferry" + bad + b"s last trip", ["utf-8"])
    assert (text[:13], text[14:]) == ("The old ferry", "s last trip")


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told_by_its_empty_halves(name: str) -> None:
    """Windows wrote such files."""
    assert decode("The old ferry came back.".encode(name)) == ("The old ferry came back.", ())


@given(
    st.binary(max_size=200), st.lists(st.text(max_size=12) | st.sampled_from(["utf-16", "gbk", "x-user-defined", "hz"]), max_size=3)
)
def test_any_bytes_are_text(body: bytes, labels: list[str]) -> None:
    """Whatever the bytes and the labels, there is a text."""
    assert isinstance(decode(body, labels)[0], str)


def titled(body: bytes, name: str) -> Item:
    """Read the one item of a document or feed."""
    said = parse_feed(body, {}, "https://h.example/feed", NOON) if name == "feed" else parse_document(body, name, NOON)
    ((item, _),) = said.items
    return item


FORMS = {
    "feed": "<?xml version='1.0' encoding='{label}'?><rss version='2.0'><channel><title>x</title><item><title>{text}</title>"
    "<guid>1</guid><description>{text}.</description></item></channel></rss>",
    "a.html": "<html><head><meta charset={label}><title>{text}</title></head><body><p>{text}.</p></body></html>",
    "b.html": "<html><head><script>x=1</script><!-- <meta charset=koi8-r> --><meta http-equiv=Content-Type"
    ' content="text/html; charset={label}"><title>{text}</title></head><body><p>{text}.</p></body></html>',
    "c.xhtml": "<?xml version='1.0' encoding='{label}'?><html><head><title>{text}</title></head><body><p>{text}.</p></body></html>",
    "a.eml": "Subject: {text}\nContent-Type: text/plain; charset={label}\nContent-Transfer-Encoding: 8bit\n\n{text}.\n",
    "b.eml": "Subject: {text}\nContent-Type: text/html\n\n<meta charset='{label}'><p>{text}.</p>\n",
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    ("label", "charset", "text"),
    [
        ("iso-8859-1", "cp1252", "It’s “here” – at last – for 5 €"),
        ("iso-8859-8-i", "iso8859-8", HEBREW),
        ("gb2312", "gbk", "朱镕基说老渡船回到了港口"),
        ("ks_c_5601-1987", "cp949", "똠방각하 나룻배가 항구로 돌아왔다"),
        ("shift_jis", "cp932", "①古い渡し船が髙い波の港に戻った"),
        ("windows-1251", "cp1251", RUSSIAN),
    ],
)
def test_every_form_reads_labels_alike(name: str, label: str, charset: str, text: str) -> None:
    """Feeds, pages and letters mean the same by a label."""
    item = titled(FORMS[name].format(label=label, text=text).encode(charset), name)
    assert item.text == f"{text}."
    if name != "b.eml":  # whose header has no label
        assert item.title == text


@pytest.mark.parametrize("name", FORMS)
def test_every_form_survives_one_bad_byte(name: str) -> None:
    """A page that is UTF-8 but for one byte stays UTF-8."""
    whole = FORMS[name].format(label="utf-8", text=GERMAN)
    item = titled(whole.encode().replace(b"wieder", b"wie\xffder"), name)
    assert item.text.replace(REPLACED, "") == f"{GERMAN}."


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("=?iso-8859-1?Q?It=92s_=93here=94?=", "It’s “here”"),
        ("=?iso-8859-8-i?B?" + b64encode(HEBREW.encode("iso8859-8")).decode() + "?=", HEBREW),
        ("=?gb2312?B?" + b64encode("朱镕基".encode("gbk")).decode() + "?=", "朱镕基"),
        ("=?utf-8*de?Q?F=C3=A4hre?= =?utf-8?Q?_f=C3=A4hrt?=", "Fähre fährt"),
        ("=?nonsense?Q?F=C3=A4hre?=", "Fähre"),
        ("=?utf-8?B?broken", "=?utf-8?B?broken"),
    ],
)
def test_encoded_words_of_a_header_are_read_by_the_same_rules(header: str, title: str) -> None:
    """RFC 2047 labels, with a language (RFC 2231), known or not."""
    body = f"Subject: {header}\nFrom: {header} <ann@h.example>\n\nThe old ferry came back to the town.\n"
    item = titled(body.encode(), "a.eml")
    assert item.title == title
    assert [author.name for author in item.authors] == [title]


def test_a_name_with_a_comma_is_one_name() -> None:
    """Names are told apart before their encoded words are read."""
    item = titled(b"From: =?utf-8?Q?F=C3=A4hrmann=2C_Ann?= <ann@h.example>\n\nThe old ferry came back.\n", "a.eml")
    assert [author.name for author in item.authors] == ["Fährmann, Ann"]
