"""The doctor finds what is wrong with a home, says what to do, changes nothing, and its exit code is for monitors."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from making import Cli, about, carry, home_at, write_topic
from support import NOON, FakeWeb, rss, rss_item

from feeds.cli.home import topics_of
from feeds.cli.upkeep import findings
from ingest.errors import Failure
from ingest.model import Source, SourceStatus
from ingest.poll_state import Outcome, PublishingRate, SourceState
from ingest.store.facts import Facts
from ingest.store.lock import alone
from ingest.store.upkeep.condition import examine
from topicwire_service import classify_and_publish

GOOD = "http://post.example/feed.xml"


@pytest.fixture
def well(cli: Cli) -> Cli:
    """Return a home in which all is well: polled a minute ago, classified, published."""
    write_topic(cli.home)
    cli.settings["fetch.contact"] = "desk@harbour-post.net"
    made = home_at(cli.home, cli.settings)
    with made.facts() as facts:
        carry(facts, [about(number) for number in range(3)])
        facts.polls.record([(Outcome(Source(GOOD), NOON), SourceState(last_poll=NOON, last_success=NOON, next_poll=NOON))])
        facts.sources.add([Source(GOOD)], NOON)
        classify_and_publish(made, facts, topics_of(made))
    return cli


def failing(url: str, since: timedelta | None, error: str = "no answer") -> tuple[Outcome, SourceState]:
    """Return a failed poll of a source that answered last so long ago, or never."""
    good = None if since is None else NOON - since
    state = SourceState(last_poll=NOON, last_success=good, error=error, failures=9, next_poll=NOON)
    return Outcome(Source(url), NOON, error=error, failure=Failure.SERVER), state


def found(cli: Cli, *options: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the findings by area and state."""
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in cli.rows("doctor", "--json", *options):
        assert list(row) == ["area", "state", "what", "cure"]
        assert (row["state"] == "ok") == (row["cure"] is None), "what is wrong has a cure"
        rows.setdefault((row["area"], row["state"]), []).append(row)
    return rows


def wrong(cli: Cli, *options: str) -> list[str]:
    """Return areas and states of what is not well."""
    return [f"{area} {state}" for area, state in found(cli, *options) if state != "ok"]


def files(home: Path) -> dict[str, bytes]:
    """Return every file of a home with its bytes."""
    return {str(path): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_a_home_that_is_well_says_so(well: Cli) -> None:
    """Every area has a line, the exit code is 0, and not a byte of the home is changed."""
    before = files(well.home)
    done = well("doctor", "--full")
    assert (done.exit_code, done.stderr) == (0, "")
    areas = [line.split()[1] for line in done.stdout.splitlines()]
    assert areas == ["versions", "disk", "settings", "clock", "database", "topics", "polling", "sources", "files"]
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"ok"}
    assert files(well.home) == before


def test_a_missing_home_is_a_mistake_and_an_empty_one_is_not(tmp_path: Path) -> None:
    """A folder that is not there is exit code 2; one without a database has a warning, and none is made."""
    assert Cli(tmp_path / "mistyped")("doctor").exit_code == 2
    (tmp_path / "new").mkdir()
    cli = Cli(tmp_path / "new")
    assert "database warning" in wrong(cli)
    assert cli("doctor").exit_code == 0
    assert cli("doctor", "--strict").exit_code == 3
    assert list((tmp_path / "new").iterdir()) == []


def test_settings_that_cannot_be_read_are_a_finding(well: Cli) -> None:
    """A monitor gets its object also then, and exit code 1."""
    (well.home / "topicwire.toml").write_text("[fetch]\ntimeuot = 1\n", encoding="utf-8")
    (one,) = found(well)["settings", "failed"]
    assert ("timeuot" in one["what"], one["cure"]) == (True, 'did you mean "timeout"?')
    assert well("doctor").exit_code == 1
    assert well("items").exit_code == 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"fetch.contact": ""}, "fetch.contact is not set"),
        ({"fetch.contact": "mailto:you@example.org"}, "is a placeholder"),
        ({"service.bind": "0.0.0.0:8080"}, "lets others in"),
        ({"publish.hub": "https://hub.example/"}, "the hub cannot reach"),
    ],
)
def test_settings_that_may_not_be_meant_are_warnings(well: Cli, settings: dict[str, str], words: str) -> None:
    """They are valid, so the program goes on."""
    well.settings |= settings
    (one,) = found(well)["settings", "warning"]
    assert words in one["what"]
    assert well("doctor").exit_code == 0


