import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.publication.entry import is_iri
from ingest.text import urls
from ingest.text.sanitize import xml_safe
from ingest.text.urls import absolute, canonical, destination, host_of, iri, is_front_page

BASE = "http://site.example/news/today.xml"
pieces = st.sampled_from(
    "http:// https:// HTTP:// site.example www. www.www. SITE.example : :80 :443 :8080 :99999 / // /a /b/ /index.html "
    " m. amp. /amp /amp/ /amp.html .amp .html amp=1 google.com/url?q="
    " ? & &amp; &#038; amp; a=1 b=2 lt=3 copy=4 utm_source=x ref=rss ref=home fbclid=1 # #c-12 #!/s/5 %20 %2F %2e%2e %E4 é שלום"
    " /default.aspx #top ; + @ user:pw@ [::1] [ ] .. . \u200b \ud800 \ufffe \\ ' \" < > { } | ^".split()
)
addresses = st.lists(pieces, max_size=9).map("".join) | st.builds("http://site.example/{}".format, st.text(max_size=30))


# Absolute addresses


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("http://a.example/b", "http://a.example/b"),
        (" https://a.example/b\n", "https://a.example/b"),
        ("/c", "http://site.example/c"),
        ("c?x=1", "http://site.example/news/c?x=1"),
        ("//other.example/c", "http://other.example/c"),
        ("http://a.example/with space", "http://a.example/with%20space"),
        ("http://a.example/é", "http://a.example/é"),
        ('http://a.example/"<x>', "http://a.example/%22%3Cx%3E"),
        ("http://a.example/\ud800b\ufffe", "http://a.example/b"),
        ("", None),
        (None, None),
        ("javascript:alert(1)", None),
        ("jav\tascript:alert(1)", None),
        ("ftp://a.example/", None),
        ("file:///etc/passwd", None),
        ("mailto:a@a.example", None),
        ("data:text/html,x", None),
        ("exec:ls", None),
        ("http://", None),
        ("http:/b", None),
        ("#top", "http://site.example/news/today.xml#top"),
        ("https://BÜCHER.example:81/é", "https://xn--bcher-kva.example:81/é"),
        ("//пример.рф/c", "http://xn--e1afmkfd.xn--p1ai/c"),
        ("http://é:é@é.example/é", "http://é:é@xn--9ca.example/é"),
        ("http://" + "é" * 70 + ".example/", None),
        ("http://[::1", None),
        ("http://[::1]@", None),
        ("http://a b.example/", None),
        ("http://a%20b.example/", None),
        ("http://a.example:99999/", None),
        ("http://a.example/" + "x" * 2_000, None),
    ],
)
def test_an_address_is_made_absolute_or_refused(url: str | None, meant: str | None) -> None:
    """Relative addresses stand on their base; what is not http(s) or not usable is none."""
    assert absolute(url, BASE) == meant


def test_a_relative_address_needs_a_base() -> None:
    """Without a base a relative address means nothing."""
    assert absolute("c.html", None) is None
    assert absolute("c.html", "") is None
    assert absolute("c.html", "urn:x") is None


@given(addresses)
def test_absolute_addresses_are_valid(url: str) -> None:
    """Any text gives an XML-safe http(s) address or none, and making it absolute again changes nothing."""
    made = absolute(url, BASE)
    if made is not None:
        assert made.lower().startswith(("http://", "https://"))
        assert xml_safe(made) == made
        assert made.split() == [made]
        assert absolute(made, None) == made


# Canonical addresses


@pytest.mark.parametrize(
    "twin",
    [
        "https://m.site.example/a/story",
        "https://mobile.site.example/a/story",
        "https://www.m.site.example/a/story",
        "https://amp.site.example/a/story",
        "https://www.site.example/amp/a/story",
        "https://www.site.example/a/story/amp/",
        "https://www.site.example/a/story/amp.html",
        "https://www.site.example/a/story?amp=1",
        "https://www.site.example/a/story?amp",
        "https://www.site.example/a/story?outputType=amp",
        "https://site.example/a/story?m=1",
        "https://www.google.com/amp/s/site.example/a/story",
        "https://www.google.co.uk/amp/site.example/a/story/amp",
        "https://site-example.cdn.ampproject.org/c/s/site.example/a/story",
        "https://www.google.com/url?rct=j&sa=t&url=https://site.example/a/story&ct=ga&usg=x",
        "https://www.google.de/url?q=https%3A%2F%2Fsite.example%2Fa%2Fstory%3Futm_source%3Drss",
        "https://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&url=https%3a%2f%2fsite.example%2fa%2fstory&c=1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fsite.example%2Fa%2Fstory%3Ffbclid%3D1&h=x",
        "https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RO=10/RU=https%3a%2f%2fsite.example%2fa%2fstory/RK=2/RS=x-",
        "https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fsite.example%2Fa%2Fstory&data=05",
        "https://href.li/?https://site.example/a/story",
        "https://t.umblr.com/redirect?z=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fsite.example%252Fa%252Fstory",
    ],
)
def test_twins_and_redirectors_lead_to_the_page(twin: str) -> None:
    """AMP and mobile twins, caches, and redirectors that name their target are the page itself."""
    assert canonical(twin) == "http://site.example/a/story"


