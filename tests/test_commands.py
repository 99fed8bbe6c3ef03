import json
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree
from making import GAZETTE, HARBOUR, SEED, Cli, about, carry, home_at, item, write_topic
from support import NOON

import feeds.__main__
from feeds.cli.home import topics_of
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.topic.folders import ON_REQUEST, SHIPPED
from feeds.tagging.topic.loader import read_topic
from ingest.cli.console import command
from ingest.model import Author, Category, Enclosure, Item, Source
from ingest.store.items import Items

ADDRESSES = ("http://post.example/feed.xml", "http://gazette.example/rss?a=1&b=2")


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command in a home with one topic."""
    write_topic(home)
    return Cli(home)


def fill(cli: Cli, *items: Item, classified: bool = True, source: Source | None = None) -> None:
    """Store items in a home, and classify them."""
    with home_at(cli.home).facts() as facts:
        carry(facts, items, *((source,) if source else ()))
        if classified:
            classify_new(facts, Classifications(facts), topics_of(home_at(cli.home)), NOON)


# sources


def test_a_source_is_added_and_listed(cli: Cli) -> None:
    """What is added is listed, in that order, with how asking it went; the words go to stderr and the list to stdout."""
    added = cli("sources", "add", "--anyway", *ADDRESSES)
    assert (added.exit_code, added.stdout, added.stderr.splitlines()[-1]) == (0, "", "2 added, 0 already there")
    listed = cli("sources", "list")
    assert (listed.exit_code, listed.stderr) == (0, "")
    lines = listed.stdout.splitlines()
    assert [line.partition("  [")[0] for line in lines] == list(ADDRESSES)
    assert all("FAILED 1x, last good never, next 2026-03-02T12:01:00Z: the name " in line for line in lines)


def test_a_source_is_added_once(cli: Cli) -> None:
    """Adding again says that it is there, and changes nothing."""
    cli("sources", "add", "--anyway", ADDRESSES[0])
    assert cli("sources", "add", ADDRESSES[0]).stderr == "0 added, 1 already there\n"
    assert len(cli("sources", "list").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    "address", ["ftp://post.example/feed", "feed.xml", "javascript:alert(1)", "http://", "file:///etc/passwd", "exec:ls", ""]
)
def test_an_address_that_is_none_adds_nothing(cli: Cli, address: str) -> None:
    """One bad address among good ones refuses them all, says which, and exits 2."""
    result = cli("sources", "add", "--", ADDRESSES[0], address)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"topicwire: {address}: not an http or https address; give the feed's full address; nothing was added\n"
    assert cli("sources", "list").stdout == ""


def test_a_source_is_removed_and_may_come_back(cli: Cli) -> None:
    """A removed source is no longer listed; adding it again polls it again."""
    cli("sources", "add", "--anyway", *ADDRESSES)
    assert cli("sources", "remove", ADDRESSES[0]).stderr == "1 removed; their items stay\n"
    assert [row["url"] for row in cli.rows("sources", "list", "--json")] == [ADDRESSES[1]]
    assert cli("sources", "add", "--anyway", ADDRESSES[0]).stderr.splitlines()[-1] == "1 added, 0 already there"


def test_what_is_not_there_cannot_be_removed(cli: Cli) -> None:
    """An unknown address exits 2 with a cure, and none of the others is removed either."""
    cli("sources", "add", "--anyway", ADDRESSES[0])
    result = cli("sources", "remove", ADDRESSES[0], "http://other.example/")
    assert result.exit_code == 2
    assert (
        result.stderr
        == "topicwire: http://other.example/: no such source; `topicwire sources list` shows their addresses; nothing was changed\n"
    )
    assert len(cli("sources", "list").stdout.splitlines()) == 1


def test_what_the_owner_lists_is_removed_in_the_list(cli: Cli) -> None:
    """A source of sources.opml is taken out there, else it would be back at the next pass."""
    with home_at(cli.home).facts() as facts:
        facts.sources.add([Source(ADDRESSES[0], origin="opml")], NOON)
    cli.poll(ADDRESSES[0])
    result = cli("sources", "remove", ADDRESSES[0])
    assert result.exit_code == 2
    cure = "take it out of that file, or pause it; nothing was changed"
    assert result.stderr == f"topicwire: {ADDRESSES[0]}: listed in sources.opml; {cure}\n"


def test_a_list_for_programs_says_all_that_is_known(cli: Cli) -> None:
    """With --json each source is one object: what it is, and how asking it went."""
    cli("sources", "add", "--anyway", ADDRESSES[0])
    (row,) = cli.rows("sources", "list", "--json")
    assert row["url"] == ADDRESSES[0]
    assert (row["kind"], row["status"], row["origin"]) == ("feed", "active", "command")
    assert {"title", "error", "failures", "etag", "last_poll", "last_success", "next_poll", "http_status"} <= row.keys()
    assert (row["failures"], row["next_poll"]) == (1, "2026-03-02T12:01:00Z")


def test_sources_go_out_and_come_in_as_opml(cli: Cli, tmp_path: Path) -> None:
    """What is exported is OPML, and imported elsewhere it makes the same list."""
    fill(cli, about(1))
    cli("sources", "add", "--anyway", *ADDRESSES)
    exported = cli("sources", "export").stdout
    assert len(etree.fromstring(exported.encode()).findall(".//outline")) == 2
    file = tmp_path / "list.opml"
    file.write_text(exported, encoding="utf-8")
    other = Cli(tmp_path / "other")
    result = other("sources", "import", file)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (0, "2 added, 0 already there, 0 refused")
    assert other("sources", "export").stdout == exported
    assert other("sources", "import", file).stderr == "0 added, 2 already there, 0 refused\n"


def test_a_list_with_a_bad_line_is_imported_without_it(cli: Cli, tmp_path: Path) -> None:
    """A command or a file among the addresses is refused with its line; the others are taken."""
    file = tmp_path / "list.opml"
    outlines = "".join(f'\n<outline xmlUrl="{url}"/>' for url in ("http://a.example/", "exec:rm -rf /", "file:///etc/passwd"))
    file.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
    result = cli("sources", "import", file)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"{file}, line 3: not an http or https address: exec:rm -rf /",
        f"{file}, line 4: not an http or https address: file:///etc/passwd",
        "1 added, 0 already there, 2 refused",
    ]


@pytest.mark.parametrize("content", [None, b"", b"<html></html>", b"<opml>", b"\x00\x01"])
def test_a_file_that_is_no_list_is_refused(cli: Cli, tmp_path: Path, content: bytes | None) -> None:
    """A missing or other file exits 2 in one line that names it."""
    file = tmp_path / "list.opml"
    if content is not None:
        file.write_bytes(content)
    result = cli("sources", "import", file)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"topicwire: {file}: ")
    assert result.stderr.count("\n") == 1


# items


KEYS = (
    "id title title_inferred url guid source sources language published updated first_seen authors categories enclosures "
    "summary content tags"
).split()


def test_items_are_one_object_a_line(cli: Cli) -> None:
    """Items --json has the documented keys in the documented order, dates in UTC or null, letters as they are."""
    rich = item(
        title="Le bac quitte le port, בנמל",
        authors=(Author("Ada"),),
        categories=(Category("Boats", "urn:x"),),
        enclosures=(Enclosure("http://post.example/horn.mp3", "audio/mpeg", 9), Enclosure("http://post.example/map")),
    )
    fill(cli, rich)
    fill(cli, item(guid="other"), source=GAZETTE)
    line = cli("items", "--json").stdout
    assert "בנמל" in line
    (row,) = [json.loads(line)]
    assert list(row) == KEYS
    assert (row["published"], row["updated"], row["first_seen"]) == ("2026-03-02T10:00:00Z", None, "2026-03-02T12:00:00Z")
    assert (row["authors"], row["categories"], row["title_inferred"]) == (["Ada"], ["Boats"], False)
    assert row["enclosures"] == [
        {"url": "http://post.example/horn.mp3", "type": "audio/mpeg", "length": 9},
        {"url": "http://post.example/map"},
    ]
    assert (row["source"], row["guid"], row["language"]) == ("The Harbour Post", "http://post.example/?p=1", "en")
    assert [(s["name"], s["feed"], s["reason"], s["guid"], s["first_seen"]) for s in row["sources"]] == [
        ("The Harbour Post", "http://post.example/feed.xml", "first", "http://post.example/?p=1", "2026-03-02T12:00:00Z"),
        ("The Gazette", "http://gazette.example/rss", "address", "other", "2026-03-02T12:00:00Z"),
    ]


def test_items_are_a_line_each_for_people(cli: Cli) -> None:
    """Without --json an item is its id, day, language, title, source and tags, oldest first."""
    fill(cli, about(2, "nothing at all"), about(1))
    ids = [row["id"] for row in cli.rows("items", "--json")]
    assert cli("items").stdout.splitlines() == [
        f"{ids[0]}  2026-03-02  en  Story 1: ferry in the harbour  (The Harbour Post)  [harbour]",
        f"{ids[1]}  2026-03-02  en  Story 2: nothing at all  (The Harbour Post)",
    ]


def test_items_of_a_topic_are_those_that_it_tags(cli: Cli) -> None:
    """--topic leaves out what the topic does not tag."""
    fill(cli, about(2, "nothing at all"), about(1))
    assert [(row["title"], row["tags"]) for row in cli.rows("items", "--topic", "harbour", "--json")] == [
        ("Story 1: ferry in the harbour", ["harbour"])
    ]


def test_an_empty_home_has_no_items(cli: Cli) -> None:
    """Nothing stored is nothing said, and no error."""
    result = cli("items", "--json")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "arguments", [("items", "--topic"), ("explain", "x", "--topic"), ("topics", "check"), ("topics", "match")], ids=lambda a: a[0]
)
def test_an_unknown_topic_exits_2(cli: Cli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A topic that is none is said to be unknown, with those that there are."""
    rows = tmp_path / "rows.jsonl"
    rows.write_text("{}", encoding="utf-8")
    result = cli(*arguments, "habour", *([rows] if arguments[1] == "match" else []))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == 'topicwire: no topic is called "habour"; known are: harbour\n'


