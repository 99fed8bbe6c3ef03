import re
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ingest.text.sanitize import (
    CAPTION_MARK,
    ENTRY_MARK,
    escape,
    one_line,
    paragraphs,
    plain,
    safe_html,
    sentences,
    shorten,
    title_text,
    xml_safe,
)

SCRIPT_LINKS = [
    "jav&#x09;ascript:alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "javascript&colon;alert(1)",
    "&#x01;javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "vbscript:x",
    "data:text/html;base64,PHNjcmlwdD4=",
    "file:///etc/passwd",
]
ACTIVE = [
    "<script>steal()</script>",
    "<svg/onload=steal()>",
    "<iframe/src=javascript:steal()></iframe>",
    "<img src=x onerror=steal()",
    "<!--><script>steal()</script-->",
    '<svg><a xlink:href="javascript:steal()"><text>x</text></a></svg>',
    "<math><mtext><script>steal()</script></mtext></math>",
    "<form action='//x.example'><input name=steal><button>steal()</button></form>",
    "<style>@import url(javascript:steal())</style>",
    "<p style='background:url(javascript:steal())' onclick=steal()>x</p>",
    "<object data=steal()></object><embed src=steal()>",
    "<base href='http://steal()/'><meta http-equiv=refresh content='0;url=http://steal()'>",
    "<link rel=stylesheet href='http://steal()'>",
    "<img srcset='x 1x, javascript:steal() 2x'>",
]
any_text = st.text(alphabet=st.characters(), max_size=200)  # lone surrogates too


# Characters


@given(st.text(alphabet=st.characters(exclude_characters="\r"), max_size=200))
def test_xml_safe_gives_what_xml_can_hold(text: str) -> None:
    """Whatever goes in, what comes out can be written as XML and read back unchanged."""
    safe = xml_safe(text)
    element = etree.Element("a")
    element.text = safe
    assert (etree.fromstring(etree.tostring(element)).text or "") == safe
    assert xml_safe(safe) == safe


@pytest.mark.parametrize(
    "bad", ["\x00", "\x0b", "\x1b", "\x7f", "\x85", "\x9b", "\ud800", "\ufffe", "\ufdd0", "\U0010ffff", "\u202e"]
)
def test_unsafe_characters_are_dropped(bad: str) -> None:
    """Controls, NUL, lone surrogates, noncharacters and direction overrides go, their neighbours stay."""
    assert xml_safe(f"a{bad}b") == "ab"
    assert one_line(f"a{bad}b") in {"ab", "a b"}


def test_safe_characters_stay() -> None:
    """Tabs, line ends, accents, Hebrew, emoji and joiners are left as they are."""
    text = "a\tb\nc é שלום 👩\u200d🚀 \u200f\U0010fffd"
    assert xml_safe(text) == text


@given(any_text)
def test_every_unsafe_character_goes_wherever_it_stands(text: str) -> None:
    """A text is made safe as its characters are, one by one."""
    assert xml_safe(text) == "".join(map(xml_safe, text))


def test_one_line_cannot_forge_lines() -> None:
    """A title stays one line without terminal escapes and without characters that reorder it."""
    assert (
        one_line("  Mayor\r\n2026-01-01 ERROR \x1b[31mred\x1b[0m \u202eevil\u2066 \u200b end ")
        == "Mayor 2026-01-01 ERROR [31mred [0m evil end"
    )


