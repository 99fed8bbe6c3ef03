"""An export has each story once, as the topic publishes it, in the same bytes each time, and its counts are those of the pages."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from making import GAZETTE, HARBOUR, POST, Cli, about, carry, home_at, item, write_topic
from schema import valid
from support import NOON

from feeds.cli.home import topics_of
from feeds.export.formats import FORMATS
from feeds.export.rows import COLUMNS, domain_of
from ingest.model import Author, Item, Source
from ingest.store.facts import Facts
from topicwire_service import classify_and_publish

STORY = "The old ferry sailed from the harbour for the last time on Monday, and forty passengers came to wave. " * 3


def store(cli: Cli, *items: Item, source: Source = POST) -> None:
    """Store items of a source and publish them."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.facts() as facts:
        carry(facts, items, source, cli.clock())
        classify_and_publish(made, facts, topics_of(made))


@pytest.fixture
def filled(cli: Cli) -> Cli:
    """Return a home with six stories of two days and two languages, one of them with a copy at another source."""
    write_topic(cli.home)
    story = item(guid="urn:item:lead", url="http://post.example/lead", title="The ferry leaves the harbour today", text=STORY)
    store(cli, *(about(number) for number in range(4)), story)
    cli.clock.forward(days=1)
    copy = replace(story, guid="urn:item:copy", url="http://www.gazette.co.uk/copy", title="The ferry leaves the harbour")
    french = replace(about(9), language="fr", title="Le ferry: the ferry in the harbour", published=cli.clock())
    store(cli, copy, french, source=GAZETTE)
    return cli


def rows(cli: Cli, *options: str) -> list[dict[str, Any]]:
    """Return the rows as JSON Lines give them."""
    return cli.rows("export", "--topic", "harbour", *options)


def counts(cli: Cli, *options: str) -> dict[str, Any]:
    """Return the counts."""
    found: dict[str, Any] = json.loads(cli("export", "--topic", "harbour", "--counts", *options).stdout)
    return found


def test_each_story_is_a_row(filled: Cli) -> None:
    """A copy is no row of its own: it counts as a carrier; ids are those of the feed; the order is that of days."""
    found = rows(filled)
    assert list(found[0]) == list(COLUMNS)
    assert len(found) == 6
    (story,) = [row for row in found if row["id"] == "urn:item:lead"]
    assert (story["carriers"], story["owners"], story["carrier_names"]) == (2, 2, "The Harbour Post; The Gazette")
    assert {row["id"] for row in found} == {entry.id for entry in filled.published().entries}
    assert {row["id"]: row["updated"] for row in found} == {entry.id: entry.updated for entry in filled.published().entries}
    assert [row["day"] for row in found] == sorted(row["day"] for row in found)


def test_the_counts_are_those_of_the_pages(filled: Cli) -> None:
    """Stories, days, languages and sources are the numbers that the topic's page shows."""
    found = counts(filled)
    page = (filled.home / "public" / "harbour.html").read_text(encoding="utf-8")
    assert f'<p class="meta">{found["stories"]} stories' in page
    table = re.findall(r'<th scope="row">.*?</th><td class="number">(\d+)</td>', page)
    assert table == [str(day["stories"]) for day in reversed(found["by_day"])]
    chips = dict(re.findall(r'data-key="(\w+)"[^>]*>[^<]* <span class="number">(\d+)', page))
    assert {one["language"]: str(one["stories"]) for one in found["by_language"]} == chips
    by_source = dict(re.findall(r'data-key="\w+"><bdi>([^<]+)</bdi> <span class="number">(\d+)', page))
    assert {one["source"]: str(one["stories"]) for one in found["by_source"]} == by_source
    assert (found["items"], found["carriers"], found["owners"]) == (7, 2, 2)
    assert sum(one["stories"] for one in found["by_day"]) == found["stories"] == len(rows(filled))
    assert found["sources"] == {"polled": 2, "alive": 0, "share_alive": 0.0}


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_database_gives_the_same_bytes(filled: Cli, form: str) -> None:
    """Neither the time nor the order of anything in memory shows."""
    if form == "parquet":
        pytest.importorskip("pyarrow")
    first = filled("export", "--topic", "harbour", "--format", form).stdout_bytes
    filled.clock.forward(days=30)
    assert filled("export", "--topic", "harbour", "--format", form).stdout_bytes == first
    assert len(first) > 500


