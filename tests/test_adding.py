from pathlib import Path
from typing import Final

import pytest
from making import Cli, write_topic
from processes import free_port
from support import TEXT, FakeWeb, Page, rss, rss_item

FEED = rss(rss_item("The ferry", "http://harbour.example/1"))


@pytest.fixture
def cli(home: Path, web: FakeWeb) -> Cli:
    """Return the command, in an empty home that may ask the web."""
    made = Cli(home)
    made.settings["fetch.allow"] = web.allow
    return made


def page(*feeds: str) -> str:
    """Return a page that names these feeds."""
    return (
        "<html><head>"
        + "".join(f'<link rel="alternate" type="application/rss+xml" href="{url}">' for url in feeds)
        + "</head></html>"
    )


def urls(cli: Cli) -> list[str]:
    """Return the addresses that are polled."""
    return [row["url"] for row in cli.rows("sources", "list", "--json")]


def test_a_feed_is_asked_once_when_it_is_added(cli: Cli, web: FakeWeb) -> None:
    """What came is kept: neither the next pass nor adding it again asks another time."""
    url = web.serve("/rss", FEED)
    assert cli("sources", "add", url).stderr.splitlines()[-1] == "1 added, 0 already there"
    cli("poll")
    assert cli("sources", "add", url, url + "#top").stderr == "0 added, 2 already there\n"
    assert web.paths() == ["/rss"]
    assert [row["title"] for row in cli.rows("items", "--json")] == ["The ferry"]


def test_a_site_gives_way_to_its_feed(cli: Cli, web: FakeWeb) -> None:
    """The one feed that a page names is asked and added in its place."""
    url = web.serve("/", page("/rss"), content_type="text/html")
    web.serve("/rss", FEED)
    result = cli("sources", "add", url)
    assert (result.exit_code, result.stderr.splitlines()) == (
        0,
        [
            f"{url}: a page; its feed is {web.url('/rss')}",
            f"{web.url('/rss')}: The Harbour Post; 1 entry; languages: unknown 1; no topic matches",
            "1 added, 0 already there",
        ],
    )
    cli("poll")
    assert (urls(cli), web.paths()) == ([web.url("/rss")], ["/", "/rss"])


def test_a_site_whose_feed_is_polled_adds_nothing(cli: Cli, web: FakeWeb) -> None:
    """Its feed is there already, and what is known of polling it stays."""
    feed = web.serve("/rss", FEED)
    cli("sources", "add", feed)
    before = cli.rows("sources", "list", "--json")
    result = cli("sources", "add", web.serve("/", page("/rss"), content_type="text/html"))
    assert result.stderr.splitlines() == [
        f"{web.url('/')}: a page; its feed {feed} is polled already",
        "0 added, 1 already there",
    ]
    assert cli.rows("sources", "list", "--json") == before


def test_of_several_feeds_a_person_chooses(cli: Cli, web: FakeWeb) -> None:
    """They are listed, and nothing is added."""
    url = web.serve("/", page("/rss", "/news"), content_type="text/html")
    result = cli("sources", "add", url)
    assert (result.exit_code, result.stderr.splitlines()) == (
        1,
        [
            f"{url}: a page that names 2 feeds; add the one that you mean:",
            f"  {web.url('/rss')}",
            f"  {web.url('/news')}",
            "0 added, 0 already there, 1 refused",
        ],
    )
    assert urls(cli) == []


def test_a_page_that_names_none_is_helped_by_usual_paths(cli: Cli, web: FakeWeb) -> None:
    """A few are tried, one after the other, and the first feed is taken with what it brought."""
    url = web.serve("/blog/", "<html></html>", content_type="text/html")
    web.serve("/atom.xml", FEED)
    assert cli("sources", "add", url).exit_code == 0
    assert (urls(cli), web.paths()) == ([web.url("/atom.xml")], ["/blog/", "/feed", "/rss.xml", "/atom.xml"])
    assert web.most_at_once == 1