# explain


def test_an_item_is_explained(cli: Cli) -> None:
    """Explain says what the item is, who carried it and how it was recognised, and why it is tagged, hit by hit."""
    fill(cli, item())
    fill(cli, item(guid="other"), source=GAZETTE)
    lines = cli("explain", "http://post.example/ferry").stdout.splitlines()
    assert lines[0].endswith("  The last ferry leaves the harbour")
    assert lines[1] == (
        "  http://post.example/ferry; published 2026-03-02T10:00:00Z; first seen 2026-03-02T12:00:00Z; language en (declared)"
    )
    assert lines[2:4] == [
        (
            "  carried by The Harbour Post (http://post.example/feed.xml, http://post.example/?p=1) since 2026-03-02T12:00:00Z; "
            "recognised by: first"
        ),
        "  carried by The Gazette (http://gazette.example/rss, other) since 2026-03-02T12:00:00Z; recognised by: address",
    ]
    assert lines[4].startswith("tagged harbour (core, score ")
    assert any(line.startswith("  ship: “ferry” (title 9-14, term ferry") for line in lines[5:])
    assert not any("older than this wording" in line for line in lines)


@pytest.mark.parametrize("name", ["http://post.example/ferry", "http://post.example/?p=1", "whole id", "part of id"])
def test_an_item_goes_by_many_names(cli: Cli, name: str) -> None:
    """An id, its beginning, an address and a guid all name an item."""
    fill(cli, item(), about(2))
    known = next(row["id"] for row in cli.rows("items", "--json") if row["title"] == item().title)
    named = {"whole id": known, "part of id": known[:6]}.get(name, name)
    assert cli("explain", named).stdout.startswith(f"{known}  The last ferry")