@given(any_text)
def test_one_line_is_one_line(text: str) -> None:
    """No text has more than one line afterwards, nor outer spaces, and doing it again changes nothing."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert one_line(line) == line


@given(st.lists(st.sampled_from([*" aé\n\t\u00a0\u200b\ufeff\u2028\u3000\x1f渡"]), max_size=30).map("".join))
def test_words_stand_one_space_apart(text: str) -> None:
    """Whatever white space parts words, one space is left and none at the ends; what has no width stays inside a word."""
    words = [word for word in text.replace("\x1f", " ").split() if word.strip("\u200b\ufeff")]
    line = " ".join(words).strip("\u200b\ufeff")
    assert one_line(text) == line
    assert plain(f"<p>{text}</p>x") == "\n".join(filter(None, (line, "x")))


# Titles


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Council votes", "Council votes"),
        ("Fish &amp; chips", "Fish & chips"),
        ("AT&T", "AT&T"),
        ("a < b", "a < b"),
        ("<script>x</script>", "<script>x</script>"),
        ("The <em>old</em> ferry", "The old ferry"),
        ('An <a href="/x">address</a> here', "An address here"),
        ("1 &lt; 2", "1 < 2"),
        ("tags &lt;b&gt; explained", "tags <b> explained"),
        ("Caf&eacute;", "Café"),
        ("one\n two", "one two"),
    ],
)
def test_titles_become_plain_text(raw: str, shown: str) -> None:
    """A title loses its inline markup and its last layer of references, never what only looks like a tag."""
    assert title_text(raw) == shown


# HTML


@pytest.mark.parametrize("link", SCRIPT_LINKS)
def test_script_links_go(link: str) -> None:
    """No spelling of a script address survives as a link; its words do."""
    clean = safe_html(f'<p><a href="{link}">words</a></p>', "http://site.example/")
    assert "words" in clean
    assert "href" not in clean


@pytest.mark.parametrize("payload", ACTIVE)
@pytest.mark.parametrize("base", [None, "http://site.example/"])
def test_active_markup_goes(payload: str, base: str | None) -> None:
    """Scripts, handlers, frames, forms, styles and foreign content go, with and without a base."""
    clean = safe_html(f"<p>before</p>{payload}<p>after</p>", base)
    assert "before" in clean
    assert not any(
        word in clean.lower() for word in ("<script", "<svg", "<iframe", "<form", "<input", "<style", "onerror", "javascript:")
    )
    assert not any(
        word in clean.lower() for word in ("onclick", "style=", "<object", "<embed", "<base", "<meta", "<link", "<math", "srcset")
    )


def test_links_become_absolute() -> None:
    """Relative links and images stand on the entry's base."""
    clean = safe_html('<a href="../b?x=1&amp;y=2">b</a><img src="/i.png" alt="i">', "http://site.example/news/a/")
    assert 'href="http://site.example/news/b?x=1&amp;y=2"' in clean
    assert 'src="http://site.example/i.png"' in clean


def test_relative_links_without_a_base_go() -> None:
    """Where no base is known a relative link is taken off, not guessed."""
    assert "href" not in safe_html('<a href="b">b</a>', None)


@pytest.mark.parametrize("size", ['width="1" height="1"', 'height="0"', 'width="1px"'])
def test_tracking_pixels_go(size: str) -> None:
    """An image of no size watches readers, so it goes; one of a size stays."""
    html = f'<p>text<img src="http://t.example/p.gif" {size}><img src="http://t.example/q.png" width="10" height="10"></p>'
    clean = safe_html(html, None)
    assert "p.gif" not in clean
    assert "q.png" in clean


def test_character_references_cannot_bring_back_controls() -> None:
    """What a reference in HTML names is held to the same rule as what stands there itself."""
    assert "\u202e" not in safe_html("<p>a&#x202e;b &#8238;</p>", None)
    assert safe_html("<p>&\x03#1;</p>", None) == "<p></p>"  # a reference once the control inside it is gone
    assert safe_html("a&#13;&#10;b&#13;c", None) == "a\nb\nc"


def test_text_without_markup_passes() -> None:
    """Plain words are not touched, nothing stays nothing."""
    assert safe_html(" just words ", None) == "just words"
    assert safe_html("", None) == ""


@given(any_text | st.text(alphabet="<>&;#x/=\"' abpscriptlimg0123\n!-[]", max_size=120))
def test_any_html_can_be_cleaned_and_read(html: str) -> None:
    """No text breaks the cleaner or the plain reading, and cleaning twice is cleaning once."""
    clean = safe_html(html, "http://site.example/")
    reading = plain(clean)
    assert not any(line != line.strip() or not line for line in reading.splitlines())
    assert xml_safe(clean) == clean
    if "<" in html or "&" in html:
        assert safe_html(clean, "http://site.example/") == clean


# Plain reading


def test_blocks_become_lines() -> None:
    """Paragraph edges part words, inline elements do not, list items get a bullet."""
    html = "<p>A</p><p>B<b>o</b>ld</p><ul><li>one</li><li>two</li></ul>c<br>d<h2>E</h2>"
    assert plain(html) == "A\nBold\n• one\n• two\nc\nd\nE"


def test_references_and_attributes_are_read_right() -> None:
    """References become characters once; a tag's attributes never leak into the text."""
    html = safe_html('<p>a &amp;lt; b &lt;i&gt; <a href="http://x.example/?a>b" title="1 > 0">c</a></p>', None)
    assert plain(html) == "a &lt; b <i> c"


def test_a_line_break_in_html_is_a_space() -> None:
    """Only blocks make lines, with markup or without."""
    assert plain("a  b\n\nc\u200b ") == "a b c"
    assert plain("<p>a\nb</p>\n<p>c</p>") == "a b\nc"


