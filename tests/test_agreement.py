# ruff: noqa: E501 - an element a line
import random
import re
from pathlib import Path
from typing import Final

import pytest
from agreement import ACCEPTED, differences, feedparser_read, lxml_read
from hypothesis import given
from hypothesis import strategies as st
from mutants import mutants
from support import NOON, TEXT, atom, atom_entry, rss, rss_item

from ingest.errors import ParseError

ROOT: Final = Path(__file__).resolve().parents[1]
SPACES: Final = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:georss="http://www.georss.org/georss"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)
RDF: Final = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'

# Elements of entries, as feeds write them, a line each: documents are made of handfuls of them in any order.
IN_RSS: Final = """
<title>Fish &amp;amp; chips: the &lt;b&gt;oldest&lt;/b&gt; shop</title>
<title><![CDATA[Caf&eacute; on the quay]]></title>
<title/>
<title xml:lang="de">Der letzte Fischer</title>
<dc:title>Another title</dc:title>
<media:title type="plain">The picture's title</media:title>
<link>http://a.example/1?x=1&amp;amp;y=2</link>
<link>/relative</link>
<link/>
<link href="http://a.example/by-attribute"/>
<atom:link rel="alternate" type="text/html" href="http://a.example/atom"/>
<atom:link REL="Enclosure" href="/sound.mp3" type="Audio/MPEG" length="12"/>
<atom:link rel="self" href="http://a.example/self"/>
<guid>http://a.example/guid</guid>
<guid isPermaLink="false">guid one</guid>
<guid isPermaLink="true">relative/guid</guid>
<atom:id>urn:entry:1</atom:id>
<description>&lt;p&gt;The harbour was &lt;em&gt;quiet&lt;/em&gt; that morning.&lt;/p&gt;&lt;img src="p.gif" width="1" height="1"&gt;</description>
<description>plain words &amp; nothing else</description>
<description/>
<dc:description>what it is about</dc:description>
<content:encoded><![CDATA[<p>The whole <a href="story">story</a>, at last.</p>]]></content:encoded>
<itunes:summary>An hour of talk about nets &lt;br/&gt; and knots</itunes:summary>
<itunes:subtitle>Talk</itunes:subtitle>
<media:description type="html">&lt;i&gt;seen from the pier&lt;/i&gt;</media:description>
<media:content url="http://a.example/p.jpg" medium="image"><media:title>Pier</media:title><media:credit>Someone</media:credit></media:content>
<media:group><media:content url="/v.mp4"/><media:description>moving pictures</media:description></media:group>
<media:thumbnail url="http://a.example/t.jpg"/>
<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>
<pubDate>07.11.2025 10:00</pubDate>
<pubdate>Mon, 02 Mar 2026 09:00:00 +0100</pubdate>
<dc:date>2026-03-01T10:00:00Z</dc:date>
<dcterms:modified>2026-03-01T11:00:00+01:00</dcterms:modified>
<dcterms:issued>1731000000</dcterms:issued>
<lastBuildDate>yesterday</lastBuildDate>
<author>ann@site.example (Ann Ferry)</author>
<author>Ben &lt;ben@site.example&gt;</author>
<dc:creator>Cleo O'Net</dc:creator>
<itunes:author>The Crew</itunes:author>
<atom:author><atom:name>Dora</atom:name><atom:uri>/dora</atom:uri><atom:email>dora@site.example</atom:email></atom:author>
<category>Boats</category>
<category domain="http://a.example/tags">Boats</category>
<category domain="http://a.example/tags">Boats</category>
<category domain="http://a.example/empty"/>
<atom:category term="nets" scheme="http://a.example/" label="Nets"/>
<dc:subject>Sea</dc:subject>
<itunes:category text="Trade"><itunes:category text="Fishing"/></itunes:category>
<itunes:keywords>net, knot , </itunes:keywords>
<media:category>quay</media:category>
<media:keywords>pier,  rope</media:keywords>
<enclosure url="http://a.example/talk.mp3" type="audio/mpeg" length="1234"/>
<enclosure url="talk.ogg" length="many"/>
<source url="http://b.example/feed">The other paper</source>
<comments>http://a.example/comments</comments>
<slash:comments>3</slash:comments>
<thr:total>4</thr:total>
<georss:point>45.256 -71.92</georss:point>
<image>http://a.example/logo.png</image>
<image><url>/logo.png</url><title>A logo</title><link>http://a.example/logo</link></image>
<dc:language>fr</dc:language>
<dc:publisher>The Press (press@site.example)</dc:publisher>
<dc:rights>all &lt;b&gt;reserved&lt;/b&gt;</dc:rights>
<categories><category>Rope</category><category domain="d">Tar</category></categories>
<feedburner:origLink>http://a.example/behind?a=1&amp;b=2</feedburner:origLink>
<link uri="at://did:plc:1/post/1">http://a.example/in-words</link>
<dcterms:created>2026-02-28T10:00:00Z</dcterms:created>
<itunes:duration>31:05</itunes:duration>
<podcast:transcript url="http://a.example/t.vtt" type="text/vtt"/>
<media:group><media:thumbnail url="/g.jpg"/><title>Not media</title><link>/not-media</link></media:group>
<x:box xmlns:x="urn:x"><title>Inside</title><link>http://x.example/inside</link><description>inside</description></x:box>
<og><title>Look!</title><link>http://x.example/</link><description>A teaser.</description><image>a.png</image></og>
<author>Ann <name>Ben</name></author>
<image><title>Image</title><caption/></image>
<unknown>whatever</unknown>
<unknown attribute="x">whatever</unknown>
<!-- a comment --><?a processing instruction?>
""".strip().splitlines()
IN_ATOM: Final = """
<title>Plain &lt;b&gt;title&lt;/b&gt; &amp;amp; more</title>
<title type="html">HTML &lt;b&gt;title&lt;/b&gt; &amp;amp; more</title>
<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">XHTML <em>title</em> &amp;amp; more</div></title>
<title xml:lang="nl">De laatste visser</title>
<id>urn:entry:1</id>
<id>http://a.example/id</id>
<link href="http://a.example/1"/>
<link rel="alternate" type="text/html" hreflang="en" href="relative?a=1&amp;b=2"/>
<link rel="alternate" type="application/json" href="/json"/>
<link rel="enclosure" type="audio/mpeg" length="99" href="/talk.mp3"/>
<link rel="self" href="/self"/>
<link rel="via" href="http://b.example/"/>
<link href="two" xml:base="http://c.example/deep/"/>
<published>2026-03-01T10:00:00Z</published>
<issued>2026-02-01T10:00:00+02:00</issued>
<updated>2026-03-02T10:00:00.5Z</updated>
<modified>2026-02-30T10:00:00Z</modified>
<created>2026-01-01T10:00:00Z</created>
<summary>words &lt;and no markup&gt;</summary>
<summary type="html">&lt;p&gt;words &lt;b&gt;and&lt;/b&gt; markup&lt;/p&gt;</summary>
<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>one<br/>two</p></div></summary>
<content>plain &amp;lt;content&amp;gt;</content>
<content type="html">&lt;p&gt;A &lt;a href="b"&gt;link&lt;/a&gt; to follow.&lt;/p&gt;</content>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>A <a href="c" title="&quot;q&quot;">link</a><br/>&amp;c.</p><hr/></div></content>
<content type="xhtml" xml:base="http://d.example/" xml:lang="sv"><x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>En <x:b>sak</x:b></x:p></x:div></content>
<content type="application/xhtml+xml" mode="xml"><p xmlns="http://www.w3.org/1999/xhtml">Old <i>style</i></p></content>
<content type="text/html" mode="escaped">&lt;p&gt;Old style&lt;/p&gt;</content>
<content src="http://a.example/elsewhere" type="text/html"/>
<author><name>Ann</name></author>
<author><name>Ben</name><uri>http://a.example/ben</uri><email>ben@site.example</email></author>
<author><name>Cleo</name><url>/cleo</url></author>
<author><name>Dora</name><title>Mayor</title><link href="http://a.example/dora"/><summary>Her life.</summary></author>
<object xmlns="http://activitystrea.ms/spec/1.0/"><title>Object</title><content>object</content><link href="/object"/></object>
<contributor><title>None</title><link href="/none"/></contributor>
<contributor><name>Nobody</name><uri>/n</uri></contributor>
<category term="boats" scheme="http://a.example/tags" label="Boats"/>
<category term="boats" scheme="http://a.example/tags" label="Boats"/>
<category term="nets"/>
<source><id>urn:other</id><title>The other paper</title><updated>2020-01-01T00:00:00Z</updated><author><name>X</name></author></source>
<rights type="html">&amp;copy; nobody</rights>
<dc:subject>Sea</dc:subject>
<media:group><media:title>Pier</media:title><media:content url="/p.jpg"/><media:description>from afar</media:description></media:group>
<georss:where><unknown>1 2</unknown></georss:where>
""".strip().splitlines()
IN_FEED: Final = """
<title>The Harbour Post</title>
<link>http://harbour.example/</link>
<atom:link rel="self" href="http://harbour.example/feed"/>
<atom:link href="http://harbour.example/news"/>
<language>en-GB</language>
<lastBuildDate>Mon, 02 Mar 2026 08:00:00 GMT</lastBuildDate>
<image><url>http://harbour.example/i.png</url><title>Image</title><link>http://harbour.example/i</link></image>
<itunes:owner><itunes:name>Owner</itunes:name><itunes:email>o@site.example</itunes:email></itunes:owner>
<itunes:category text="Trade"><itunes:category text="Fishing"/></itunes:category>
<atom:id>urn:harbour</atom:id>
<skipDays><day>Sunday</day></skipDays>
<skipHours><hour>1</hour><hour>23</hour></skipHours>
<ttl>90</ttl>
<sy:updatePeriod>hourly</sy:updatePeriod>
<atom:link rel="hub" href="http://hub.example/"/>
<x:box xmlns:x="urn:x"><title>Inside</title><link>http://x.example/inside</link></x:box>
<textInput><title>Search</title><name>q</name><link>http://harbour.example/q</link></textInput>
""".strip().splitlines()