def test_an_item_that_is_not_tagged_is_explained_too(cli: Cli) -> None:
    """For an item without the tag explain --topic says what is missing."""
    fill(cli, item(title="The ferry is old", text="", summary=""))
    result = cli("explain", "http://post.example/ferry", "--topic", "harbour")
    assert result.exit_code == 0
    last = [line for line in result.stdout.splitlines() if "harbour:" in line]
    assert last[0].startswith("not tagged harbour: ")
    assert "place" in last[0]


def test_a_topic_file_can_be_tried_on_an_item(cli: Cli, tmp_path: Path) -> None:
    """Explain --topic FILE asks a file that is not in force, and stores nothing."""
    fill(cli, item())
    path = write_topic(tmp_path, HARBOUR.replace('"ferry", ', ""), "trial")
    answer = cli("explain", "http://post.example/ferry", "--topic", path).stdout
    assert "not tagged trial: " in answer
    assert [row["tags"] for row in cli.rows("items", "--json")] == [["harbour"]]


def test_an_older_classification_is_said_to_be_old(cli: Cli) -> None:
    """After a change of the topic, explain says that the next pass will classify anew."""
    fill(cli, item())
    write_topic(cli.home, HARBOUR.replace('"ferry", ', ""))
    assert (
        "  what is published is older than this wording: the next pass classifies it anew"
        in cli("explain", "http://post.example/ferry").stdout.splitlines()
    )