def test_a_site_without_a_feed_is_said(cli: Cli, web: FakeWeb) -> None:
    """None named, none at the usual paths: it is not added."""
    url = web.serve("/", "<html></html>", content_type="text/html")
    result = cli("sources", "add", url)
    assert result.exit_code == 1
    assert "it names no feed" in result.stderr
    assert urls(cli) == []


def test_a_feed_that_fails_is_added_with_its_cause(cli: Cli, web: FakeWeb) -> None:
    """The server answered, so its answer counts as the first poll."""
    result = cli("sources", "add", web.fail("/rss", 503))
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (0, "1 added, 0 already there")
    assert "has trouble of its own (503)" in result.stderr
    cli("poll")
    assert web.paths() == ["/rss"]


def test_a_feed_that_has_moved_is_added_where_it_is(cli: Cli, web: FakeWeb) -> None:
    """And its old address means the same source from then on."""
    web.redirect("/old", "/new", 301)
    web.serve("/new", FEED)
    cli("sources", "add", web.url("/old"))
    assert urls(cli) == [web.url("/new")]
    assert cli("sources", "add", web.url("/old")).stderr == "0 added, 1 already there\n"
    assert cli("sources", "remove", web.url("/old")).exit_code == 0
    assert urls(cli) == []


def test_a_source_that_is_gone_starts_again_when_a_person_says_so(cli: Cli, web: FakeWeb) -> None:
    """sources.opml alone does not wake it, adding it does."""
    url = web.fail("/rss", 410)
    cli.poll(url)
    for _ in range(2):
        cli.clock.forward(days=9)
        cli("poll")
        cli.poll(url, web.serve(f"/other-{len(web.calls)}", FEED))
    assert web.paths().count("/rss") == 1
    web.serve("/rss", FEED)
    assert cli("sources", "add", url).stderr.splitlines()[-1] == "1 added, 0 already there"
    assert [row["status"] for row in cli.rows("sources", "list", "--json") if row["url"] == url] == ["active"]


# What is said


def test_what_was_found_is_said(cli: Cli, web: FakeWeb) -> None:
    """Its title, how many entries, in which languages, and which topics they are for; without entries nothing is guessed."""
    write_topic(cli.home)
    english = rss_item("The ferry leaves the harbour", "http://harbour.example/1", text=TEXT)
    german = rss_item(
        "Der Markt beginnt", "http://harbour.example/2", text="Am Morgen kamen die Leute mit Fisch und Blumen zum Markt."
    )
    url = web.serve("/rss", rss(english, german, title="Two <i>tongues</i>"))
    empty, untitled = web.serve("/empty", rss()), web.serve("/untitled", rss(german, title=""))
    lines = cli("sources", "add", url, empty, untitled).stderr.splitlines()
    assert lines == [
        f"{url}: Two tongues; 2 entries; languages: de 1, en 1; topics: harbour 1",
        f"{empty}: The Harbour Post; no entries",
        f"{untitled}: (no title); 1 entry; languages: de 1; no topic matches",
        "3 added, 0 already there",
    ]


@pytest.fixture
def wrong(cli: Cli, web: FakeWeb) -> dict[str, str]:
    """Return an address for each way to fail."""
    cli.settings |= {"fetch.allow": "127.0.0.0/8", "fetch.max_megabytes": "1"}
    secure = web.url("/").replace("http:", "https:")
    return {
        "name": "http://nobody.invalid/feed",
        "refused": f"http://127.0.0.1:{free_port()}/",
        "silent": web.serve("/silent", FEED, delay=2),
        "drips": web.drip("/drips"),
        "tls": secure,
        "private": "http://10.0.0.1/feed",
        "empty": web.serve("/nothing", b""),
        "page": web.serve("/page", "<html><body>Hello</body></html>", content_type="text/html"),
        "text": web.serve("/text", "Hello, I am no feed."),
        "large": web.bomb("/large", 3),
        "404": web.fail("/404", 404),
        "401": web.fail("/401", 401),
        "410": web.fail("/410", 410),
        "429": web.fail("/429", 429),
        "503": web.fail("/503", 503),
    }