def test_as_of_leaves_out_what_came_later(filled: Cli) -> None:
    """Items and carriers that were first seen after the moment are not there; a day means its end."""
    assert [row["id"] for row in rows(filled, "--as-of", "2026-03-02")] == [
        row["id"] for row in rows(filled) if row["language"] == "en"
    ]
    early = {row["id"]: row for row in rows(filled, "--as-of", "2026-03-02T12:00:00Z")}
    assert early["urn:item:lead"]["carriers"] == 1
    assert counts(filled, "--as-of", "2026-03-02")["items"] == 5
    assert rows(filled, "--as-of", "2026-03-01") == []
    assert filled("export", "--topic", "harbour", "--as-of", "yesterday").exit_code == 2


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "＝"])
def test_a_spreadsheet_runs_nothing(cli: Cli, sign: str) -> None:
    """A text that begins like a formula is quoted by an apostrophe, in CSV alone."""
    write_topic(cli.home)
    title = f'{sign}HYPERLINK("http://evil.example","the ferry in the harbour")'
    store(cli, item(title=title, authors=(Author(f"{sign}cmd"),)))
    text = cli("export", "--topic", "harbour", "--format", "csv").stdout_bytes.decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for value in row.values())
    assert row["authors"] == f"'{sign}cmd"
    assert rows(cli)[0]["authors"] == f"{sign}cmd"


def test_csv_and_json_lines_say_the_same(filled: Cli) -> None:
    """The rows differ in form alone; a line break in a text does not break a row."""
    store(filled, replace(about(30), title='A "quoted" ferry, in the harbour', text="One.\nTwo."))
    text = filled("export", "--topic", "harbour", "--format", "csv").stdout_bytes.decode()
    as_texts = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows(filled)]
    assert list(csv.DictReader(io.StringIO(text, newline=""))) == as_texts


def test_atom_is_valid_and_complete(filled: Cli) -> None:
    """One document holds what the feed and its archives hold."""
    data = filled("export", "--topic", "harbour", "--format", "atom").stdout_bytes
    valid(data)
    assert len(feedparser.parse(io.BytesIO(data)).entries) == 6


def test_parquet_has_types(filled: Cli) -> None:
    """Days and times are not texts there."""
    parquet = pytest.importorskip("pyarrow.parquet")
    data = filled("export", "--topic", "harbour", "--format", "parquet").stdout_bytes
    table = parquet.read_table(io.BytesIO(data))
    assert table.column_names == list(COLUMNS)
    assert [str(table.schema.field(name).type) for name in ("day", "first_seen", "carriers", "score", "title")] == [
        "date32[day]",
        "timestamp[us, tz=UTC]",
        "int64",
        "double",
        "string",
    ]
    assert [row["id"] for row in table.to_pylist()] == [row["id"] for row in rows(filled)]


def test_a_package_describes_its_files(filled: Cli, tmp_path: Path) -> None:
    """Every file is named with size and hash, every column with type and meaning; it can be written again over itself."""
    folder = tmp_path / "package"
    for _ in range(2):
        assert filled("export", "--topic", "harbour", "--format", "csv", "--package", folder).exit_code == 0
    described = json.loads((folder / "datapackage.json").read_text())
    assert sorted(path.name for path in folder.iterdir()) == ["counts.json", "datapackage.json", "stories.csv"]
    for resource in described["resources"]:
        data = (folder / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
    columns = described["resources"][0]["schema"]["fields"]
    assert [column["name"] for column in columns] == list(COLUMNS)
    assert {column["name"]: column["type"] for column in columns if column["type"] != "string"} == {
        "day": "date",
        "published": "datetime",
        "first_seen": "datetime",
        "updated": "datetime",
        "carriers": "integer",
        "owners": "integer",
        "score": "number",
    }
    assert (described["version"], described["private"]) == (counts(filled)["version"], False)
    assert json.loads((folder / "counts.json").read_text()) == counts(filled)


@pytest.mark.parametrize("form", ["csv", "jsonl", "atom"])
def test_masks_hold(cli: Cli, form: str, tmp_path: Path) -> None:
    """A masked word is in no format, nor in the description, nor in the counts."""
    write_topic(cli.home, HARBOUR.replace("[group.ship]", '[publish]\nmask = ["ferry", "gazette"]\n\n[group.ship]'))
    store(cli, about(1), source=GAZETTE)
    cli("export", "--topic", "harbour", "--format", form, "--package", tmp_path)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file()).lower()
    assert b"harbour" in written
    for word in (b"ferry in", b"the gazette"):
        assert word not in written