def test_what_was_inferred_cut_or_changed_is_said(cli: Cli) -> None:
    """An inferred title, an unknown date, an earlier version and what was cut off are named."""
    plain = item(
        guid="ferry.txt", url=None, published=None, title_inferred=True, language=None, boilerplate="Share this\nSubscribe"
    )
    fill(cli, plain, source=SEED)
    with home_at(cli.home).facts() as facts:
        carry(facts, [item(**{**_fields(plain), "text": "Forty passengers came to wave and went."})], SEED)
    (row,) = cli.rows("items", "--json")
    lines = cli("explain", row["id"]).stdout.splitlines()
    assert lines[0].endswith("(inferred from the text)")
    assert lines[1].startswith(
        "  no address; no publication date given; first seen 2026-03-02T12:00:00Z, 2 versions; language unknown"
    )
    assert "  cut as boilerplate: Share this | Subscribe" in lines


def _fields(what: Item) -> dict[str, Any]:
    return {name: getattr(what, name) for name in what.__slots__}


@pytest.mark.parametrize("name", ["no-such-item", "", "*", "' or 1=1 --", "\udcff", "a" * 5000])
def test_an_item_that_is_none_is_one_clear_error(cli: Cli, name: str) -> None:
    """A name that no item has exits 1 in one line that says how to find one."""
    fill(cli, item())
    result = cli("explain", "--", name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("topicwire: no stored item is called ")
    assert result.stderr.endswith("; `topicwire items` lists them; give an id, address or guid\n")
    assert result.stderr.count("\n") == 1


def test_a_name_of_several_items_is_one_clear_error(cli: Cli) -> None:
    """A guid that two items have names neither: the ids are shown."""
    fill(cli, item(guid="same"))
    fill(cli, item(guid="same", url="http://gazette.example/other", title="Quite another story"), source=GAZETTE)
    result = cli("explain", "same")
    assert result.exit_code == 1
    ids = ", ".join(row["id"] for row in cli.rows("items", "--json"))
    assert result.stderr == f"topicwire: 'same' may be any of {ids}; give more of the id\n"


# topics


def test_topics_are_listed(cli: Cli) -> None:
    """Each topic in force with its version, its state and its title."""
    write_topic(cli.home, HARBOUR.replace("Harbour news", "Market"), "market")
    lines = cli("topics", "list").stdout.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["harbour", "market"]
    assert lines[0].endswith("  draft  Harbour news")


def test_without_topics_of_its_own_a_home_has_the_shipped_ones(tmp_path: Path) -> None:
    """A fresh home classifies by the shipped topics."""
    shipped = sorted({path.stem for path in SHIPPED.glob("*.toml")} - ON_REQUEST)
    assert shipped
    listed = Cli(tmp_path, {"topics.shipped": "true"})("topics", "list").stdout
    assert [line.split()[0] for line in listed.splitlines()] == shipped


def test_a_shipped_topic_is_copied_to_be_edited(tmp_path: Path) -> None:
    """`topics copy` puts its file into the home, where it replaces the shipped one; a file that is there is left alone."""
    cli = Cli(tmp_path, {"topics.shipped": "true"})
    copied = cli("topics", "copy", "platform-rules")
    path = tmp_path / "topics" / "platform-rules.toml"
    assert (copied.exit_code, copied.stdout) == (0, f"{path}\n")
    assert path.read_bytes() == (SHIPPED / "platform-rules.toml").read_bytes()
    path.write_text(path.read_text("utf-8").replace('title       = "', 'title       = "My '), "utf-8")
    assert "My " in cli("topics", "list").stdout
    assert (cli("topics", "copy", "platform-rules").exit_code, "My " in path.read_text("utf-8")) == (2, True)
    assert 'did you mean "platform-rules"?' in cli("topics", "copy", "platform-rule").stderr


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        (("ferry-traffic",), ["ferry traffic"]),
        (("ferries", "--from", "ferr*, port de pêche", "--languages", "en,fr,he"), ["ferr*", "port de pêche"]),
        (("weather", "--from", "rain*", "--languages", "en"), ["rain*"]),
        (("weather", "--from", "rain*, goals"), ["rain*", "goals"]),
    ],
)
def test_a_new_topic_passes_its_check(tmp_path: Path, words: tuple[str, ...], terms: list[str]) -> None:
    """`topics new` writes a file that finds the words, says what comes next, and leaves a file that is there alone."""
    cli = Cli(tmp_path, {"service.base_url": "https://feeds.example"})
    made = cli("topics", "new", *words)
    path = tmp_path / "topics" / f"{words[0]}.toml"
    assert (made.exit_code, made.stdout) == (0, f"{path}\n")
    assert f"in force at once: with the next pass its feed is https://feeds.example/{words[0]}.atom" in made.stderr
    (checked,) = cli.rows("topics", "check", "--json")
    assert (checked["errors"], checked["warnings"], checked["failed"]) == ([], [], 0)
    topic = read_topic(path)
    assert [term.text for term in topic.groups[0].terms] == terms
    assert cli("topics", "new", words[0]).exit_code == 2
    assert "is there already" in cli("topics", "new", words[0]).stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Ferry News",), "use lower-case letters, digits and hyphens"),
        (("ferry", "--from", " , "), "--from holds no word"),
        (("ferry", "--languages", "en,jp"), 'no language that we know has the code "jp"; did you mean "ja"?'),
        (("platform-rules",), "`topicwire topics copy platform-rules`"),
    ],
)
def test_a_new_topic_that_cannot_be_is_refused(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    """One line says what is wrong and what to do, and no file is made."""
    result = Cli(tmp_path)("topics", "new", *words)
    assert (result.exit_code, message in result.stderr, (tmp_path / "topics").exists()) == (2, True, False)


def test_a_broken_topic_hides_no_other(cli: Cli) -> None:
    """`topics list` names the file that cannot be read and lists the others; the exit code says so."""
    write_topic(cli.home, HARBOUR.replace('require = ["ship"', 'require = ["shp"'), "broken")
    listed = cli("topics", "list")
    assert (listed.exit_code, [line.split()[0] for line in listed.stdout.splitlines()]) == (2, ["harbour"])
    assert "broken.toml" in listed.stderr


def counts(output: str) -> list[str]:
    """Return how the examples of each topic came out."""
    return [line.partition(";")[0] for line in output.splitlines() if " examples as declared" in line]


def test_the_examples_of_topics_are_their_tests(cli: Cli) -> None:
    """The command `topics check` runs the examples of all topics, or of those named, by name or file."""
    market = write_topic(cli.home, HARBOUR, "market")
    both = cli("topics", "check")
    assert both.exit_code == 0
    assert counts(both.stdout) == ["harbour: 2 of 2 examples as declared", "market: 2 of 2 examples as declared"]
    assert counts(cli("topics", "check", "harbour").stdout) == ["harbour: 2 of 2 examples as declared"]
    assert counts(cli("topics", "check", market).stdout) == ["market: 2 of 2 examples as declared"]


def test_a_program_reads_topics_and_their_checks(cli: Cli) -> None:
    """`topics list --json` and `topics check --json` write one object for each topic."""
    (listed,) = cli.rows("topics", "list", "--json")
    assert listed.keys() == {"name", "title", "status", "version", "private"}
    (checked,) = cli.rows("topics", "check", "--json")
    assert (checked["topic"], checked["version"]) == (listed["name"], listed["version"]) == ("harbour", listed["version"])
    assert (checked["examples"], checked["failed"], checked["errors"]) == (2, 0, [])


def test_a_count_of_one_is_in_the_singular(cli: Cli) -> None:
    """One example, one term and one warning are not called examples, terms and warnings."""
    groups = '[group.a]\nany = ["ferry", "quay"]\n[group.idle]\nany = ["gull"]\n[[example]]\ntagged = true\ntext = "A ferry."\n'
    write_topic(cli.home, f'require = ["a"]\n{groups}', "one")
    said = (
        "one: 1 of 1 example as declared; 1 warning; 1 term without an example, 0 parts that no example needs (--terms lists them)"
    )
    assert cli("topics", "check", "one").stdout.splitlines()[-1] == said


def test_a_failing_example_exits_1(cli: Cli) -> None:
    """An example that does not come out as declared is named, with the reason, and the exit code is 1."""
    swapped = HARBOUR.replace("tagged = true", "tagged = maybe").replace("tagged = false", "tagged = true")
    write_topic(cli.home, swapped.replace("tagged = maybe", "tagged = false"))
    result = cli("topics", "check")
    assert result.exit_code == 1
    first, second = [line for line in result.stdout.splitlines() if " should be " in line]
    assert "harbour.toml, line 17: example 1 should be not tagged and is (" in first
    assert first.endswith("): The ferry left the harbour.")
    assert "harbour.toml, line 21: example 2 should be tagged and is not (" in second
    assert counts(result.stdout) == ["harbour: 0 of 2 examples as declared"]


def test_a_broken_topic_file_exits_2(cli: Cli) -> None:
    """A mistake in a topic file is one line that names the file; what the sources say today is stored all the same."""
    path = write_topic(cli.home, HARBOUR.replace('require = ["ship"', 'require = ["shp"'))
    cli.poll()
    document = cli.home / "a.txt"
    document.write_text("A ferry in the harbour.", "utf-8")
    said = f'topicwire: {path}, line 9: require: group "shp" is not known; did you mean "ship"?\n'
    for words in ("list", "check"):
        assert (cli("topics", words).exit_code, cli("topics", words).stderr) == (2, said)
    for line in ("publish", "run --once", "poll", "ingest a.txt"):
        result = cli(*line.replace("a.txt", str(document)).split())
        assert result.exit_code == 2
        assert result.stderr.startswith(said)
    assert len(cli.rows("items", "--json")) == 1


def test_rows_are_classified_without_being_stored(cli: Cli, tmp_path: Path) -> None:
    """Topics match answers each row with its id, the answer, the score and the hits, and stores nothing."""
    rows = [
        {"id": "a", "title": "The ferry leaves the harbour", "lang": "en", "feed": "The Post"},
        {"title": "Nothing at all"},
        {"id": 3, "title": "News", "content": "<p>The <b>boats</b> are in the harbour &amp; safe.</p>", "summary": "ignored"},
        {"id": None, "title": None, "summary": "plain: a ferry in a harbour", "lang": None},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    first, second, third, fourth = cli.rows("topics", "match", "harbour", file)
    assert list(first) == ["id", "tagged", "score", "grade", "why", "hits"]
    assert (first["id"], first["tagged"], first["grade"]) == ("a", True, "core")
    assert first["hits"][0] == {"group": "ship", "term": "ferry", "field": "title", "start": 4, "end": 9, "text": "ferry"}
    assert (second["id"], second["tagged"], second["score"], second["hits"]) == (3, False, 0.0, [])
    assert (third["id"], third["tagged"]) == (3, True)
    assert [hit["text"] for hit in third["hits"]] == ["boats", "harbour"]
    assert (fourth["id"], fourth["tagged"]) == (None, True)
    assert not cli.rows("items", "--json")


def test_a_row_of_another_kind_is_refused_with_its_line(cli: Cli, tmp_path: Path) -> None:
    """A title that is a list, say, is no text: the line and the key are named."""
    file = tmp_path / "rows.jsonl"
    file.write_text('{"title": "News"}\n{"title": ["hate"]}\n', encoding="utf-8")
    result = cli("topics", "match", "harbour", file)
    assert result.exit_code == 2
    assert "rows.jsonl, line 2: title is not text" in result.stderr


def test_rows_come_from_standard_input_too(cli: Cli) -> None:
    """A - reads the rows from a pipe."""
    result = cli("topics", "match", "harbour", "-", stdin=b'{"title": "The ferry leaves the harbour"}\n')
    assert json.loads(result.stdout)["tagged"] is True


@pytest.mark.parametrize("line", [b"{", b"[1]", b"7", b"\xff\xfe", b'{"title": "x"', b"[" * 100_000])
def test_a_row_that_is_none_exits_2(cli: Cli, tmp_path: Path, line: bytes) -> None:
    """A line that is no JSON object is named by file and number; what came before it was answered."""
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"{}\n" + line + b"\n")
    result = cli("topics", "match", "harbour", file)
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr.startswith(f"topicwire: {file}, line 2: ")
    assert result.stderr.endswith("; write one JSON object a line\n")
    assert result.stderr.count("\n") == 1


# publish


def test_publishing_writes_what_changed(cli: Cli) -> None:
    """Publish counts what it wrote and names all but the pages, which come by the hundred; the second time there is none."""
    fill(cli, about(1))
    first = cli("publish")
    assert (first.exit_code, first.stdout) == (0, "")
    said, *paths = first.stderr.splitlines()
    written = [path for path in (cli.home / "public").rglob("*.*") if path.suffix not in {".gz", ".br"}]
    assert said == f"{len(written)} files written"
    assert sorted(paths) == sorted(str(path) for path in written if path.suffix != ".html")
    assert cli("publish").stderr == "0 files written\n"
    assert [entry.title for entry in cli.published().entries] == [about(1).title]


def test_publishing_classifies_what_a_changed_topic_left_to_do(cli: Cli) -> None:
    """Publish shows what is classified; nothing that is not."""
    fill(cli, about(1), classified=False)
    cli("publish")
    assert cli.published().entries == []


def test_a_folder_that_cannot_be_written_is_one_line(cli: Cli) -> None:
    """Where public/ cannot be made the command exits 1 and says so in one line."""
    (cli.home / "public").write_text("in the way", encoding="utf-8")
    result = cli("publish")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"topicwire: {cli.home / 'public' / 'harbour.atom'}: ")
    assert result.stderr.count("\n") == 1


