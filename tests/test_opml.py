from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ingest.errors import SourceListError
from ingest.formats import opml
from ingest.model import Source
from ingest.polling.sources import STARTER
from ingest.text.pasted_urls import parse_pasted
from ingest.text.sanitize import one_line


def parse(outlines: str) -> opml.SourceList:
    """Read a list of these outlines."""
    return opml.parse(f'<?xml version="1.0"?><opml version="2.0"><body>{outlines}</body></opml>'.encode(), "opml", "s.opml")


def test_outlines_become_sources() -> None:
    """Address, title, site and language are read; folders become categories."""
    listed = parse(
        """<outline text="News" title="News"><outline text="Small towns">
        <outline text="Post" title="The Post" xmlUrl="http://a.example/rss" htmlUrl="http://a.example/" language="en-GB"/>
        </outline></outline><outline xmlurl="http://b.example/" text=" B\n b "/>"""
    )
    assert listed == opml.SourceList(
        (
            Source(
                "http://a.example/rss",
                title="The Post",
                site_url="http://a.example/",
                language="en",
                categories=("News", "Small towns"),
                origin="opml",
            ),
            Source("http://b.example/", title="B b", origin="opml"),
        )
    )


def test_a_feed_may_have_feeds_below_it() -> None:
    """An outline that is both feed and folder is both."""
    listed = parse('<outline text="A" xmlUrl="http://a.example/"><outline text="B" xmlUrl="http://b.example/"/></outline>')
    assert [(source.url, source.categories) for source in listed.sources] == [
        ("http://a.example/", ()),
        ("http://b.example/", ("A",)),
    ]


def test_a_source_listed_twice_is_taken_once() -> None:
    """The first place counts."""
    listed = parse(
        '<outline text="A" xmlUrl="http://a.example/"/><outline text="B"><outline xmlUrl="http://a.example/"/></outline>'
    )
    assert [(source.title, source.categories) for source in listed.sources] == [("A", ())]


@pytest.mark.parametrize(
    "address",
    [
        "exec:rm -rf ~",
        "filter:x:http://a.example/",
        "file:///etc/passwd",
        "|cmd",
        "javascript:x()",
        "",
        "feed:exec:ls",
        '"query:x"',
    ],
)
def test_only_web_addresses_are_taken(address: str) -> None:
    """Commands, filters and files are refused in a line that names place and address, the rest is read."""
    quoted = address.replace('"', "&quot;")
    listed = parse(f'\n<outline text="bad" xmlUrl="{quoted}"/>\n<outline text="good" xmlUrl="http://a.example/"/>')
    assert [source.title for source in listed.sources] == ["good"]
    assert listed.refused == (f"s.opml, line 2: not an http or https address: {address}",)


def test_refused_lines_cannot_forge_lines() -> None:
    """What is shown of a refused address is short, one line and without escapes."""
    line = parse(f'<outline xmlUrl="x&#10;ERROR {"y" * 300}"/>').refused[0]
    assert "\n" not in line
    assert len(line) < 160


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "s.opml: "),
        (b"words", "s.opml: "),
        (b"<rss><channel/></rss>", "s.opml: no OPML body in it; export the list as OPML from your feed reader"),
        (b"<opml version='2.0'><head/></opml>", "s.opml: no OPML body in it"),
        (b"<?xml version='1.0' encoding='nonsense'?><opml/>", "s.opml: "),
        (b"\xff\xfe\x00", "s.opml: "),
    ],
)
def test_what_is_no_list_says_so(data: bytes, why: str) -> None:
    """The error names the file and the cure."""
    with pytest.raises(SourceListError) as caught:
        opml.parse(data, "opml", "s.opml")
    assert str(caught.value).startswith(why)
    assert "OPML" in str(caught.value)


def test_a_broken_list_is_read_as_far_as_it_goes() -> None:
    """A missing end tag or a bare ampersand loses no source before it."""
    data = b'<opml><body><outline text="A & B" xmlUrl="http://a.example/"/><outline text="C">'
    assert [source.url for source in opml.parse(data, "opml", "x").sources] == ["http://a.example/"]


OUTLINE = '\n<outline text="B" xmlUrl="https://b.example/"/>'