PASSES: Final = "this may pass by itself, tried again at 2026-03-02T12:"


@pytest.mark.parametrize(
    ("what", "said", "temporary"),
    [
        ("name", "the name nobody.invalid cannot be looked up; check its spelling", False),
        ("refused", "no connection: connection refused", True),
        ("silent", "no complete answer within 0.6 s", True),
        ("drips", "no complete answer within 0.6 s", True),
        ("tls", "no secure connection: ", False),
        ("private", 'the private address 10.0.0.1 may not be contacted; if it is yours, add "10.0.0.1:80" to fetch.allow', False),
        ("empty", "the document is empty", False),
        ("page", "it names no feed", False),
        ("text", "not RSS, Atom or RDF", False),
        ("large", "larger than 1 MB", False),
        ("404", "has nothing there (404)", False),
        ("401", "asks for a password (401)", False),
        ("410", "gone for good (410)", False),
        ("429", "asks us to slow down (429)", True),
        ("503", "has trouble of its own (503)", True),
    ],
)
def test_every_failure_is_told_in_its_own_words(cli: Cli, wrong: dict[str, str], what: str, said: str, *, temporary: bool) -> None:
    """What may pass by itself is added and tried again soon; what will not is added only when told to."""
    if what in {"silent", "drips"}:
        cli.settings["fetch.timeout"] = "0.6"  # for these alone: the others answer, however long a busy computer takes
    url = wrong[what]
    result = cli("sources", "add", url)
    line = result.stderr.splitlines()[0]
    assert line.startswith(f"{url}: ")
    assert said in line
    assert (PASSES in line) is temporary
    assert line.endswith("; not added: --anyway adds it all the same") is not temporary
    assert (result.exit_code, urls(cli)) == ((0, [url]) if temporary else (1, []))
    if not temporary:
        again = cli("sources", "add", "--anyway", url)
        assert "added all the same: this will not pass by itself" in again.stderr
        assert (again.exit_code, urls(cli)) == (0, [url])


def test_the_good_are_added_beside_the_bad(cli: Cli, web: FakeWeb, wrong: dict[str, str]) -> None:
    """Each address has its own line, and the exit code says that not all were added."""
    result = cli("sources", "add", wrong["page"], web.serve("/good", FEED), wrong["503"], wrong["name"])
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 5)
    assert result.stderr.splitlines()[-1] == "2 added, 0 already there, 2 refused"
    assert "online" not in result.stderr


def test_when_no_name_is_known_it_may_be_us(cli: Cli) -> None:
    """Where nothing but look-ups failed, the network is named."""
    result = cli("sources", "add", "http://one.invalid/", "http://two.invalid/")
    assert "is this computer online?" in result.stderr.splitlines()
    assert urls(cli) == []


# Lists at an address


def opml(*addresses: str) -> str:
    """Return a list."""
    return "<opml><body>" + "".join(f'<outline xmlUrl="{url}"/>' for url in addresses) + "</body></opml>"


def test_a_list_at_an_address_is_read_by_schedule(cli: Cli, web: FakeWeb) -> None:
    """What it names is polled, what it names no longer is not, and once a day is enough."""
    one, two = web.serve("/1", FEED), web.serve("/2", FEED)
    url = web.serve("/list", opml(one, two, "exec:ls"), etag='"1"')
    assert cli("sources", "add", "--list", url).stderr == "1 added, 0 already there\n"
    cli("poll")
    assert urls(cli) == [url, one, two]
    cli("poll")
    web.serve("/list", opml(two), etag='"2"')
    cli.clock.forward(hours=25)
    cli("poll")
    assert urls(cli) == [url, two]
    assert web.paths().count("/list") == 2


