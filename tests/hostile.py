"""Documents made to stop, fill or trick a reader: each by its name, made when asked for."""

from collections.abc import Callable
from typing import Final

_HEAD: Final = '<?xml version="1.0"?>'


def _rss(item: str = "", before: str = "", channel: str = "") -> bytes:
    text = "<title>One</title><link>http://a.example/1</link>"
    return f'{_HEAD}{before}<rss version="2.0"><channel><title>T</title>{channel}<item>{text}{item}</item></channel></rss>'.encode()


def _entities(levels: int, width: int) -> str:
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * width}">' for n in range(1, levels + 1))
    return f'<!DOCTYPE rss [<!ENTITY e0 "ha">{steps}]>'


_SOUND: Final = ' a{n}="{n}"'
_BARE: Final = " a{n}={n}"
_SPACES: Final = ' xmlns:a{n}="u:{n}"'


def _numbered(form: str) -> str:
    return "".join(form.replace("{n}", str(n)) for n in range(100_000))


def _many(count: int) -> bytes:
    items = "".join(f"<item><title>Story {n}</title><link>http://a.example/{n}</link></item>" for n in range(count))
    return f'{_HEAD}<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()


_EXTERNAL: Final = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_REMOTE: Final = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>'
_XI: Final = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
_LARGE: Final = 15 * 1024 * 1024  # what a fetch lets through

DOCUMENTS: Final[dict[str, Callable[[], bytes]]] = {
    "100,000 nested tags": lambda: _rss("<a>" * 100_000 + "</a>" * 100_000),
    "100,000 nested tags in a text": lambda: _rss(f"<description>{'&lt;b&gt;' * 100_000}</description>"),
    "100,000 unclosed tags": lambda: _rss("<a>" * 100_000),
    "100,000 attributes": lambda: _rss(f"<x {_numbered(_SOUND)}/>"),
    "100,000 attributes, broken": lambda: _rss(f"<x {_numbered(_BARE)}/>"),
    "100,000 namespaces": lambda: _rss(f"<x {_numbered(_SPACES)}/>"),
    "200,000 entries": lambda: _many(200_000),
    "200,000 entries, broken": lambda: _many(200_000).replace(b"</channel></rss>", b"&nope;"),
    "a body as large as a fetch lets through": lambda: _rss(f"<description>{'word ' * (_LARGE // 5)}</description>"),
    "a large body of markup": lambda: _rss(f"<description>{'&lt;p&gt;x&lt;/p&gt;' * (_LARGE // 22)}</description>"),
    "billion laughs": lambda: _rss("<description>&e12;</description>", _entities(12, 10)),
    "quadratic blow-up": lambda: _rss(
        f"<description>{'&q;' * 50_000}</description>", f'<!DOCTYPE rss [<!ENTITY q "{"q" * 50_000}">]>'
    ),
    "external entity": lambda: _rss("<description>&x;</description>", _EXTERNAL),
    "external entity in a title": lambda: _rss(channel="<title>&x;</title>", before=_EXTERNAL),
    "remote document type": lambda: _rss(before=_REMOTE),
    "entity in an attribute": lambda: _rss('<enclosure url="&e9;"/>', _entities(9, 10)),
    "XInclude": lambda: _rss(f"<description>{_XI}</description>{_XI}"),
    "style sheet": lambda: _rss(before='<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>'),
    "comments": lambda: _rss("<!-- x -->" * 500_000),
    "processing instructions": lambda: _rss("<?x y?>" * 500_000),
    "CDATA sections": lambda: _rss(f"<description>{'<![CDATA[x]]>' * 300_000}</description>"),
    "one long name": lambda: _rss(f"<{'n' * 5_000_000}/>"),
    "one long line of references": lambda: _rss(f"<description>{'&amp;lt;' * 1_000_000}</description>"),
    "spaces": lambda: _rss(f"<title>{' ' * 5_000_000}</title>"),
    "100,000 categories": lambda: _rss("".join(f"<category>c{n}</category>" for n in range(100_000))),
    "100,000 authors": lambda: _rss("".join(f"<author>a{n}@b.example (A)</author>" for n in range(100_000))),
    "a date of digits": lambda: _rss(f"<pubDate>{'1' * 1_000_000}</pubDate>"),
    "deep JSON": lambda: b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 1_000_000,
    "JSON of 200,000 items": lambda: (
        b'{"version": "https://jsonfeed.org/version/1", "items": [' + b'{"id": 1},' * 200_000 + b"{}]}"
    ),
    "a sitemap of comments": lambda: b"<urlset>" + b"<!-- x -->" * 500_000 + b"</urlset>",
}

FILES: Final[dict[str, Callable[[], bytes]]] = {
    "nested.html": lambda: b"<html><body>" + b"<div>" * 100_000 + b"words here",
    "attributes.html": lambda: b"<p" + _numbered(_BARE).encode() + b">words here</p>",
    "tables.html": lambda: b"<table><tr><td>" * 50_000 + b"words here",
    "json-ld.html": lambda: b"<script type='application/ld+json'>" + b'{"@graph":[' * 200_000 + b"</script><p>words here</p>",
    "quotes.md": lambda: b"> " * 100_000 + b"words here",
    "emphasis.md": lambda: b"**a _b " * 100_000,
    "links.md": lambda: b"[" * 100_000 + b"words here" + b"](" * 100_000,
    "front.md": lambda: (
        b"---\na: &a [x]\n" + b"".join(b"b%d: &b%d [*a, *a, *a, *a]\n" % (n, n) for n in range(2_000)) + b"---\nwords here"
    ),
    "nested-front.md": lambda: b"---\n" + b"[" * 50_000 + b"\n---\nwords here",
    "parts.eml": lambda: (
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000)) + b"\nwords"
    ),
    "headers.eml": lambda: b"Subject: x\n" + b"".join(b"X-%d: y\n" % n for n in range(200_000)) + b"\nwords here",
    "encoded.eml": lambda: b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nwords here",
    "addresses.eml": lambda: b"From: " + b"a@b.example, " * 50_000 + b"\n\nwords here",
    "pages.pdf": lambda: b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>\n",
    "line.txt": lambda: b"word " * 3_000_000,
    "lines.txt": lambda: b"a line of words\n" * 500_000,
}
