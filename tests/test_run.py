import os
import re
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from making import HARBOUR, Cli, about, carry, home_at, write_topic
from support import TEXT, FakeWeb, rss, rss_item, wait_until

import ingest.cli.console
import ingest.polling.sources
import scheduler
import topicwire_service
from feeds.cli.home import topics_of
from feeds.publication.atomic_files import _UNFINISHED
from feeds.site.publish import publish
from ingest.errors import StoreError
from ingest.model import Source
from ingest.poll_state import SourceState
from ingest.polling.batch import split_by_host
from ingest.store.lock import alone
from ingest.store.polls import Polls
from ingest.store.sources import Sources
from topicwire_service import ServiceTicks

FERRY = rss_item("The ferry leaves the harbour", "http://harbour.example/1", guid="urn:1", text=TEXT)
MARKET = rss_item("The market opens", "http://harbour.example/2", guid="urn:2", text="Fish and flowers.")
BOATS = rss_item("New boats in the harbour", "http://harbour.example/3", guid="urn:3", text="Three of them.")


@pytest.fixture
def cli(home: Path, web: FakeWeb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Return the command in a home with one topic; the starter list is one feed of the fake web."""
    write_topic(home)
    made = Cli(home)
    made.settings["fetch.allow"] = web.allow
    starter = tmp_path / "starter.opml"
    starter.write_text(f'<opml version="2.0"><body><outline xmlUrl="{web.url("/starter")}"/></body></opml>', encoding="utf-8")
    monkeypatch.setattr(ingest.polling.sources, "STARTER", starter)
    return made


def states(cli: Cli) -> dict[str, tuple[bytes, int]]:
    """Return bytes and time of every feed document; pages also tell how polling went, which changes with each pass."""
    files = (path for suffix in ("atom", "json", "rss", "opml") for path in (cli.home / "public").glob(f"*.{suffix}"))
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def polled(cli: Cli) -> list[str]:
    """Return the paths of the sources that are polled."""
    return [re.sub(r"http://[^/]+", "", row["url"]) for row in cli.rows("sources", "list", "--json")]


# run --once


def test_one_pass_takes_feeds_and_seeds_to_a_published_topic(cli: Cli, web: FakeWeb) -> None:
    """Seeds are read, feeds polled, items classified and published, and one line on stderr says how much of each."""
    cli.poll(web.serve("/a", rss(FERRY, MARKET)), web.fail("/b", 503))
    (cli.home / "seeds").mkdir()
    (cli.home / "seeds" / "boat.txt").write_text("A boat\n\nIt lies in the harbour.", encoding="utf-8")
    (cli.home / "seeds" / "README.md").write_text("What may lie here", encoding="utf-8")
    result = cli("run", "--once")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        "2 sources polled, 1 failed; 1 document read; 3 items new, 0 changed; 2 tags given; 19 files written",
        "`topicwire sources status` shows why sources failed",
    ]
    assert {entry.title for entry in cli.published().entries} == {"The ferry leaves the harbour", "A boat"}


def test_a_second_pass_adds_nothing(cli: Cli, web: FakeWeb) -> None:
    """Sources that are due again and serve the same add no item and touch no feed; pages say that there was a pass."""
    cli.poll(web.serve("/a", rss(FERRY), etag='"1"'), web.serve("/b", rss(BOATS)))
    cli("run", "--once")
    before = states(cli)
    cli.clock.forward(days=2)
    result = cli("run", "--once")
    assert result.stderr == "2 sources polled, 0 failed; 0 documents read; 0 items new, 0 changed; 0 tags given; 7 files written\n"
    assert states(cli) == before
    assert web.calls[-2].headers.get("if-none-match", web.calls[-1].headers.get("if-none-match")) == '"1"'


def test_what_is_not_due_is_not_asked(cli: Cli, web: FakeWeb) -> None:
    """A pass right after another asks nobody."""
    cli.poll(web.serve("/a", rss(FERRY)))
    cli("run", "--once")
    assert cli("run", "--once").stderr.startswith("0 sources polled, 0 failed;")
    assert web.paths() == ["/a"]


def test_a_seed_is_read_once(cli: Cli) -> None:
    """A document is read when it is new or changed; one that cannot be read is said once."""
    cli.poll()
    seeds = cli.home / "seeds"
    seeds.mkdir()
    (seeds / "boat.txt").write_text("A boat\n\nIt lies in the harbour.", encoding="utf-8")
    (seeds / "scan.odt").write_bytes(b"PK")
    first = cli("run", "--once").stderr.splitlines()
    assert first[0].startswith("seeds/scan.odt: .odt files are not read; ")
    assert " 1 item new, " in first[1]
    assert cli("run", "--once").stderr == (
        "0 sources polled, 0 failed; 2 documents read; 0 items new, 0 changed; 0 tags given; 0 files written\n"
    )


def test_one_story_from_two_feeds_is_one_entry(cli: Cli, web: FakeWeb) -> None:
    """An article that two feeds carry, under two guids and with tracking, is published once, with both carriers."""
    again = rss_item("The ferry leaves the harbour", "http://harbour.example/1?utm_source=rss", guid="other", text=TEXT)
    cli.poll(web.serve("/a", rss(FERRY)), web.serve("/b", rss(again, title="The Gazette")))
    cli("run", "--once")
    (entry,) = cli.published().entries
    assert "Carried by The Harbour Post; also by The Gazette." in entry.summary
    assert [link.title for link in entry.links if link.rel == "related"] == ["The Gazette"]


def test_a_changed_topic_downloads_nothing(cli: Cli, web: FakeWeb) -> None:
    """Other words reclassify what is stored: the feed changes and no server is asked."""
    cli.poll(web.serve("/a", rss(FERRY, MARKET, BOATS)))
    cli("run", "--once")
    asked = len(web.calls)
    write_topic(cli.home, HARBOUR.replace('"ferry", "ferries", ', ""))
    assert cli("run", "--once").stderr.endswith("0 items new, 0 changed; 1 tag given; 9 files written\n")
    assert [entry.title for entry in cli.published().entries] == ["New boats in the harbour"]
    assert len(web.calls) == asked


def test_an_edited_story_keeps_its_id(cli: Cli, web: FakeWeb) -> None:
    """A new title of a known story changes its entry in place: same id, later `updated`."""
    cli.poll(web.serve("/a", rss(FERRY)))
    cli("run", "--once")
    (before,) = cli.published().entries
    cli.clock.forward(days=1)
    web.serve("/a", rss(FERRY.replace("leaves the harbour", "leaves the harbour late")))
    assert " 0 items new, 1 changed; " in cli("run", "--once").stderr
    (after,) = cli.published().entries
    assert (after.id, after.title) == (before.id, "The ferry leaves the harbour late")
    assert after.updated_parsed > before.updated_parsed


def test_a_story_that_left_its_feed_stays(cli: Cli, web: FakeWeb) -> None:
    """An empty or failing feed removes nothing."""
    cli.poll(web.serve("/a", rss(FERRY)))
    cli("run", "--once")
    before = states(cli)
    for body, status in ((rss(), 200), (b"", 200), (b"gone", 410)):
        cli.clock.forward(days=8)
        web.serve("/a", body, status=status)
        assert cli("run", "--once").exit_code == 0
        assert states(cli) == before


def test_characters_that_no_feed_can_hold_stop_nothing(cli: Cli, web: FakeWeb) -> None:
    """A noncharacter, half a character or a control in any field costs neither its feed nor the publication."""
    poison = [
        rss_item(f"The ferry {ref} of the harbour", f"http://harbour.example/p{n}", guid=f"urn:p{n}", text=f"a {ref} b").replace(
            "&amp;#", "&#"
        )
        for n, ref in enumerate(("&#xFFFE;", "&#xD800;", "&#1;", "&#x85;"))
    ]
    bad_links = [
        f"<item><title>Boats {n} in the harbour</title><link>http://harbour.example/b{n}{ref}</link></item>"
        for n, ref in enumerate(("&#xFFFE;", "&#xD800;", "&#1;", "\x0b"))
    ]
    cli.poll(web.serve("/a", rss(*poison, *bad_links, FERRY)))
    result = cli("run", "--once")
    assert result.stderr.startswith("1 source polled, 0 failed; 0 documents read; 9 items new")
    parsed = cli.published()
    assert not parsed.bozo
    assert len(parsed.entries) == 9


# Which sources


def test_a_fresh_home_polls_the_starter_list(cli: Cli, web: FakeWeb) -> None:
    """With nothing configured the shipped list is polled."""
    web.serve("/starter", rss(FERRY))
    assert cli("run", "--once").stderr.startswith("1 source polled, 0 failed;")
    assert polled(cli) == ["/starter"]


def test_what_was_added_by_command_stands_for_the_starter_list(cli: Cli, web: FakeWeb) -> None:
    """Whoever added a source has chosen: the starter list is not taken."""
    cli("sources", "add", web.serve("/mine", rss(FERRY)))
    cli("run", "--once")
    assert web.paths() == ["/mine"]


def test_an_emptied_list_stays_empty(cli: Cli, web: FakeWeb) -> None:
    """A starter source that was removed does not come back."""
    web.serve("/starter", rss(FERRY))
    cli("run", "--once")
    cli("sources", "remove", web.url("/starter"))
    cli.clock.forward(days=9)
    assert cli("run", "--once").stderr.startswith("0 sources polled")
    assert web.paths() == ["/starter"]


def test_the_owners_list_is_the_owners_word(cli: Cli, web: FakeWeb) -> None:
    """sources.opml takes the place of the starter list; what it no longer lists is polled no more; commands still add."""
    for path in ("/starter", "/a", "/b", "/mine"):
        web.serve(path, rss(FERRY))
    cli("run", "--once")
    cli("sources", "add", web.url("/mine"))
    cli.poll(web.url("/a"), web.url("/b"))
    cli("run", "--once")
    assert polled(cli) == ["/mine", "/a", "/b"]
    cli.poll(web.url("/b"))
    cli("run", "--once")
    assert polled(cli) == ["/mine", "/b"]
    cli.poll(web.url("/a"))
    cli("run", "--once")
    assert polled(cli) == ["/mine", "/a"]


def test_what_the_owners_list_cannot_mean_is_said(cli: Cli, web: FakeWeb) -> None:
    """A line that is no address is named; the others are polled."""
    cli.poll("exec:rm", web.serve("/a", rss(FERRY)))
    first, second = cli("run", "--once").stderr.splitlines()
    assert first == f"{cli.home / 'sources.opml'}, line 1: not an http or https address: exec:rm"
    assert second.startswith("1 source polled")


def test_an_owners_list_that_is_none_stops_the_pass(cli: Cli, web: FakeWeb) -> None:
    """A broken sources.opml exits 2 in one line, and nothing is retired."""
    cli.poll(web.serve("/a", rss(FERRY)))
    cli("run", "--once")
    (cli.home / "sources.opml").write_text("<html/>", encoding="utf-8")
    result = cli("run", "--once")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith(f"topicwire: {cli.home / 'sources.opml'}: no OPML body in it; ")
    assert polled(cli) == ["/a"]


def test_a_failing_source_is_a_row_with_its_cause(cli: Cli, web: FakeWeb) -> None:
    """Sources list shows the cause, since when and when it is asked again; a success clears it."""
    cli.poll(web.fail("/a", 503), web.serve("/b", rss(FERRY)))
    cli("run", "--once")
    bad, good = cli("sources", "list").stdout.splitlines()
    assert re.fullmatch(
        rf"{web.url('/a')}  \[FAILED 1x, last good never, next 2026-03-0\dT[\d:]+Z: "
        r"the server has trouble of its own \(503\); it is tried again later\]",
        bad,
    )
    assert re.fullmatch(rf"{web.url('/b')}  The Harbour Post  \[ok 2026-03-02T12:00:00Z, next 2026-03-0\dT\d\d:\d\d:\d\dZ\]", good)
    web.serve("/a", rss(BOATS))
    cli.clock.forward(days=1)
    cli("run", "--once")
    assert "FAILED" not in cli("sources", "list").stdout


# poll, exit codes, overlapping passes


def test_poll_is_silent_in_a_pipe(cli: Cli, web: FakeWeb) -> None:
    """For cron there is nothing to mail: neither words nor an exit code, even when a source fails."""
    cli.poll(web.serve("/a", rss(FERRY)), web.fail("/b"))
    result = cli("poll")
    assert (result.exit_code, result.output) == (0, "")
    assert len(cli.published().entries) == 1


def test_poll_asks_what_is_due_or_all(cli: Cli, web: FakeWeb) -> None:
    """Without --all only what is due is asked."""
    cli.poll(web.serve("/a", rss(FERRY)))
    for arguments in (("poll",), ("poll",), ("poll", "--all")):
        cli(*arguments)
    assert web.paths() == ["/a", "/a"]


def test_poll_of_all_leaves_alone_who_asked_for_it(cli: Cli, web: FakeWeb) -> None:
    """A server that failed and named a time (Retry-After) is not asked before it, not even with --all."""
    cli.poll(web.fail("/busy", 503, {"Retry-After": "7200"}), web.fail("/down"), web.serve("/well", rss(FERRY)))
    cli("poll", "--all")
    cli.clock.forward(minutes=119)
    cli("poll", "--all")
    assert sorted(web.paths()) == ["/busy", "/down", "/down", "/well", "/well"]
    cli.clock.forward(minutes=2)
    cli("poll", "--all")
    assert web.paths().count("/busy") == 2


@pytest.mark.parametrize("arguments", [("run", "--once"), ("poll", "--all")])
def test_strict_tells_of_failing_sources(cli: Cli, web: FakeWeb, arguments: tuple[str, ...]) -> None:
    """With --strict a pass with a failing source exits 3; without it 0; with none failing 0 either way."""
    cli.poll(web.serve("/a", rss(FERRY)), web.fail("/b"))
    assert cli(*arguments, "--strict").exit_code == 3
    cli.clock.forward(days=9)
    assert cli(*arguments).exit_code == 0
    web.serve("/b", rss(BOATS))
    cli.clock.forward(days=9)
    assert cli(*arguments, "--strict").exit_code == 0


def test_on_a_terminal_a_pass_shows_how_far_it_is(cli: Cli, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person sees a bar and a summary; a program does not."""
    for module in (scheduler, ingest.cli.console):
        monkeypatch.setattr(module, "is_terminal", lambda: True)
    cli.poll(web.serve("/a", rss(FERRY)))
    said = cli("poll").stderr
    assert "polling" in said
    assert "1 source polled" in said


def test_an_overlapping_pass_leaves_quietly(cli: Cli, web: FakeWeb) -> None:
    """While another pass is under way in the home, a pass asks nobody and exits 0; poll says nothing at all."""
    cli.poll(web.serve("/a", rss(FERRY)))
    with alone(cli.home) as free:
        assert free
        once, poll = cli("run", "--once"), cli("poll")
    assert (once.exit_code, once.stderr) == (0, f"process {os.getpid()} is at work in this home; it does the work\n")
    assert (poll.exit_code, poll.output) == (0, "")
    assert web.calls == []
    assert cli("poll").exit_code == 0
    assert web.paths() == ["/a"]


# The ticks of the service


@pytest.fixture
def service(cli: Cli) -> Iterator[ServiceTicks]:
    """Yield the ticks of a service in the home, with an open engine; nobody calls them but the test."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.engine() as engine:
        yield ServiceTicks(made, engine)


def tick(service: ServiceTicks) -> None:
    """Let polling and publication have their turn."""
    service.poll()
    service.publish_new_items()


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what was said on stderr since the last time."""
    return capsys.readouterr().err.splitlines()


def test_a_tick_polls_classifies_and_publishes(
    cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tick of polling with something new is one line, so is the publication that follows; without there is none."""
    cli.poll(web.serve("/a", rss(FERRY)))
    service.poll()
    assert said(capsys) == [
        "polling 1 source now, then each when news is likely: 12 times a day on average",
        "1 source polled, 0 failed; 1 item new",
    ]
    service.publish_new_items()
    assert said(capsys) == ["1 tag given; 17 files written"]
    tick(service)
    cli.clock.forward(days=2)
    service.poll()
    assert said(capsys) == []
    assert web.paths() == ["/a", "/a"]


def test_a_tick_polls_more_than_is_held_at_once(
    cli: Cli, web: FakeWeb, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is due is polled in one tick, a part after the other, while there is time; then no source is asked."""
    monkeypatch.setattr(topicwire_service, "_SOURCES", 1)
    monkeypatch.setattr(topicwire_service, "_POLL_SECONDS", -1.0)
    cli.poll(*[web.serve(f"/{number}", rss(FERRY)) for number in range(3)])
    service.poll()
    assert web.paths() == []
    monkeypatch.setattr(topicwire_service, "_POLL_SECONDS", 10.0)
    service.poll()
    assert sorted(web.paths()) == ["/0", "/1", "/2"]


def test_a_tick_that_had_no_time_for_all_is_followed_at_once(
    cli: Cli, web: FakeWeb, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest does not wait for the next half minute."""
    cli.poll(*[web.serve(f"/{number}", rss(FERRY)) for number in range(3)])
    monkeypatch.setattr(topicwire_service, "_SOURCES", 1)
    monkeypatch.setattr(service, "now", lambda: cli.clock() + timedelta(days=len(web.calls)))  # one source takes all the time
    service.poll()
    assert sorted(web.paths()) == ["/0", "/1", "/2"]


def test_a_tick_reads_seeds(cli: Cli, service: ServiceTicks, capsys: pytest.CaptureFixture[str]) -> None:
    """A document that is laid into seeds/ is published at the next tick, without any network."""
    (cli.home / "seeds").mkdir()
    service.seeds()
    assert said(capsys) == []
    (cli.home / "seeds" / "boat.txt").write_text("A boat\n\nIt lies in the harbour.", encoding="utf-8")
    service.seeds()
    service.publish_new_items()
    assert said(capsys) == ["1 document read, 0 failed; 1 item new", "1 tag given; 17 files written"]
    assert len(cli.published().entries) == 1


def test_a_changed_topic_is_published_without_a_poll(
    cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tick reclassifies after a change of wording, and says nothing when there is nothing to do."""
    cli.poll(web.serve("/a", rss(FERRY, MARKET)))
    tick(service)
    said(capsys)
    write_topic(
        cli.home, HARBOUR.replace('"boat*"]', '"boat*", "market"]').replace('require = ["ship", "place"]', 'require = ["ship"]')
    )
    service.publish()
    assert said(capsys) == ["2 tags given; 10 files written"]
    service.publish()
    assert said(capsys) == []
    assert len(web.calls) == 1


def test_a_changed_topic_does_not_wait_for_the_minute(
    cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]
) -> None:
    """A topic that is reworded or added is published with the next tick after a poll; without a change the minute counts."""
    cli.poll(web.serve("/a", rss(FERRY, MARKET)))
    tick(service)
    said(capsys)
    wider = HARBOUR.replace('"boat*"]', '"boat*", "market"]').replace('require = ["ship", "place"]', 'require = ["ship"]')
    for name, told in (("harbour", "2 tags given; 10 files written"), ("quay", "2 tags given; 17 files written")):
        write_topic(cli.home, wider, name)
        cli.clock.forward(seconds=2)
        service.publish_new_items()
        assert said(capsys) == [told]
    (cli.home / "public" / "quay.atom").unlink()
    cli.clock.forward(seconds=2)
    service.publish_new_items()
    assert not (cli.home / "public" / "quay.atom").exists()


def test_the_first_news_of_a_long_poll_are_published_at_once(cli: Cli, service: ServiceTicks) -> None:
    """While polling goes on the first news wait for nothing, even right after a publication without any; the next a little."""
    entries = []
    service.publish()
    service._polling_since = cli.clock()  # a long pass is under way
    for number, seconds in enumerate((1, 1, 15)):
        cli.clock.forward(seconds=seconds)
        with home_at(cli.home, cli.settings, cli.clock).facts() as facts:
            carry(facts, [about(number)])
        service._has_new_items.set()
        service.publish_new_items()
        entries.append(len(cli.published().entries))
    assert entries == [1, 1, 3]


def test_news_wait_longer_the_longer_a_poll_goes_on(cli: Cli, service: ServiceTicks) -> None:
    """The second news of a poll come soon after the first ones, those of a long poll every fifteen seconds."""
    service._polling_since = cli.clock()
    waits = []
    for seconds in (1, 2, 4, 60):
        service._news_at = service._polling_since + timedelta(seconds=seconds)
        waits.append(service._patience())
    assert waits == [2, 4, 8, 15]
    service._polling_since = None
    assert service._patience() == 0


def test_news_do_not_wait_for_a_tick(cli: Cli, service: ServiceTicks) -> None:
    """The thread that publishes is woken by what is stored; it ends when nothing comes, or when the service stops."""
    service.publish()
    thread = Thread(target=service.await_news)
    thread.start()
    with home_at(cli.home, cli.settings, cli.clock).facts() as facts:
        carry(facts, [about(1)])
    began = time.monotonic()
    service._note_new_items()
    assert wait_until(lambda: len(cli.published().entries) == 1, 30)
    service.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert time.monotonic() - began < 30


def test_a_broken_topic_file_is_one_line(cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in a topic file while the service runs is a line, not the end: the service goes on."""
    cli.poll(web.serve("/a", rss(FERRY)))
    path = write_topic(cli.home, HARBOUR.replace('require = ["ship"', 'require = ["shp"'))
    tick(service)
    lines = [line for line in said(capsys) if line.startswith("topicwire: ")]
    assert len(lines) == 1
    assert lines[0].startswith(f'topicwire: {path}, line 9: require: group "shp" is not known; did you mean "ship"?')
    assert web.paths() == ["/a"]
    write_topic(cli.home)
    service.publish()
    assert len(cli.published().entries) == 1


def test_a_topic_that_breaks_keeps_its_last_good_wording(
    cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip in a file that was good is said once; until it is mended the feed goes on by the wording before."""
    cli.poll(web.serve("/a", rss(FERRY)))
    tick(service)
    write_topic(cli.home, "require = [")
    for body in (rss(FERRY, BOATS), rss(FERRY, BOATS, MARKET)):
        web.serve("/a", body)
        cli.clock.forward(days=1)
        tick(service)
    assert len([line for line in said(capsys) if line.startswith("topicwire: ")]) == 1
    assert [entry.title for entry in cli.published().entries] == ["New boats in the harbour", "The ferry leaves the harbour"]


def test_a_refused_source_is_said_once(cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]) -> None:
    """A bad line of sources.opml is said at the first tick, not at every one."""
    cli.poll("exec:rm", web.serve("/a", rss(FERRY)))
    service.poll()
    service.poll()
    assert [line for line in said(capsys) if "exec:rm" in line] == [
        f"{cli.home / 'sources.opml'}, line 1: not an http or https address: exec:rm"
    ]


def _locked(_sources: Sources, *_rest: Any, **_named: Any) -> Any:
    raise sqlite3.OperationalError("database is locked")


def test_a_fault_of_the_database_is_one_line(
    cli: Cli, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tick that meets a full or locked database says so and leaves the service alive."""
    cli.poll()
    with monkeypatch.context() as patch:
        patch.setattr(Sources, "due", _locked)
        service.poll()
    assert said(capsys) == [
        "topicwire: the database failed: database is locked; check free space and rights, then run it again: nothing was lost"
    ]
    service.poll()
    assert said(capsys) == ["polling works again"]


def test_a_cancelled_tick_says_nothing(
    cli: Cli, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When the service stops in the middle of a tick, what was under way is simply still due."""

    def cancelled(*_: object, **__: object) -> None:
        raise CancelledError

    monkeypatch.setattr(Sources, "due", cancelled)
    cli.poll()
    service.poll()
    assert said(capsys) == []


def test_no_tick_begins_after_the_stop_or_beside_another_pass(cli: Cli, web: FakeWeb, service: ServiceTicks) -> None:
    """A tick does nothing while another process works in the home, and nothing once the service stops."""
    cli.poll(web.serve("/a", rss(FERRY)))
    with alone(cli.home):
        service.poll()
    assert web.calls == []
    service.stopping.set()
    service.poll()
    assert web.calls == []


def test_a_stopping_service_begins_no_more_batches(
    cli: Cli, web: FakeWeb, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told to stop in the middle of many sources, a tick commits what it has and leaves the rest due."""
    urls = [web.serve(f"/{number}", rss(FERRY)) for number in range(30)]
    cli.poll(*urls)
    record = Polls.record

    def stop(polls: Polls, *arguments: Any) -> Any:
        service.stopping.set()
        return record(polls, *arguments)

    monkeypatch.setattr(Polls, "record", stop)
    tick(service)
    with home_at(cli.home).facts() as facts:
        waiting = facts.sources.due(cli.clock())
        assert len(tuple(facts.items.all())) == 1
    assert 0 < len(waiting) < 30


def test_housekeeping_tidies(cli: Cli, service: ServiceTicks) -> None:
    """The log is folded into the database and unfinished files of a killed process are swept."""
    with home_at(cli.home).facts() as facts:
        facts.sources.add([Source(f"http://a.example/{n}") for n in range(500)], cli.clock())
        (cli.home / "public").mkdir()
        (cli.home / "public" / f"{_UNFINISHED}x1").write_bytes(b"ha")
        service.housekeeping()
        assert list((cli.home / "public").iterdir()) == []
        assert (cli.home / "topicwire.db-wal").stat().st_size == 0


def test_the_ticks_are_few_and_forgiving(service: ServiceTicks, cli: Cli) -> None:
    """Six ticks, by UTC, none dropped for being late, none twice at once; polls begin at once, after what is opened."""
    ticks = topicwire_service._ticks(service)
    jobs = {job.id: job for job in ticks.get_jobs()}
    assert set(jobs) == {"open", "seeds", "poll", "publish", "hub", "housekeeping", "new sources"}
    assert str(ticks.timezone) == "UTC"
    assert {name: job.trigger.interval for name, job in jobs.items() if name != "open"} == {
        "seeds": timedelta(minutes=1),
        "poll": timedelta(seconds=30),
        "new sources": timedelta(seconds=2),
        "publish": timedelta(seconds=2),
        "hub": timedelta(seconds=15),
        "housekeeping": timedelta(hours=1),
    }
    assert ticks._job_defaults == {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    assert jobs["poll"].next_run_time == cli.clock()


# New homes, long publications, many sources of one host


def test_a_new_home_is_published_before_any_source_is_asked(cli: Cli, web: FakeWeb, service: ServiceTicks) -> None:
    """First the feeds as they are, then the seeds, then polling: each topic has its feed from the first moment on."""
    cli.poll(web.serve("/a", rss(FERRY)))
    (cli.home / "seeds").mkdir()
    (cli.home / "seeds" / "boat.txt").write_text("A boat\n\nIt lies in the harbour.", encoding="utf-8")
    service.delay_polling()
    polling = Thread(target=service.poll)
    polling.start()
    assert not service.ready.is_set()
    service.open()
    assert service.ready.is_set()
    assert [entry.title for entry in cli.published().entries] == ["A boat"]
    polling.join(30)
    assert web.paths() == ["/a"]


def test_a_stop_before_anything_began_keeps_nobody_waiting(cli: Cli, web: FakeWeb, service: ServiceTicks) -> None:
    """Polling that waits for the seeds of the start ends, and asks nobody."""
    cli.poll(web.serve("/a", rss(FERRY)))
    service.delay_polling()
    polling = Thread(target=service.poll)
    polling.start()
    service.stop()
    polling.join(10)
    assert not polling.is_alive()
    assert service.ready.is_set()
    assert web.calls == []


def test_a_publication_that_fails_is_tried_again_a_minute_later(
    cli: Cli, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk is tried again once a minute, not at every tick, and said once."""
    tries = []

    def full(*_: object, **__: object) -> None:
        tries.append(cli.clock())
        raise StoreError("public: No space left on device")

    cli.poll()
    monkeypatch.setattr(topicwire_service, "publish", full)
    for _ in range(45):
        service.publish_new_items()
        cli.clock.forward(seconds=2)
    assert len(tries) == 2
    assert said(capsys) == ["topicwire: public: No space left on device"]


def test_a_home_that_is_published_already_is_served_at_once(
    cli: Cli, web: FakeWeb, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is made anew before the first answer: the files of the last time lie there."""
    cli.poll(web.serve("/a", rss(FERRY)))
    tick(service)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(topicwire_service, "publish", refuse)
    service.open()
    assert service.ready.is_set()


def test_a_publication_that_takes_long_does_not_stop_polling(
    cli: Cli, web: FakeWeb, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it goes on sources are asked as ever, and what they bring is stored."""
    began, over = Event(), Event()

    def slow(*arguments: Any, **named: Any) -> Any:
        began.set()
        over.wait(60)
        return publish(*arguments, **named)

    monkeypatch.setattr(topicwire_service, "publish", slow)
    cli.poll(web.serve("/a", rss(FERRY)))
    publishing = Thread(target=service.publish)
    publishing.start()
    assert began.wait(30)
    for _ in range(3):
        service.poll()
        cli.clock.forward(days=1)
    assert len(web.calls) == 3
    over.set()
    publishing.join(30)
    service.publish_new_items()
    assert len(cli.published().entries) == 1


def test_polling_waits_for_one_transaction_of_a_publication_and_not_for_all(cli: Cli) -> None:
    """Who writes transaction after transaction hands the turn to who waits: nobody is kept out for as long as it goes on."""
    written: list[str] = []
    holds, stop = Event(), Event()

    def busily() -> None:
        with home_at(cli.home).facts() as facts:
            while not stop.is_set():
                with facts.transaction():
                    holds.set()
                    wait_until(lambda: bool(facts.database._turns._waiting) or stop.is_set())
                    written.append("busy")

    thread = Thread(target=busily)
    thread.start()
    with home_at(cli.home).facts() as facts:
        for _ in range(5):
            assert holds.wait(30)
            holds.clear()
            with facts.transaction():
                written.append("mine")
    stop.set()
    thread.join()
    places = [place for place, who in enumerate(written) if who == "mine"]
    assert all(after - before <= 2 for before, after in pairwise(places))


def test_a_step_asks_at_most_half_of_what_one_host_has(
    cli: Cli, web: FakeWeb, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a start everything may be due: a host with many sources is asked in steps, with a rest between."""
    asked: list[int] = []

    def rest(_seconds: float) -> bool:
        asked.append(len(web.calls))
        return False

    cli.poll(*[web.serve(f"/{number}", rss(FERRY)) for number in range(9)])
    monkeypatch.setattr(service, "_pauses", rest)
    service.poll()
    assert asked == [4, 8]
    assert len(web.calls) == 9


def test_a_source_that_was_never_polled_comes_first(
    cli: Cli, web: FakeWeb, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a host with many sources a new one is asked first, though those that were there before are due as well."""
    cli.poll(*[web.serve(f"/{number}", rss(FERRY)) for number in range(4)])
    monkeypatch.setattr(service, "_pauses", lambda _: False)
    service.poll()
    web.calls.clear()
    cli.clock.forward(days=2)
    cli.poll(*[web.url(f"/{number}") for number in range(4)], web.serve("/new", rss(MARKET)))
    service.poll()
    assert web.paths() == ["/new", "/0", "/1", "/2", "/3"]


def test_a_new_source_does_not_wait_for_the_next_tick(cli: Cli, web: FakeWeb, service: ServiceTicks) -> None:
    """It is looked for at short intervals, and polled once, also when it cannot be reached; nothing else is polled for it."""
    cli.poll(web.serve("/a", rss(FERRY)))
    service.poll()
    service.poll_new_sources()
    assert web.paths() == ["/a"]
    cli.poll(web.url("/a"), web.serve("/b", rss(MARKET)))
    with home_at(cli.home, cli.settings, cli.clock).facts() as facts:
        facts.sources.add([Source(web.url("/b"))], cli.clock())
    for _ in range(2):
        service.poll_new_sources()
    assert web.paths() == ["/a", "/b"]


def test_a_host_with_one_source_is_never_split() -> None:
    """Half of one is one; what is polled at a host counts, not only what is due there."""
    due = [(Source(url), SourceState()) for url in ("http://a.example/1", "http://b.example/1", "http://b.example/2")]
    urls = [source.url for source, _ in due]
    assert [source.url[-9:] for source, _ in split_by_host(due, urls)[0]] == ["example/1", "example/1"]
    assert split_by_host(due, [*urls, *(f"http://b.example/{n}" for n in range(3, 5))]) == (due, [])


def test_a_stop_ends_a_publication_between_two_files(cli: Cli, web: FakeWeb, service: ServiceTicks) -> None:
    """It goes on at the next start; nothing that is served was half written."""
    cli.poll(web.serve("/a", rss(FERRY)))
    service.poll()
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.facts() as facts, pytest.raises(CancelledError):
        topicwire_service.classify_and_publish(made, facts, topics_of(made), stopping=lambda: True)
    service.publish()
    assert len(cli.published().entries) == 1