@pytest.mark.parametrize("damage", ["page", "text", "empty"])
def test_damage_is_found(well: Cli, damage: str) -> None:
    """A broken page, another file, an empty file: one line with the cure, exit code 1."""
    path = well.home / "topicwire.db"
    with Facts(path) as facts:
        facts.tidy()
    data = bytearray(path.read_bytes())
    if damage == "page":
        data[4096 * 6 : 4096 * 9] = b"\xa5" * 4096 * 3
    path.write_bytes({"page": bytes(data), "text": b"no database " * 900, "empty": b""}[damage])
    (one,) = found(well)["database", "failed"]
    assert "topicwire restore" in one["cure"]
    assert "\n" not in one["what"]
    assert well("doctor").exit_code == 1


def test_a_newer_and_an_older_schema_are_told_apart(well: Cli) -> None:
    """A newer one is a failure; an older one is brought up to date by itself, and not by the doctor."""
    path = well.home / "topicwire.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("delete from _sqlite_migrations where name = 'revisions'")
        db.commit()
    assert "database warning" in wrong(well)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select 1 from _sqlite_migrations where name = 'revisions'").fetchone() is None
        db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values ('feeds', 'of_tomorrow', '')")
        db.commit()
    assert "database failed" in wrong(well)


def test_a_long_check_is_ended(well: Cli) -> None:
    """A large database does not keep a monitor waiting: that it was not checked whole is said."""
    path, now = well.home / "topicwire.db", NOON
    with Facts(path) as facts:
        carry(facts, [about(number, "ferry " * 50) for number in range(100, 900)])

    def later() -> Any:
        nonlocal now
        now += timedelta(hours=1)
        return now

    state = examine(path, later, timedelta(seconds=5))
    assert (state.is_fully_checked, state.fault, state.items) == (False, "", 803)
    assert examine(path, later, None).is_fully_checked


def test_a_clock_that_was_put_back_is_found(well: Cli) -> None:
    """What is stored lies in the future."""
    well.clock.set(NOON - timedelta(days=3))
    (one,) = found(well)["clock", "failed"]
    assert "2026-03-02 12:00" in one["what"]
    assert "2026-02-27 12:00" in one["what"]


def test_topics_without_a_file_and_broken_ones_are_found(well: Cli) -> None:
    """A feed is served on without its topic; a broken file is named with its cure."""
    (well.home / "topics" / "harbour.toml").rename(well.home / "topics" / "quay.toml")
    (well.home / "topics" / "broken.toml").write_text("title = 3", encoding="utf-8")
    rows = found(well)
    assert "harbour has no topic file in force" in rows["topics", "warning"][0]["what"]
    assert "broken.toml" in rows["topics", "failed"][0]["what"]


def test_polling_that_has_stopped_is_a_failure(well: Cli) -> None:
    """Due sources and no poll for an hour; that a service holds the home is said beside it."""
    well.clock.forward(minutes=50)
    assert wrong(well) == []
    well.clock.forward(hours=3)
    (one,) = found(well)["polling", "failed"]
    assert "2026-03-02 12:00 UTC, though 1 sources are due; no service is running" in one["what"]
    with alone(well.home, "run"):
        (one,) = found(well)["polling", "failed"]
    assert "(`topicwire run`) is running" in one["what"]


def test_sources_with_trouble_are_named(well: Cli) -> None:
    """Dead, gone, silent ones and those with gaps each have a line with a cure; access data in addresses is not shown."""
    rate = PublishingRate(NOON, 900.0, 9e6, 1.0, 10, bytes(336), news=NOON - timedelta(days=60))
    good = SourceState(last_poll=NOON, last_success=NOON, next_poll=NOON)
    silent, gaps = replace(good, publishing_rate=rate), replace(good, gaps=1, last_gap=NOON)
    with Facts(well.home / "topicwire.db") as facts:
        facts.sources.add([Source(f"http://{name}.example/") for name in ("gone", "late", "silent", "gaps")], NOON)
        facts.sources.add([Source("http://me:hush@dead.example/")], NOON)
        facts.polls.record([failing("http://me:hush@dead.example/", None), failing("http://late.example/", timedelta(hours=3))])
        facts.polls.record([(Outcome(Source("http://silent.example/"), NOON), silent)])
        facts.polls.record([(Outcome(Source("http://gaps.example/"), NOON), gaps)])
        with facts.transaction():
            facts.sources.set_status("http://gone.example/", SourceStatus.GONE)
    said = [row["what"] for row in found(well)["sources", "warning"]]
    assert [line.split(": ")[1] for line in said] == [
        "http://dead.example/",
        "http://gone.example/",
        "http://silent.example/",
        "http://gaps.example/",
    ]
    assert "hush" not in well("doctor").output