@pytest.mark.parametrize(
    ("outline", "address"),
    [
        ('<outline text="A & B" xmlUrl="https://a.example/f?x=1&y=2"/>', "https://a.example/f?x=1&y=2"),
        ('<outline xmlUrl="https://a.example/f?x=1&copy=2&lt=3&amp;z=4&&"/>', "https://a.example/f?x=1&copy=2&lt=3&z=4&&"),
        ('<outline text="&nbsp;Caf&eacute; &" xmlUrl="https://a.example/?a&#38;b&#x26;c"/>', "https://a.example/?a&b&c"),
        ('<outline text="A < B & C > D" xmlUrl="https://a.example/"/>', "https://a.example/"),
        ("<outline text='A \"q\" & B'xmlUrl='https://a.example/'/>", "https://a.example/"),
        ('<Outline text="A & B" xmlUrl="https://a.example/"></OUTLINE>', "https://a.example/"),
        ('<outline text="A" text="B" xmlUrl="https://a.example/"/></outline></outline>', "https://a.example/"),
        ('<outline text="\x0b\x00" xmlUrl="https://a.example/"/>', "https://a.example/"),
        ('<!-- & <outline xmlUrl="https://no.example/"/> --><outline xmlUrl="https://a.example/">', "https://a.example/"),
        ('<x:y z="&"/><outline xmlUrl="https://a.example/" x:y=""/>', "https://a.example/"),
    ],
)
def test_what_can_be_repaired_exactly_is(outline: str, address: str) -> None:
    """Bare ampersands, entities of HTML, stray tags: the address is what its writer meant."""
    listed = opml.parse(f"<opml><body>{outline}{OUTLINE}</body></opml>".encode(), "opml", "l")
    assert ([source.url for source in listed.sources], listed.messages) == ([address, "https://b.example/"], ())
    assert not listed.is_damaged


@pytest.mark.parametrize(
    "outline",
    [
        "<outline text=A xmlUrl=https://a.example/ />",
        '<outline text="A xmlUrl="https://a.example/"/>',
        '<outline text="A" xmlUrl="https://a.example/ />',
        '<outline xmlUrl="https://a.example/ title="A"/>',
        '<outline text="The "best"" xmlUrl="https://a.example/"/>',
        '<outline xmlUrl="https://a.example/"',
        '<outline xmlUrl="https://a.example/" xmlUrl="https://c.example/"/>',
        '<outline xmlUrl="https://a.example/?b&copy;c"/>',
        '<outline xmlUrl="https://a.example/\x0b"/>',
    ],
)
def test_what_cannot_be_repaired_exactly_is_refused_with_its_line(outline: str) -> None:
    """No address is guessed, and the others are read."""
    listed = opml.parse(f"<opml><body>\n{outline}{OUTLINE}</body></opml>".encode(), "opml", "l")
    assert [source.url for source in listed.sources] == ["https://b.example/"]
    assert [line.partition(": ")[0] for line in listed.refused] == ["l, line 2"]
    assert listed.is_damaged


@pytest.mark.parametrize("end", range(37, 76))
def test_a_list_that_was_cut_off_says_so(end: int) -> None:
    """Wherever it ends, with its line; what stands before is read, and nothing of what was cut."""
    whole = '<opml><body><outline text="Folder">' + OUTLINE + "</outline></body></opml>"
    listed = opml.parse(whole[:end].encode(), "opml", "l")
    assert [source.url for source in listed.sources] in ([], ["https://b.example/"])
    assert [line for line in listed.refused if "truncated" in line] == [
        "l, line 2: the document ends here, in the middle: it is truncated, and only what stands before was read"
    ]
    assert listed.is_damaged


def test_another_list_that_is_included_is_said() -> None:
    """It is not followed, and what to do is said; so is a feed without an address."""
    listed = parse(
        '<outline type="include" text="X" url="https://x.example/l.opml"/><outline type="link" url="https://x.example/m.opml"/>'
        '<outline type="link" url="https://x.example/"/><outline type="rss" text="Nothing"/>'
    )
    assert (listed.sources, len(listed.refused)) == ((), 3)
    assert listed.refused[0] == (
        "s.opml, line 1: it includes another list, which is not followed:"
        " add https://x.example/l.opml with `topicwire sources add --list`"
    )
    assert listed.refused[2] == "s.opml, line 1: a feed without an address (xmlUrl): Nothing"