@pytest.mark.parametrize(
    "itself",
    [
        "http://m.example/a",
        "http://site.example/amp",
        "http://site.example/amplifier/a",
        "http://site.example/a/amplitude",
        "http://site.example/a?amp=2",
        "http://site.example/a?m=2",
        "http://google.com/url?q=no-address",
        "http://google.com/url?q=mailto:a@b.example",
        "http://news.google.com/rss/articles/CBMi?oc=5",
        "http://site.example/url?url=http://other.example/a",
        "http://bit.ly/3xYz",
    ],
)
def test_what_only_looks_like_a_twin_stays_itself(itself: str) -> None:
    """A name that merely begins like one, and a redirector that hides its target, are left alone."""
    assert canonical(itself) == itself


@pytest.mark.parametrize(
    "same",
    [
        "https://site.example/a/story",
        "http://www.site.example/a/story",
        "http://SITE.example:80/a/story",
        "https://site.example:443/a/story/",
        "http://site.example./a/story",
        "http://site.example/a/story/index.html",
        "http://site.example/a/story#comments",
        "http://site.example/a/story?utm_source=rss&utm_medium=feed",
        "http://site.example/a/story?fbclid=1&at_medium=RSS&ns_mchannel=x&CMP=y",
        "http://site.example/a/story?ref=rss",
        "http://site.example/a/story?source=Feed",
        "http://user:pw@site.example/a/story",
    ],
)
def test_what_makes_no_difference(same: str) -> None:
    """Scheme, www, port, slash, index page, fragment and tracking parameters make no second page."""
    assert canonical(same) == "http://site.example/a/story"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://site.example/?q=a+b", "http://site.example/"),
        ("http://site.example/#!/story/5", "http://site.example/"),
        ("http://site.example/a?x=1;y=2", "http://site.example/a"),
        ("http://site.example/a?id=1", "http://site.example/a?id=2"),
        ("http://site.example/a?ref=home", "http://site.example/a"),
        ("http://site.example/a#comment-1", "http://site.example/a#comment-2"),
        ("http://site.example/a", "http://site.example/A"),
        ("http://site.example:8080/a", "http://site.example/a"),
        ("http://one.site.example/a", "http://two.site.example/a"),
        ("http://[2001:db8::1]/a", "http://[2001:db8::2]/a"),
    ],
)
def test_different_pages_stay_different(one: str, other: str) -> None:
    """Nothing that may name a page of its own is taken off."""
    assert canonical(one) is not None
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "same",
    ["http://site.example/a?b=2&a=1", "http://site.example/a?a=1&amp;b=2", "http://site.example/a?a=1&#038;b=2&"],
)
def test_parameters_have_no_order(same: str) -> None:
    """Order and doubly escaped ampersands make no difference."""
    assert canonical(same) == "http://site.example/a?a=1&b=2"


def test_names_of_entities_are_no_entities() -> None:
    """A parameter called `copy` or `lt` is not read as a character."""
    assert canonical("http://site.example/?lt=1&copy=2") == canonical("http://site.example/?copy=2&lt=1")


@pytest.mark.parametrize("none", [None, "", "urn:x", "mailto:a@b.example", "http://", "http://[::1", "http://a.example:99999/"])
def test_what_is_no_address_has_no_key(none: str | None) -> None:
    """Only a valid http(s) address recognises anything."""
    assert canonical(none) is None


@given(addresses)
def test_a_key_is_its_own_key(url: str) -> None:
    """Making a canonical address canonical changes nothing."""
    key = canonical(url)
    assert canonical(key) == key


# Hosts and front pages


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://User:pw@Site.example:8080/a", "site.example:8080"),
        ("https://site.example/", "site.example:443"),
        ("http://[::1]/", "[::1]:80"),
        ("seeds:", ""),
        ("http://[::1", ""),
    ],
)
def test_the_host_limit_is_by_host_and_port(url: str, host: str) -> None:
    """Host and port in lower case, without a password; what has none has an empty one."""
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("http://site.example", True),
        ("http://site.example/", True),
        ("http://site.example/#top", True),
        ("http://site.example/#!/story/5", False),
        ("http://site.example/?p=5", False),
        ("http://site.example/a", False),
        ("http://[::1]@", False),
    ],
)
def test_a_front_page_names_no_article(url: str, *, front: bool) -> None:
    """The root of a site is its front page, unless a query or a hash-bang names a page."""
    assert is_front_page(url) is front