def test_a_list_with_old_addresses_is_found(well: Cli) -> None:
    """A permanent redirect was followed; the owner's list still has the address from before."""
    old = "http://old.example/feed"
    well.poll(old)
    with Facts(well.home / "topicwire.db") as facts:
        facts.sources.add([Source(old)], NOON)
        state = SourceState(last_poll=NOON, last_success=NOON, next_poll=NOON)
        facts.polls.record([(Outcome(Source(old), NOON, moved=GOOD), state)])
    assert any(old in row["what"] for row in found(well)["sources", "warning"])
    (well.home / "sources.opml").write_text("no list", encoding="utf-8")
    assert "sources failed" in wrong(well)


def test_published_files_are_compared_with_the_database(well: Cli) -> None:
    """Missing and cut files are failures, other bytes of the same size are found with --full, and strangers are warnings."""
    feed = well.home / "public" / "harbour.atom"
    whole = feed.read_bytes()
    feed.write_bytes(whole.replace(b"Harbour", b"harbour"))
    assert wrong(well) == []
    assert wrong(well, "--full") == ["files failed"]
    feed.write_bytes(whole[:100])
    assert wrong(well) == ["files failed"]
    feed.unlink()
    (one,) = found(well)["files", "failed"]
    assert (one["cure"], "public/harbour.atom" in one["what"]) == ("run `topicwire publish`", True)
    well("publish")
    assert wrong(well) == []
    (well.home / "public" / "harbour.archive-7.atom").write_bytes(whole)
    assert wrong(well) == ["files warning"]


def test_a_hub_that_was_not_told_is_a_warning(well: Cli) -> None:
    """The feed, the tries and the hub's last word are in the line."""
    well.settings |= {"publish.hub": "https://hub.example/", "service.base_url": "https://feeds.harbour-post.net"}
    assert found(well)["hub", "ok"]
    with Facts(well.home / "topicwire.db") as facts, facts.transaction():
        facts.database.execute(
            "insert into outbox (path, hub, tries, error) values ('public/harbour.atom', 'https://hub.example/', 4, 'it said 500')"
        )
    (one,) = found(well)["hub", "warning"]
    assert "after 4 tries: it said 500" in one["what"]


def test_the_network_is_asked_only_on_request(well: Cli, web: FakeWeb) -> None:
    """A source that answered before is asked once; no answer is a failure."""
    url = web.serve("/feed", rss(rss_item()))
    well.settings["fetch.allow"] = web.allow
    before = NOON - timedelta(hours=1)
    with Facts(well.home / "topicwire.db") as facts:
        facts.sources.retire(GOOD)
        facts.sources.add([Source(url)], before)
        facts.polls.record([(Outcome(Source(url), before), SourceState(last_poll=before, last_success=before, next_poll=NOON))])
    wrong(well)
    assert web.calls == []
    assert found(well, "--network")["network", "ok"]
    assert web.paths() == ["/feed"]
    web.close()
    assert found(well, "--network")["network", "failed"]
    web.reopen()


def test_sizes_and_lists_are_short() -> None:
    """A line holds a number for people, and the first names of many."""
    assert [findings.size(count) for count in (12, 1_500, 2_340_000, 7e9)] == ["12 bytes", "1.5 kB", "2.3 MB", "7.0 GB"]
    assert (findings.some("abc"), findings.some("abcde")) == ("a, b, c", "a, b, c and 2 more")


def test_the_lines_are_json_on_request(well: Cli) -> None:
    """One object a line, whatever is in it."""
    assert all(json.loads(line)["state"] == "ok" for line in well("doctor", "--json").stdout.splitlines())


def test_what_other_users_can_read_is_named(well: Cli) -> None:
    """The database is for its owner alone; it, the log or a file with a password that others can read is a warning."""
    assert (well.home / "topicwire.db").stat().st_mode & 0o077 == 0
    settings = well.home / "topicwire.toml"
    settings.write_text('[service]\nbind = "127.0.0.1:8080"\n', "utf-8")
    settings.chmod(0o644)
    assert ("rights", "warning") not in found(well)
    settings.write_text('[service]\nreview_token = "a long random text that nobody guesses"\n', "utf-8")
    (well.home / "topicwire.db").chmod(0o644)
    (warned,) = found(well)["rights", "warning"]
    assert warned["what"] == "every user of this computer can read topicwire.db, topicwire.toml"
