import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON, atom, atom_entry, rss, rss_item

from ingest.formats.hints import hints_of, hub_of
from ingest.item import Hints
from ingest.reader import Job, read

URL = "http://a.example/feeds/news"


@pytest.mark.parametrize(
    ("extra", "hints"),
    [
        ("", Hints()),
        ("<ttl>60</ttl>", Hints(3_600)),
        ("<ttl> 15 </ttl>", Hints(900)),
        ("<ttl><![CDATA[5]]></ttl>", Hints(300)),
        ("<ttl>often</ttl><ttl/>", Hints()),
        ("<ttl>-5</ttl>", Hints()),
        ("<ttl>99999999999</ttl>", Hints(2_592_000)),
        ("<sy:updatePeriod>\n\thourly\t</sy:updatePeriod><sy:updateFrequency>\n 2 </sy:updateFrequency>", Hints(1_800)),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", Hints(86_400)),
        ("<sy:updatePeriod>now and then</sy:updatePeriod>", Hints()),
        ("<ttl>10</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", Hints(3_600)),
        ("<skipHours><hour>0</hour><hour>5</hour><hour>24</hour><hour>77</hour></skipHours>", Hints(None, (0, 5))),
        ("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>", Hints()),
        ("<skipDays><day>Saturday</day><day>sunday</day><day>Someday</day></skipDays>", Hints(None, (), (5, 6))),
    ],
)
def test_a_feed_says_how_often_it_changes(extra: str, hints: Hints) -> None:
    """Ttl in minutes, the syndication module's period, hours and days to skip; what cannot be is nothing (F14)."""
    assert hints_of(rss(rss_item("One", extra="<ttl>1</ttl>"), extra=extra)) == hints


def test_hints_are_part_of_what_was_read() -> None:
    """They come with the items, whatever parser read those."""
    assert read(Job(rss(rss_item("One"), extra="<ttl>60</ttl>"), NOON, URL)).hints == Hints(3_600)


@pytest.mark.parametrize(
    ("links", "found"),
    [
        ("", (None, None)),
        ('<link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>', ("https://hub.example/?a=1&b=2", None)),
        (
            "<link href='https://hub.example/' rel='hub'/><link rel='self' href='news?x=1'/>",
            ("https://hub.example/", "http://a.example/feeds/news?x=1"),
        ),
        ('<link rel="self hub" href="http://b.example/"/>', ("http://b.example/", "http://b.example/")),
        ('<link rel="hub" href="javascript:alert(1)"/>', (None, None)),
        ('<link rel="hub" href="https://1.example/"/><link rel="hub" href="https://2.example/"/>', ("https://1.example/", None)),
    ],
)
def test_a_feed_names_its_hub(links: str, found: tuple[str | None, str | None]) -> None:
    """The first hub and the feed's own address, http(s) alone; links of entries mean nothing (F16, S1)."""
    document = atom(atom_entry("One", extra='<link rel="hub" href="http://entry.example/"/>')).replace(
        b"<title>", links.encode() + b"<title>", 1
    )
    assert hub_of(document, {}, URL) == found


def test_the_link_header_comes_first() -> None:
    """A server may name the hub beside the document (WebSub 4)."""
    headers = {"link": '<https://hub.example/>; rel="hub", </self>; rel=self, <http://x.example/>; title="a"; rel="next"'}
    document = rss(extra='<link rel="hub" href="https://other.example/"/>')
    assert hub_of(document, headers, URL) == ("https://hub.example/", "http://a.example/self")


@given(st.binary(max_size=300), st.text(max_size=100))
def test_any_bytes_have_hints_or_none(body: bytes, header: str) -> None:
    """Nothing breaks the look at a feed's head, and what it believes is sound."""
    hints = hints_of(body)
    assert hints.interval is None or hints.interval > 0
    assert set(hints.skip_hours) < set(range(24))
    assert set(hints.skip_days) < set(range(7))
    assert all(address is None or address.startswith(("http://", "https://")) for address in hub_of(body, {"link": header}, URL))
