from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import HARBOUR, Cli, about, carry, home_at, write_topic
from served_site import Site, served

from feeds.store.grants import Grants
from feeds.store.migrations import migrations
from ingest.store.facts import Facts

SECRET = HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]").replace("Harbour news", "Quiet news")
PATHS = ("/", "/index.opml", "/index.html", "/search", "/search?q=ferry", "/search.atom?q=ferry", "/metrics", "/readyz")


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home with a public and a private topic, classified and published."""
    write_topic(home)
    write_topic(home, SECRET, "secret")
    with home_at(home).facts() as facts:
        carry(facts, [about(1)])
    made = Cli(home)
    made.poll()
    made.settings |= {"service.base_url": "https://feeds.example", "publish.hub": "https://hub.example/"}
    assert made("run", "--once").exit_code == 0
    return made


@pytest.fixture
def site(cli: Cli) -> Iterator[Site]:
    """Serve it."""
    with served(home_at(cli.home, cli.settings, cli.clock)) as opened:
        yield opened


def grant(cli: Cli, name: str = "ann") -> list[str]:
    """Return somebody addresses; give the paths of them."""
    return [urlsplit(line).path for line in cli("feeds", "grant", "secret", name).stdout.splitlines()]


def used(cli: Cli) -> list[str | None]:
    """Return when each address was last used."""
    return [row["used"] for row in cli.rows("feeds", "list", "--json")]


# Given


def test_an_address_of_ones_own_opens_a_private_feed(cli: Cli, site: Site) -> None:
    """All three formats are read at addresses that nobody can guess; caches keep them for one, robots leave them alone."""
    paths = grant(cli)
    assert [path.rpartition(".")[2] for path in paths] == ["atom", "json", "rss"]
    assert all(len(path.split("/")[2]) >= 43 for path in paths)
    for path in paths:
        answer = site.ask(path)
        assert (answer.status, b"Story 1" in answer.body) == (200, True)
        assert answer.headers["cache-control"] == "private, max-age=300"
        assert answer.headers["x-robots-tag"].startswith("noindex")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert site.ask(path, if_none_match=answer.headers["etag"]).status == 304
        assert site.ask(path, "HEAD").body == b""
    assert site.ask(paths[0], accept_encoding="gzip").headers["content-encoding"] == "gzip"


def test_the_feed_does_not_say_its_address(cli: Cli, site: Site) -> None:
    """No self link, no hub, no token is in the feed or in its headers: a copy of it opens nothing."""
    for path in grant(cli):
        answer = site.ask(path)
        assert path.split("/")[2] not in answer.text + repr(answer.headers)
        assert "link" not in answer.headers
        assert not [link for link in feedparser.parse(answer.body).feed.get("links", []) if link.rel in {"self", "hub"}]


def test_everybody_has_an_address_of_their_own(cli: Cli, site: Site) -> None:
    """Taking one back takes no other; and nobody gets two under one name."""
    ann, bob = grant(cli)[0], grant(cli, "bob")[0]
    assert ann != bob
    assert "already has an address" in cli("feeds", "grant", "secret", "bob").stderr
    assert cli("feeds", "revoke", "secret", "ann").exit_code == 0
    assert (site.ask(ann).status, site.ask(bob).status) == (410, 200)


def test_a_public_topic_needs_no_grant(cli: Cli) -> None:
    """Granting what everybody may read, or what does not exist, is a mistake that says its cure."""
    result = cli("feeds", "grant", "harbour", "ann")
    assert (result.exit_code, result.stderr.count("private = true")) == (2, 1)
    assert cli("feeds", "grant", "nothing", "ann").exit_code == 2
    assert cli("feeds", "grant", "secret", " ").exit_code == 2


# Taken back


def test_an_address_that_was_taken_back_is_gone(cli: Cli, site: Site) -> None:
    """It answers 410 for good, also when its owner gets a new one; one that never was is 404, and neither is kept by a cache."""
    old = grant(cli)[0]
    cli("feeds", "revoke", "secret", "ann")
    new = grant(cli)[0]
    assert [site.ask(path).status for path in (old, new)] == [410, 200]
    unknown = site.ask(old.replace(old.split("/")[2], "x" * 43))
    assert (unknown.status, unknown.headers["cache-control"]) == (404, "no-store")
    assert cli("feeds", "revoke", "secret", "nobody").exit_code == 2


# Never seen


def test_nothing_public_names_a_private_topic(cli: Cli, site: Site) -> None:
    """No list, no page, no search, no figure, no public file; and its files are not served without an address."""
    said = [site.ask(path).text for path in PATHS]
    said += [path.read_text("utf-8") for path in (cli.home / "public").rglob("*") if path.suffix not in {".gz", ".br", ""}]
    assert not [text for text in said if "Quiet news" in text or "secret" in text]
    for path in ("/secret.atom", "/private/secret.atom", "/private/", "/private/x/secret.atom", "/../private/secret.atom"):
        assert site.ask(path).status == 404


def test_an_address_opens_one_topic_alone(cli: Cli, site: Site) -> None:
    """What is given for one topic opens no other, no other file, and nothing above."""
    write_topic(cli.home, SECRET, "other")
    cli("run", "--once")
    token = grant(cli)[0].split("/")[2]
    for name in ("other.atom", "harbour.atom", "secret", "..%2fpublic%2fharbour.atom", "secret.atom/", "secret.atom%00", "%2e"):
        assert site.ask(f"/private/{token}/{name}").status == 404


def test_the_database_knows_no_token(cli: Cli) -> None:
    """Whoever reads the database cannot read the feeds: only a hash is in it."""
    token = grant(cli)[0].split("/")[2].encode()
    files = [path for path in cli.home.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if token in path.read_bytes()]


@given(token=st.text(max_size=60))
def test_no_other_text_is_a_token(shared: Facts, token: str) -> None:
    """Whatever is tried, nothing but the token itself opens anything."""
    assert Grants(shared).find(token) is None


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    """Open a database with one grant."""
    made = home_at(tmp_path_factory.mktemp("home"))
    with made.facts() as facts:
        Grants(facts).give("secret", "ann", "t" * 43, made.clock())
        yield facts


# Seen by the owner


def test_the_owner_sees_who_reads(cli: Cli, site: Site) -> None:
    """The list shows who, since when, and the last use, noted at most every ten minutes."""
    path = grant(cli)[0]
    assert used(cli) == [None]
    site.ask(path)
    first = used(cli)
    cli.clock.forward(minutes=9)
    site.ask(path)
    assert used(cli) == first == ["2026-03-02T12:00:00Z"]
    cli.clock.forward(minutes=1)
    site.ask(path, if_none_match="*")
    assert used(cli) == ["2026-03-02T12:10:00Z"]
    assert cli("feeds", "list").stdout == "secret  ann  [given 2026-03-02T12:00:00Z, last used 2026-03-02T12:10:00Z]\n"
    cli("feeds", "revoke", "secret", "ann")
    assert "[revoked 2026-03-02T12:10:00Z" in cli("feeds", "list").stdout


def test_a_use_that_cannot_be_noted_is_served(cli: Cli, site: Site) -> None:
    """While another process writes for long, a subscriber still gets the feed."""
    path = grant(cli)[0]
    with home_at(cli.home).facts() as facts, facts.transaction():
        assert site.ask(path).status == 200
    assert used(cli) == [None]


@pytest.mark.usefixtures("by_migrations")
def test_an_older_database_opens_and_keeps_its_rows(home: Path) -> None:
    """A database from before there were grants gets their table beside what it had."""
    with home_at(home).facts() as facts:
        carry(facts, [about(1)])
        before = [step for step in migrations.pending(facts.database.schema) if step.name != "subscribers"]
        migrations.apply(facts.database.schema, stop_before="subscribers")
        assert before
        assert "grant" not in facts.database.schema.table_names()
        Grants(facts).give("secret", "ann", "token", home_at(home).clock())
        assert len(list(facts.items.all())) == 1


def test_nothing_is_served_where_there_is_no_database(home: Path) -> None:
    """A folder that is served before anything was stored has no private feed, and asking makes no database."""
    with served(home_at(home)) as opened:
        assert opened.ask("/private/x/secret.atom").status == 404
    assert list(home.iterdir()) == []