def some(lines: list[str], most: int = 12) -> st.SearchStrategy[str]:
    """Return handfuls of elements, in any order."""
    return st.lists(st.sampled_from(lines), max_size=most).map("".join)


def entries(name: str, lines: list[str]) -> st.SearchStrategy[str]:
    """Return up to three entries made of such elements."""
    return st.lists(some(lines).map(lambda inner: f"<{name}>{inner}</{name}>"), max_size=3).map("".join)


rss_documents = st.builds(
    '<?xml version="1.0"?><rss version="2.0" {}><channel>{}{}{}</channel></rss>'.format,
    st.sampled_from([SPACES, f'{SPACES} xml:lang="fr" xml:base="http://base.example/x/"']),
    some(IN_FEED),
    entries("item", IN_RSS),
    some(IN_FEED, 2),
)
rdf_documents = st.builds(
    f"<rdf:RDF {RDF} {SPACES}>".replace("{", "{{").__add__("<channel>{}</channel>{}</rdf:RDF>").format,
    some(IN_FEED),
    entries("item", IN_RSS),
)
atom_documents = st.builds(
    '<feed xmlns="{}" {}>{}{}</feed>'.format,
    st.sampled_from(["http://www.w3.org/2005/Atom", 'http://purl.org/atom/ns#" version="0.3']),
    st.sampled_from([SPACES, f'{SPACES} xml:lang="pt" xml:base="http://base.example/x/"']),
    some([line.replace("atom:", "") for line in IN_FEED if "link>" not in line] + IN_ATOM[:9] + IN_ATOM[-16:-12]),
    entries("entry", IN_ATOM),
)