def test_a_list_that_fails_retires_nothing(cli: Cli, web: FakeWeb) -> None:
    """Its feeds go on, and the cause is said and listed."""
    one = web.serve("/1", FEED)
    url = web.serve("/list", opml(one))
    cli("sources", "add", "--list", url)
    cli("poll")
    for page_ in (Page(500), Page(body=b"<html>no list</html>"), Page(body=b"")):
        web.put("/list", page_)
        cli.clock.forward(days=8)
        cli("poll")
        assert urls(cli) == [url, one]
        assert [row["failures"] > 0 for row in cli.rows("sources", "list", "--json")] == [True, False]


def test_somebody_elses_list_names_no_secret(cli: Cli, web: FakeWeb) -> None:
    """A list at an address cannot have this computer's variables sent anywhere; it is said, and the feed is polled."""
    one = web.serve("/1", FEED)
    outline = f'<outline xmlUrl="{one}" tw:header="X-Key=HOME" tw:auth="HOME" tw:ca="/etc/passwd" tw:shortest="2h"/>'
    web.serve("/list", f"<opml><body>{outline}</body></opml>")
    cli("sources", "add", "--list", web.url("/list"))
    assert f"{one}: tw:auth, tw:header and tw:ca count in lists of your own alone" in cli("poll").stderr
    assert web.paths() == ["/list", "/1"]
    assert not {"authorization", "x-key"} & set(web.calls[1].headers)


def test_a_source_of_ones_own_outlives_a_list(cli: Cli, web: FakeWeb) -> None:
    """What was added by command stays when a list no longer names it."""
    one = web.serve("/1", FEED)
    url = web.serve("/list", opml(one), etag='"1"')
    cli("sources", "add", one)
    cli("sources", "add", "--list", url)
    cli("poll")
    web.serve("/list", opml(web.serve("/2", FEED)), etag='"2"')
    cli.clock.forward(days=2)
    cli("poll")
    assert one in urls(cli)


def test_settings_travel_with_the_export(cli: Cli, web: FakeWeb, tmp_path: Path) -> None:
    """The export holds the settings of each source, and imported elsewhere it makes the same set."""
    file = tmp_path / "list.opml"
    outline = (
        f'<outline xmlUrl="{web.serve("/1", FEED)}" text="P" category="quay" tw:shortest="2h" tw:auth="LOGIN" tw:expect="3d"/>'
    )
    file.write_text(f'<opml xmlns:tw="urn:x-topicwire:source:1"><body><outline text="N">{outline}</outline></body></opml>', "utf-8")
    cli("sources", "import", file)
    exported = cli("sources", "export").stdout
    other = Cli(tmp_path / "other")
    again = tmp_path / "again.opml"
    again.write_text(exported, "utf-8")
    other("sources", "import", again)
    assert other("sources", "export").stdout == exported
    (row,) = other.rows("sources", "list", "--json")
    assert (row["settings"]["shortest"], row["settings"]["auth"], row["settings"]["tags"]) == (7_200, "LOGIN", ["quay"])


def test_tags_of_a_source_are_shown_and_asked_for(cli: Cli, web: FakeWeb, tmp_path: Path) -> None:
    """A tag of a list stands behind its source, and a topic's `source:` finds by it what the source carries."""
    file = tmp_path / "urls"
    file.write_text(f'{web.serve("/1", FEED)} "small town"\n{web.serve("/2", FEED)}\n', "utf-8")
    cli("sources", "import", file)
    assert [line.count("#small town") for line in cli("sources", "list").stdout.splitlines()] == [1, 0]
    assert [row["tags"] for row in cli.rows("sources", "status", "--json")].count(["small town"]) == 1
    (cli.home / "topics").mkdir()
    (cli.home / "topics" / "town.toml").write_text(TOWN, "utf-8")
    cli("poll", "--all")
    assert [row["tags"] for row in cli.rows("items", "--json")] == [["town"]]


TOWN = """\
title = "Small towns"
description = "What small towns publish."
means = ["Anything of theirs."]
query = 'source:"small town"'

[[example]]
tagged = false
text = "Of a city."
"""