_SIGNS = st.text("aZ09._~/:@,+!$'()*;=&-", max_size=12)
_ENDINGS = st.sampled_from(["", "/amp", "/AMP/", ".amp.html", "/index.php", "?a=b&c=1", "?rss=1&q=", "?id=3&utm_source=x", "#a1"])
_everyday = st.tuples(
    st.sampled_from(["a.example", "www.b.example", "m.amp.example", "x1.2y.example", "a.1", "b"]), _SIGNS, _ENDINGS
)


@given(addresses | _everyday.map(lambda parts: "http://{}/{}{}".format(*parts)))
def test_the_short_way_leads_to_the_same(url: str) -> None:
    """Everyday addresses are not taken apart, and come out as those that are."""
    short = absolute(url, None), canonical(url), is_front_page(url)
    with pytest.MonkeyPatch.context() as patched:
        for name in ("_VALID", "_SIMPLE", "_LONGER"):
            patched.setattr(urls, name, re.compile("(?!)"))
        assert (absolute(url, None), canonical(url), is_front_page(url)) == short


def test_a_line_break_in_a_host_is_no_address() -> None:
    """A host is never mended: who knows whose it would become."""
    assert absolute("http://a\n.example/letters/2.html", None) is None
    assert absolute("http://a.example/letters\n/2.html", None) == "http://a.example/letters%0A/2.html"


# As they are published


@pytest.mark.parametrize(
    ("url", "published"),
    [
        ("http://a.example/x#a#b", "http://a.example/x#a%23b"),
        ("http://a.example/x#a#b#c", "http://a.example/x#a%23b%23c"),
        ("http://a.example/x?q=[1]", "http://a.example/x?q=%5B1%5D"),
        ("http://a.example/100%", "http://a.example/100%25"),
        ("http://a.example/a%20b?c=%zz", "http://a.example/a%20b?c=%25zz"),
        ("http://[::1]:8080/x[1]", "http://[::1]:8080/x%5B1%5D"),
        ("http://a.example/a\u200eb", "http://a.example/a%E2%80%8Eb"),
        ("http://a.example/\ue000\ufffd", "http://a.example/%EE%80%80%EF%BF%BD"),
        ("http://a.example/é/שלום#世界", "http://a.example/é/שלום#世界"),
        ("http://a.example/a|b^c`d{e}", "http://a.example/a%7Cb%5Ec%60d%7Be%7D"),
    ],
)
def test_what_no_iri_may_hold_is_encoded(url: str, published: str) -> None:
    """And nothing else (RFC 3987): what is valid already stays as it is."""
    assert iri(url) == published
    assert iri(published) == published


@given(addresses)
def test_every_address_is_published_as_an_iri(url: str) -> None:
    """Whatever a publisher wrote, what comes out is valid, and coming out again changes nothing."""
    made = absolute(url, BASE)
    if made is not None:
        assert is_iri(iri(made))
        assert iri(iri(made)) == iri(made)


# Where they lead


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/url?rct=j&sa=t&url=https://site.example/a&ct=ga&cd=CAIy&usg=x",
        "https://news.google.com/news/url?sa=t&fd=R&ct2=us&url=https://site.example/a",
        "https://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=1&url=https%3a%2f%2fsite.example%2fa&c=1",
        "https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9zaXRlLmV4YW1wbGUvYQ&ntb=1",
        "https://feeds.feedblitz.com/~/t/0/0/blog/~https://site.example/a",
        "http://us.rd.yahoo.com/dailynews/rss/world/*https://site.example/a",
        "https://r.search.yahoo.com/_ylt=A/RV=2/RU=https%3a%2f%2fsite.example%2fa/RK=2/RS=x-",
        "https://urldefense.com/v3/__https://site.example/a__;!!abc",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__site.example_a&d=x",
        "https://link.zhihu.com/?target=https%3A//site.example/a",
        "https://flipboard.com/redirect?url=https%3A%2F%2Fsite.example%2Fa",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fsite.example%2Fa&h=x",
        "https://x.r.us-east-1.awstrack.me/L0/https:%2F%2Fsite.example%2Fa",
    ],
)
def test_a_redirector_leads_to_its_target(link: str) -> None:
    """The page itself, wherever its address stands in the link."""
    assert destination(link).rstrip("/").startswith("https://site.example/a")


@pytest.mark.parametrize(
    "link",
    [
        "https://news.google.com/rss/articles/CBMiZ2h0dHBz?oc=5",
        "https://www.google.com/url?url=http://",
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.bing.com/ck/a?u=a1aHR0c%%%",
        "https://site.example/share?url=https://other.example/a",
        "https://web.archive.org/web/2026/https://site.example/a",
        "https://site.example/a",
    ],
)
def test_what_hides_its_target_or_has_none_stays(link: str) -> None:
    """Nothing is guessed."""
    assert destination(link) == link