def agree(document: bytes) -> bool:
    """Say whether our reader took a document; fail where the readers differ."""
    mine = lxml_read(document)
    if mine is None:
        return False
    assert differences(mine, feedparser_read(document), NOON) == []
    return True


@given(rss_documents | rdf_documents | atom_documents)
def test_both_readers_give_the_same(document: str) -> None:
    """Whatever our reader takes, feedparser would have given the same items, field for field."""
    mine = lxml_read(document.encode())
    assert mine is None or differences(mine, feedparser_read(document.encode()), NOON) == []


@pytest.mark.parametrize("line", [*IN_RSS, *IN_FEED])
def test_each_element_of_rss_is_understood(line: str) -> None:
    """One such element alone, in an item or in a channel, is always read by the lxml reader."""
    item = line if line in IN_RSS else ""
    channel = line if line in IN_FEED else ""
    assert agree(f'<rss version="2.0" {SPACES}><channel>{channel}<item>{item}</item></channel></rss>'.encode())


@pytest.mark.parametrize("line", IN_ATOM)
def test_each_element_of_atom_is_understood(line: str) -> None:
    """One such element alone in an entry is always read by the lxml reader, in Atom 1.0 and in 0.3."""
    for space in ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"):
        assert agree(f'<feed xmlns="{space}" {SPACES}><entry>{line}</entry></feed>'.encode())


GOLDEN: Final = sorted((ROOT / "tests" / "golden" / "feeds").glob("*.xml"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: str(path.stem))
def test_both_readers_give_the_same_of_mutants(path: Path) -> None:
    """Golden documents reordered, cut off, re-encoded, renamed and broken in one place are read alike."""
    chance = random.Random(path.name)
    for name, document in [("", path.read_bytes()), *mutants(path.read_bytes(), chance)]:
        try:
            mine = lxml_read(document)
            found = differences(mine, feedparser_read(document), NOON) if mine else []
        except ParseError:
            found = []
        assert found == [], name


HIDING: Final = {
    "markup in a title": "<item><title>a <b>b</b></title></item>",
    "markup in a description": "<item><description><p>a</p></description></item>",
    "an entry in an entry": "<item><item><title>Inner</title></item></item>",
    "a base64 content": f'<item {SPACES}><atom:content type="image/png">aGVsbG8=</atom:content></item>',
    "an undeclared entity": "<item><title>caf&eacute;</title></item>",
    "an undeclared prefix": "<item><x:title>caf</x:title></item>",
    "an entry in no channel": '</channel><x><item/></x><channel a="b">',
}


@pytest.mark.parametrize("inner", HIDING.values(), ids=HIDING.keys())
def test_where_content_may_hide_feedparser_reads(inner: str) -> None:
    """What is not fully understood goes to feedparser."""
    assert lxml_read(f'<rss version="2.0"><channel>{inner}</channel></rss>'.encode()) is None


def test_accepted_differences_are_documented() -> None:
    """Each difference that is meant would be in docs/parsing.md, with its reason; there is none."""
    text = re.sub(r"\s+", " ", (ROOT / "docs" / "parsing.md").read_text(encoding="utf-8"))
    assert [known.name for known in ACCEPTED if f"**{known.name}** {known.reason}" not in text] == []


def test_a_whole_document_is_read_by_our_reader() -> None:
    """An everyday feed needs no feedparser."""
    assert agree(rss(rss_item("One", "http://a.example/1", text=TEXT)))
    assert agree(atom(atom_entry("One", "http://a.example/1", text=TEXT)))