# settings and homes


def test_an_unknown_setting_exits_2(cli: Cli) -> None:
    """A misspelt key of topicwire.toml is refused with a suggestion."""
    (cli.home / "topicwire.toml").write_text("[publish]\nentires = 5\n", encoding="utf-8")
    result = cli("publish")
    assert result.exit_code == 2
    path = cli.home / "topicwire.toml"
    assert result.stderr == f'topicwire: {path}: [publish]: unknown key "entires"; did you mean "entries"?\n'


def test_an_unknown_setting_in_the_environment_exits_2(cli: Cli) -> None:
    """A misspelt variable is refused as well."""
    cli.settings = {"publish.entires": "5"}
    result = cli("publish")
    assert result.exit_code == 2
    assert result.stderr == 'topicwire: TOPICWIRE_PUBLISH__ENTIRES: unknown key "entires"; did you mean "entries"?\n'


def test_a_setting_of_the_wrong_kind_exits_2(cli: Cli) -> None:
    """A word where a number should stand is refused."""
    cli.settings = {"publish.entries": "many"}
    result = cli("publish")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "publish.entries" in result.stderr


def _garbage(path: Path) -> None:
    """Make or find a file that is no database."""
    data = b"not a database, and long enough to be looked at as one " * 99
    assert not path.exists() or path.read_bytes() == data
    path.write_bytes(data)