def test_a_scheme_that_is_missing_is_guessed_and_said() -> None:
    """https, then http; the export leaves it out again."""
    listed = parse('<outline xmlUrl="a.example/rss"/><outline xmlUrl="feed://b.example/"/>')
    assert [(source.url, source.settings.scheme_guessed) for source in listed.sources] == [
        ("https://a.example/rss", True),
        ("http://b.example/", False),
    ]
    assert listed.notes == ("s.opml, line 1: no scheme: taken as https://a.example/rss; http is asked where https gives no answer",)
    assert opml.parse(opml.render(listed.sources), "opml", "s").sources == listed.sources


def test_a_list_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither bytes nor sources nor depth are without an end."""
    deep = '<outline text="f">' * 200 + '<outline xmlUrl="http://deep.example/"/>' + "</outline>" * 200
    assert parse(deep).sources == ()
    monkeypatch.setattr(opml, "_MOST_SOURCES", 2)
    assert len(parse("".join(f'<outline xmlUrl="http://a.example/{n}"/>' for n in range(5))).sources) == 2
    monkeypatch.setattr(opml, "_MOST_BYTES", 10)
    with pytest.raises(SourceListError, match="larger than"):
        parse("")


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    """Neither bombs nor files named in a list are opened."""
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    data = f"""<!DOCTYPE opml [<!ENTITY e0 "ha">{bomb}<!ENTITY f SYSTEM "{secret.as_uri()}">]>
        <opml><body><outline text="&f;" xmlUrl="http://a.example/"/><outline text="x">&e11;&f;</outline></body></opml>"""
    listed = opml.parse(data.encode(), "opml", "x")
    assert "the secret" not in repr(listed)
    assert len(repr(listed)) < 1_000


lines = st.text(max_size=30).map(one_line)
names = lines.filter(bool)
addresses = st.builds("http://{}.example/{}".format, st.sampled_from("abcdef"), st.text(max_size=12)).map(
    lambda u: getattr(parse_pasted(u), "url", "")
)
sources = st.builds(
    Source,
    url=addresses,
    title=names | st.just(""),
    site_url=st.none() | addresses,
    language=st.sampled_from([None, "en", "he", "fil"]),
    categories=st.lists(names, max_size=4).map(tuple),
    origin=st.just("opml"),
)


@given(st.lists(sources, max_size=8, unique_by=lambda source: source.url))
def test_a_written_list_is_read_back(listed: list[Source]) -> None:
    """parse(render(x)) is x, the order of folders aside."""
    back = opml.parse(opml.render(listed), "opml", "x")
    assert back.refused == ()
    assert sorted(back.sources, key=lambda source: source.url) == sorted(listed, key=lambda source: source.url)


def test_sources_of_one_folder_stay_together() -> None:
    """Each folder is written once, in the order of its first source."""
    listed = [
        Source("http://a.example/1", categories=("x",)),
        Source("http://a.example/2"),
        Source("http://a.example/3", categories=("x",)),
    ]
    root = etree.fromstring(opml.render(listed))
    assert [outline.get("text") for outline in root.iterfind("body/outline")] == ["x", "http://a.example/2"]
    assert [source.url[-1] for source in opml.parse(opml.render(listed), "opml", "x").sources] == ["1", "3", "2"]


def test_the_starter_list_is_valid() -> None:
    """The shipped list has no refused line, and every source has a title, a language and a folder."""
    listed = opml.parse(STARTER.read_bytes(), "starter", STARTER.name)
    assert listed.refused == ()
    assert len(listed.sources) > 20
    assert all(source.title and source.language and source.categories for source in listed.sources)


@given(
    st.binary(max_size=200)
    | st.text(alphabet="<>/\"'=& opmlbdyutinexUrh:.aé\n!-[]?", max_size=200).map(lambda t: b"<opml><body>" + t.encode())
)
def test_any_bytes_are_a_list_or_refused_in_words(data: bytes) -> None:
    """No bytes break the reader of lists."""
    try:
        said = [source.url for source in opml.parse(data, "opml", "x").sources]
    except SourceListError as fault:
        said = [fault.what, fault.cure]
    assert all(said)