def test_a_public_export_names_nothing_private(cli: Cli) -> None:
    """A copy that only a private topic tags is no carrier of a public story; the private topic's own export has it."""
    write_topic(cli.home)
    secret = HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]").replace('"harbour*"', '"quay*"')
    secret = secret.replace("The ferry left the harbour", "The ferry left the quay").replace("Harbour news", "Secret")
    write_topic(cli.home, secret, "secret")
    story = item(guid="urn:item:lead", url="http://post.example/lead", title="The last ferry leaves for good today", text=STORY)
    copy = replace(story, guid="urn:item:copy", url="http://gazette.example/copy", text=STORY.replace("harbour", "quay"))
    store(cli, story)
    store(cli, copy, source=GAZETTE)
    assert cli("stories", "show", "urn:item:lead").stdout.count("gazette") > 0, "they are one story"
    assert "gazette" not in cli("export", "--topic", "harbour").stdout
    assert "gazette" in cli("export", "--topic", "secret").stdout


def test_an_empty_topic_is_an_empty_table(cli: Cli) -> None:
    """Without stories there is a head and nothing else; an unknown topic is a mistake."""
    write_topic(cli.home)
    assert cli("export", "--topic", "harbour").stdout == ""
    assert cli("export", "--topic", "harbour", "--format", "csv").stdout.strip() == ",".join(COLUMNS)
    valid(cli("export", "--topic", "harbour", "--format", "atom").stdout_bytes)
    assert counts(cli)["stories"] == 0
    assert cli("export", "--topic", "habour").exit_code == 2


def test_dead_sources_are_counted(filled: Cli) -> None:
    """The share of sources alive says how complete a figure is."""
    with Facts(filled.home / "topicwire.db") as facts:
        facts.sources.add([Source(f"http://{name}.example/") for name in ("well", "bad", "new")], NOON)
        facts.database.execute(
            """insert into poll (source_id, last_poll, last_success, failures, error)
            select id, :now, iif(url like '%well%', :now, null), 1, iif(url like '%bad%', 'no', null) from source
            where url like '%well%' or url like '%bad%'""",
            {"now": (NOON + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")},
        )
        facts.database.connection.commit()
    assert counts(filled)["sources"] == {"polled": 5, "alive": 1, "share_alive": 0.2}


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.example/a", "news.example"),
        ("http://feeds.bbc.co.uk:8080/x", "bbc.co.uk"),
        ("https://co.uk/", "co.uk"),
        ("http://10.0.0.1/x", "10.0.0.1"),
        ("https://localhost/x", "localhost"),
        ("https://a.b.gov.il/", "b.gov.il"),
        ("https://sub.news.co/", "news.co"),
    ],
)
def test_owners_are_domains(url: str, domain: str) -> None:
    """Two hosts of one registered domain are one owner."""
    assert domain_of(url) == domain


def test_every_format_is_offered() -> None:
    """The command offers exactly the formats that can be written."""
    from feeds.cli.upkeep.export import export_command  # noqa: PLC0415 - the command, not its module

    (option,) = [one for one in export_command.params if one.name == "form"]
    offered: Callable[..., Any] = option.type.to_info_dict
    assert set(offered()["choices"]) == set(FORMATS)