def _folder(path: Path) -> None:
    """Make or find an empty folder."""
    path.mkdir(exist_ok=True)
    assert list(path.iterdir()) == []


def _another(path: Path) -> None:
    """Make or find a database of another program."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table if not exists item (id integer primary key, name text)")
        assert db.execute("select name from sqlite_master").fetchall() == [("item",)]


@pytest.mark.parametrize("spoil", [_garbage, _folder, _another])
@pytest.mark.parametrize("arguments", [("items",), ("sources", "list"), ("publish",), ("run", "--once")], ids=lambda a: a[0])
def test_a_database_that_is_none_is_one_line(cli: Cli, spoil: Callable[[Path], None], arguments: tuple[str, ...]) -> None:
    """Where topicwire.db is something else, every command exits 1, says so in one line, and leaves it as it was."""
    path = cli.home / "topicwire.db"
    spoil(path)
    result = cli(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("topicwire: ")
    assert result.stderr.count("\n") == 1
    spoil(path)


def test_a_database_that_another_holds_is_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the database in the middle of a command exits 1 with what to look at."""

    def busy(_items: Items) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(Items, "all", busy)
    result = cli("items")
    assert result.exit_code == 1
    assert result.stderr == (
        "topicwire: the database failed: database is locked; check free space and rights, then run it again: nothing was lost\n"
    )


