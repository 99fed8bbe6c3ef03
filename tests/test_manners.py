import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON

from ingest.errors import FetchError, SourceListError
from ingest.formats import newsboat, opml
from ingest.http.conditional import request_for
from ingest.model import Source, SourceSettings
from ingest.poll_state import SourceState
from ingest.polling.sources import parse_list

NAMESPACE = 'xmlns:tw="urn:x-topicwire:source:1"'


def parse(attributes: str, namespace: str = NAMESPACE) -> opml.SourceList:
    """Read a list of one source with these attributes."""
    return opml.parse(
        f'<opml {namespace}><body>\n<outline xmlUrl="http://a.example/" {attributes}/></body></opml>'.encode(), "opml", "s.opml"
    )


def test_settings_are_attributes_of_our_namespace() -> None:
    """Each is read, tags from the category of OPML; those of others are left alone."""
    (source,) = parse(
        'tw:userAgent="Reader/1" tw:auth="A_B" tw:header="X-Key=KEY" tw:shortest="30m" tw:longest="2 d" tw:expect="36h" '
        'category="/News, harbour" other="x"'
    ).sources
    assert source.settings == SourceSettings("Reader/1", "A_B", "X-Key=KEY", 1_800, 172_800, 1.5, ("/News", "harbour"))


def test_the_prefix_alone_will_do() -> None:
    """A list written by hand may forget to declare the namespace."""
    assert parse('tw:shortest="1h"', "").sources[0].settings.shortest == 3_600


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ('tw:shortest="soon"', 'shortest="soon" cannot be; write "30m", "6h" or "2d", five minutes at least'),
        ('tw:shortest="1m"', 'shortest="1m" cannot be'),
        ('tw:longest="0d"', 'longest="0d" cannot be'),
        ('tw:expect="weekly"', 'expect="weekly" cannot be'),
        ('tw:auth="ann:secret"', "name the environment variable that holds user:password"),
        ('tw:header="X-Key: 1"', "write Name=VARIABLE"),
        ('tw:userAgent="a&#10;b"', "userAgent="),
        ('tw:shortes="1h"', 'unknown setting "shortes"; known are: auth, ca, expect, header, longest, shortest, userAgent'),
    ],
)
def test_a_setting_that_cannot_be_is_said(attributes: str, said: str) -> None:
    """The line names place, setting and cure; the source is polled without it."""
    listed = parse(attributes)
    assert [source.settings for source in listed.sources] == [SourceSettings()]
    (line,) = listed.refused
    assert line.startswith("s.opml, line 2: ")
    assert said in line


minutes = st.none() | st.integers(5, 20_000).map(lambda n: n * 60.0)
settings = st.builds(
    SourceSettings,
    user_agent=st.none() | st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True),
    auth=st.none() | st.from_regex(r"[A-Z_]{1,9}", fullmatch=True),
    header=st.none() | st.from_regex(r"[A-Za-z-]{1,9}=[A-Z_]{1,9}", fullmatch=True),
    shortest=minutes,
    longest=minutes,
    expect=st.none() | st.integers(1, 90).map(float),
    tags=st.lists(st.from_regex(r"[a-zé]{1,9}", fullmatch=True), max_size=3).map(tuple),
)


@given(settings)
def test_written_settings_are_read_back(known: SourceSettings) -> None:
    """parse(render(x)) is x."""
    back = opml.parse(opml.render([Source("http://a.example/", settings=known)]), "opml", "x")
    assert (back.refused, [source.settings for source in back.sources]) == ((), [known])


# What goes to the server


def test_secrets_come_from_the_environment() -> None:
    """Basic authentication and a header, by the names of their variables."""
    source = Source("http://a.example/", settings=SourceSettings("R/1", "LOGIN", "X-Key=KEY"))
    request = request_for(source, SourceState(etag='"1"'), NOON, {"LOGIN": "ann:pass", "KEY": "k"})
    assert (request.etag, request.user_agent) == ('"1"', "R/1")
    assert request.secrets == (("Authorization", "Basic YW5uOnBhc3M="), ("X-Key", "k"))
    assert "pass" not in repr(request)
    assert "YW5u" not in repr(request)


@pytest.mark.parametrize("environment", [{}, {"LOGIN": ""}, {"LOGIN": "a\nHost: b"}])
def test_a_missing_secret_is_said(environment: dict[str, str]) -> None:
    """The cause names the variable, never a value."""
    with pytest.raises(FetchError, match="the environment variable LOGIN, which the settings of this source name, is not set"):
        request_for(Source("http://a.example/", settings=SourceSettings(auth="LOGIN")), SourceState(), NOON, environment)


# Lists of other kinds


def test_newsboats_list_is_read() -> None:
    """Addresses, tags, a title of one's own; remarks and hidden marks mean nothing."""
    listed = newsboat.parse(
        b'# mine\nhttp://a.example/ "small towns" quay "~The Post"\n\nhttps://B.example/x#y !hidden\nhttp://a.example:80/ again\n',
        "import",
        "urls",
    )
    assert listed.refused == ()
    assert [(source.url, source.title, source.settings.tags) for source in listed.sources] == [
        ("http://a.example/", "The Post", ("small towns", "quay")),
        ("https://b.example/x", "", ()),
    ]


def test_newsboats_commands_are_refused() -> None:
    """Each with its line; nothing is run."""
    lines = [
        '"exec:rm -rf /"',
        '"filter:sh:http://a.example/"',
        '"query:Q:x"',
        "file:///etc/passwd",
        "http://a.example/",
        '"broken',
    ]
    listed = newsboat.parse("\n".join(lines).encode(), "import", "urls")
    assert [source.url for source in listed.sources] == ["http://a.example/"]
    assert [line.partition(":")[0] for line in listed.refused] == [f"urls, line {n}" for n in (1, 2, 3, 4, 6)]


def test_a_file_without_a_feed_is_no_list() -> None:
    """Words alone are refused with both forms that a list may have."""
    with pytest.raises(SourceListError, match="no feed in it; it should be an OPML file, or a file with an address on each line"):
        parse_list(b"just words\n", "import", "x")


OUTLINE = '<outline text="Café" xmlUrl="http://a.example/"/>'


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + f"<opml><body>{OUTLINE}</body></opml>".encode(),
        f'<?xml version="1.0" encoding="ISO-8859-1"?><opml><body>{OUTLINE}</body></opml>'.encode("latin-1"),
        f"<opml><body>{OUTLINE}</body></opml>".encode("latin-1"),
        f'<?xml version="1.0" encoding="UTF-16"?><opml><body>{OUTLINE}</body></opml>'.encode("utf-16"),
    ],
    ids=["bom", "declared latin-1", "undeclared latin-1", "utf-16"],
)
def test_lists_of_old_programs_are_read(data: bytes) -> None:
    """A byte order mark, Latin-1 declared or not, no version: the names come out right."""
    assert [(source.url, source.title) for source in parse_list(data, "opml", "x").sources] == [("http://a.example/", "Café")]


@pytest.mark.parametrize("other", ["HTTP://A.example/", "http://a.example:80/", "http://a.example", "http://a.example/#top"])
def test_spellings_of_one_address_are_one_source(other: str) -> None:
    """Case, default port, empty path and fragment make no second source."""
    assert len(parse(f'/><outline xmlUrl="{other}"').sources) == 1