def test_entries_and_captions_are_marked() -> None:
    """What stood in a list or under a picture can be told from what stood in the text; empty ones leave no mark."""
    html = "<ul><li>one</li><li></li></ul><figcaption>The quay</figcaption><table><caption>T</caption></table><p>end</p>"
    assert plain(safe_html(html, None)).splitlines() == [f"{ENTRY_MARK}one", f"{CAPTION_MARK}The quay", f"{CAPTION_MARK}T", "end"]


def test_paragraphs_can_be_read_back() -> None:
    """Lines written as paragraphs read back as the same lines, whatever they hold."""
    text = 'a < b\n"quoted" & <b>\n\nend'
    assert paragraphs(text) == "<p>a &lt; b</p><p>&quot;quoted&quot; &amp; &lt;b&gt;</p><p>end</p>"
    assert plain(paragraphs(text)) == 'a < b\n"quoted" & <b>\nend'


@given(st.text())
def test_escape_can_be_undone(text: str) -> None:
    """Escaped text holds no markup and unescapes to itself."""
    assert not set(escape(text)) & {"<", ">", '"'}
    assert unescape(escape(text)) == text


# Shortening and sentences


@given(st.text(), st.integers(2, 60))
def test_shortened_text_fits(text: str, limit: int) -> None:
    """The result is never longer than asked for; what fits is not touched."""
    short = shorten(text, limit)
    assert len(short) <= limit
    if len(text) <= limit:
        assert short == text
    else:
        assert short.endswith("…")
        assert text.startswith(short[:-1])


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("The mayor spoke, and then the ferry left", 20, "The mayor spoke…"),
        ("The mayor spoke then left", 20, "The mayor spoke…"),
        ("Incomprehensibilities everywhere", 10, "Incompreh…"),
        ("Short", 10, "Short"),
        ("Oh, incomprehensibly long words", 20, "Oh…"),
    ],
)
def test_text_is_cut_at_a_clause_or_a_word(text: str, limit: int, short: str) -> None:
    """A late clause is the best place to cut, then a space, then anywhere."""
    assert shorten(text, limit) == short


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Ada met J. Smith. They left.", ["Dr. Ada met J. Smith.", "They left."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("没有。真的没有。", ["没有。", "真的没有。"]),
        ("Version 2.5 is out", ["Version 2.5 is out"]),
        ("Sie kam bzw. ging. Ende.", ["Sie kam bzw. ging.", "Ende."]),
        ("", []),
    ],
)
def test_lines_part_into_sentences(line: str, parts: list[str]) -> None:
    """Sentences end at their marks and quotes, not at abbreviations, initials or decimals."""
    assert [line[start:end] for start, end in sentences(line)] == parts


@given(st.text(alphabet="aB .!?\"')。\n", max_size=60))
def test_sentences_lie_in_order(line: str) -> None:
    """Spans never overlap, never leave the line, and together hold every letter."""
    spans = sentences(line)
    assert all(0 <= a < b <= len(line) for a, b in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert "".join(c for a, b in spans for c in line[a:b] if c.isalpha()) == "".join(c for c in line if c.isalpha())


_BITS = st.sampled_from(["boat", "Boat", "22", *" .!?…؟。！\"')”«(“,\n\u0301", ". ", '." '])


@given(st.lists(_BITS, max_size=40).map("".join))
def test_a_sentence_ends_where_the_rule_says(line: str) -> None:
    """After a mark and what closes a quotation, before white space and a word; or at once after an ideographic mark."""
    rule = re.compile(r"(?<=[.!?…؟])([\"'»”’)\]]*)\s+(?=[\"'«“„(\[]*\w)|(?<=[。！？])()")
    gaps = [(max(gap.end(1), gap.end(2)), gap.end()) for gap in rule.finditer(line)]
    spans = zip([0, *(after for _, after in gaps)], [*(end for end, _ in gaps), len(line)], strict=True)
    assert sentences(line) == [(start, end) for start, end in spans if start < len(line)]


@pytest.mark.parametrize("tags", ["<div>", "<div><table>", "<blockquote><p>"])
def test_tags_nested_without_end_are_taken_off(tags: str) -> None:
    """Markup that no reader could show costs no more than its text."""
    assert plain(safe_html(f"before {tags * 20_000} after", None)) == "before after"


def test_long_lists_are_not_deep() -> None:
    """Thousands of entries that nobody closed are a list, not a nest."""
    assert plain(safe_html("<ul>" + "<li>one" * 2_000 + "</ul>", None)).count(ENTRY_MARK) == 2_000