def run_in(arguments: list[str], environment: dict[str, str] | None = None) -> Any:
    """Run the command as it is called from outside: the home by option or environment."""
    return CliRunner(env=environment).invoke(command, arguments)


def test_the_home_is_said_or_set_or_here(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--home outweighs TOPICWIRE_HOME, and that outweighs the folder one stands in."""
    for name in ("said", "set", "here"):
        write_topic(tmp_path / name, HARBOUR, name)
    monkeypatch.setenv("TOPICWIRE_TOPICS__SHIPPED", "false")
    monkeypatch.chdir(tmp_path / "here")
    set_home = {"TOPICWIRE_HOME": str(tmp_path / "set")}
    found = [
        run_in(["topics", "list"]).stdout,
        run_in(["topics", "list"], set_home).stdout,
        run_in(["--home", str(tmp_path / "said"), "topics", "list"], set_home).stdout,
    ]
    assert [line.split()[0] for line in found] == ["here", "set", "said"]
    assert home.exists()


def test_a_home_that_is_not_there_is_made(tmp_path: Path) -> None:
    """A new home needs no preparation: whatever writes makes it."""
    result = run_in(["--home", str(tmp_path / "new" / "home"), "publish"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "new" / "home" / "topicwire.db").exists()


@pytest.mark.parametrize("arguments", [["items"], ["run", "--once"], ["poll"], ["publish"]], ids=lambda a: a[0])
def test_a_home_that_cannot_be_made_is_one_line(tmp_path: Path, arguments: list[str]) -> None:
    """A home below a file is one line that names the cure: exit 1, and 2 for a command that only reads and so makes none."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = run_in(["--home", str(tmp_path / "file" / "home"), *arguments])
    assert result.exit_code == (2 if arguments == ["items"] else 1)
    assert result.stderr.startswith("topicwire: ")
    assert "--home" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_home_that_is_a_file_exits_2(tmp_path: Path) -> None:
    """A file is no home."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = run_in(["--home", str(tmp_path / "file"), "items"])
    assert result.exit_code == 2
    assert "is a file" in result.stderr


def test_the_version_is_said() -> None:
    """--version names program and version."""
    assert run_in(["--version"]).stdout.startswith("topicwire, version ")


def test_every_command_has_a_help_line() -> None:
    """--help names every command with what it does."""
    shown = run_in(["-h"]).stdout.partition("Commands:")[2]
    assert set(re.findall(r"^  (\w+)", shown, re.MULTILINE)) == set(command.commands)
    assert "who may read the private feeds" in " ".join(shown.split())
    assert "..." not in shown


# python -m feeds


def test_classifications_have_a_door_of_their_own(cli: Cli, tmp_path: Path) -> None:
    """The command `python -m feeds` checks, previews, explains and publishes by the same rules."""
    fill(cli, item())
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"title": "The ferry leaves the harbour"}', encoding="utf-8")

    def ask(*arguments: str) -> Any:
        alone = {"TOPICWIRE_TOPICS__SHIPPED": "false"}
        return CliRunner(env=alone).invoke(feeds.__main__.main, ["--home", str(cli.home), *arguments])

    assert counts(ask("check").stdout) == ["harbour: 2 of 2 examples as declared"]
    assert json.loads(ask("preview", "harbour", str(rows)).stdout)["tagged"] is True
    assert "tagged harbour" in ask("explain", "http://post.example/ferry").stdout
    assert ask("publish").stderr.startswith("17 files written")
    unknown = ask("check", "none")
    assert (unknown.exit_code, unknown.stderr) == (2, 'topicwire: no topic is called "none"; known are: harbour\n')
    assert os.environ.get("TOPICWIRE_HOME") is None


# Results for programs


def test_what_explain_says_is_an_object_for_programs(cli: Cli) -> None:
    """The item as `items --json` shows it, its story, and every topic's answer with its evidence."""
    fill(cli, about(1))
    (item,) = cli.rows("items", "--json")
    (found,) = cli.rows("explain", item["id"], "--json")
    assert {key: found[key] for key in item} == item
    (topic,) = found["topics"]
    assert (topic["topic"], topic["tagged"], topic["published_is_older"]) == ("harbour", True, False)
    assert {hit["text"] for hit in topic["hits"]} == {"ferry", "harbour"}
    assert [member["id"] for member in found["story"]["members"]] == [item["id"]]


def test_a_story_is_an_object_for_programs(cli: Cli) -> None:
    """Its members with their carriers, and what joins them; of two items whether they are one story."""
    fill(cli, about(1), about(2))
    one, two = (row["id"] for row in cli.rows("items", "--json"))
    (apart,) = cli.rows("stories", "show", one, two, "--json")
    cli("stories", "join", one, two)
    (joined,) = cli.rows("stories", "show", one, two, "--json")
    assert (apart["one_story"], joined["one_story"]) == (False, True)
    (story,) = cli.rows("stories", "show", one, "--json")
    assert {member["id"] for member in story["members"]} == {one, two}
    assert story["merges"][0]["why"]
    assert cli.rows("explain", one, "--with", two, "--json") == [joined]


def test_the_result_of_a_pass_is_an_object_for_programs(cli: Cli) -> None:
    """`run --once`, `poll` and `ingest` count what they did."""
    (cli.home / "seeds").mkdir()
    (cli.home / "seeds" / "boat.txt").write_text("A boat\n\nThe ferry leaves the harbour.", encoding="utf-8")
    (cli.home / "sources.opml").write_text("<opml><body/></opml>", encoding="utf-8")
    (first,), (second,) = cli.rows("run", "--once", "--json"), cli.rows("poll", "--json")
    assert (first["documents_read"], first["items_new"], first["tags_given"], first["failed"]) == (1, 1, 1, 0)
    assert (second["items_new"], second["files_written"]) == (0, 0)
    (done,) = cli.rows("ingest", cli.home / "seeds", "--json")
    assert (done["unchanged"], done["failed"], done["errors"]) == (1, 0, [])
