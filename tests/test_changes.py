import json
from datetime import timedelta
from pathlib import Path

import pytest
from making import GAZETTE, HARBOUR, POST, Cli, about, carry, home_at, item, sighting, stored, topic, write_topic
from support import NOON

from feeds.tagging.quality.changes import TagChange, compare_wordings
from ingest.model import StoredItem
from ingest.store.items import Items

FISH = topic(HARBOUR.replace('"boat*"]', '"trawler*"]'))  # boats are out, trawlers are in


def kept(number: int, title: str, *, language: str | None = "en", gazette: bool = False) -> StoredItem:
    """Return a stored item about something in the harbour."""
    what = item(title=f"{title} in the harbour", text="", language=language)
    return stored(what, sighting(GAZETTE if gazette else POST), row=number, id=f"id-{number}")


ITEMS = (
    kept(1, "A ferry"),
    kept(2, "A boat"),
    kept(3, "Boats", language="de", gazette=True),
    kept(4, "A trawler", language=None),
    kept(5, "A ferry and a trawler", gazette=True),
    kept(6, "A market"),
)


def test_what_is_gained_lost_and_unchanged() -> None:
    """Every item that one of two wordings tags is compared; one that neither tags is left out."""
    changes = compare_wordings(topic(), FISH, ITEMS)
    assert [(change.id, change.kind) for change in changes.all] == [
        ("id-1", "unchanged"),
        ("id-2", "lost"),
        ("id-3", "lost"),
        ("id-4", "gained"),
        ("id-5", "unchanged"),
    ]


def test_the_same_wording_changes_nothing() -> None:
    """Replacing a topic by itself gains and loses nothing."""
    changes = compare_wordings(topic(), topic(name="other"), ITEMS)
    assert {change.kind for change in changes.all} == {"unchanged"}
    assert list(changes.rows()) == []


def test_rows_are_the_changes_alone() -> None:
    """For programs: each gained or lost item with what the new wording says of it."""
    assert list(compare_wordings(topic(), FISH, ITEMS).rows()) == [
        {
            "id": "id-2",
            "change": "lost",
            "title": "A boat in the harbour",
            "language": "en",
            "source": "The Harbour Post",
            "why": "nothing says ship",
        },
        {
            "id": "id-3",
            "change": "lost",
            "title": "Boats in the harbour",
            "language": "de",
            "source": "The Gazette",
            "why": "nothing says ship",
        },
        {
            "id": "id-4",
            "change": "gained",
            "title": "A trawler in the harbour",
            "language": "und",
            "source": "The Harbour Post",
            "why": "ship: “trawler”; place: “harbour”",
        },
    ]


def test_the_report_counts_by_language_and_source() -> None:
    """For people: the numbers in all, by language and by source, then each change with its reason."""
    assert compare_wordings(topic(), FISH, ITEMS).report() == [
        "all: 1 gained, 2 lost, 2 unchanged",
        "language en: 0 gained, 1 lost, 2 unchanged",
        "language de: 0 gained, 1 lost, 0 unchanged",
        "language und: 1 gained, 0 lost, 0 unchanged",
        "source The Harbour Post: 1 gained, 1 lost, 1 unchanged",
        "source The Gazette: 0 gained, 1 lost, 1 unchanged",
        "- id-2  en  A boat in the harbour  (nothing says ship)",
        "- id-3  de  Boats in the harbour  (nothing says ship)",
        "+ id-4  und  A trawler in the harbour  (ship: “trawler”; place: “harbour”)",
    ]


def test_a_change_is_known_by_the_items_own_id() -> None:
    """Each row can be looked up with `explain`."""
    assert compare_wordings(topic(), FISH, ITEMS[3:4]).all == (
        TagChange("id-4", "gained", "A trawler in the harbour", "und", "The Harbour Post", "ship: “trawler”; place: “harbour”"),
    )


# The command


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home with a topic, and items of two sources, one of them a month old."""
    write_topic(home)
    write_topic(home, HARBOUR.replace('"boat*"]', '"trawler*"]'), "draft")
    with home_at(home).facts() as facts:
        carry(facts, [about(1, "trawler in the harbour"), about(2, "nothing at all")])
        carry(facts, [about(3, "boat in the harbour")], GAZETTE)
        carry(facts, [about(4, "boats of the harbour")], at=NOON - timedelta(days=30))
    return Cli(home)


def test_the_command_shows_what_a_draft_would_change(cli: Cli) -> None:
    """`topics diff OLD NEW` takes names, and says what would be gained and lost."""
    lines = cli("topics", "diff", "harbour", "draft").stdout.splitlines()
    assert lines[0] == "all: 1 gained, 2 lost, 0 unchanged"
    assert "source The Gazette: 0 gained, 1 lost, 0 unchanged" in lines
    assert {line[0] for line in lines[4:]} == {"+", "-"}


def test_the_command_takes_files(cli: Cli, tmp_path: Path) -> None:
    """A draft may lie anywhere."""
    path = tmp_path / "wider.toml"
    path.write_text(HARBOUR.replace('"boat*"]', '"boat*", "trawler*"]'), encoding="utf-8")
    assert cli("topics", "diff", "harbour", path).stdout.startswith("all: 1 gained, 0 lost, 2 unchanged")


@pytest.mark.parametrize(("since", "lost"), [("36h", 1), ("29d", 1), ("31d", 2), ("5w", 2), ("4w", 1)])
def test_the_command_looks_back_so_far(cli: Cli, since: str, lost: int) -> None:
    """`--since` leaves out what was first seen before; hours, days and weeks count."""
    assert cli("topics", "diff", "harbour", "draft", "--since", since).stdout.startswith(f"all: 1 gained, {lost} lost")


@pytest.mark.parametrize("since", ["yesterday", "3", "d", "3m", "-3d", "3 d", "123456d"])
def test_an_age_that_is_none_is_refused(cli: Cli, since: str) -> None:
    """A text that is not an age is refused with an example; nothing is guessed."""
    result = cli("topics", "diff", "harbour", "draft", "--since", since)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f'--since "{since}" is not an age; write 36h, 90d or 12w' in result.stderr


def test_the_command_speaks_json(cli: Cli) -> None:
    """With `--json` each change is an object on a line of its own, and nothing else is written."""
    rows = cli.rows("topics", "diff", "harbour", "draft", "--json")
    assert sorted(row["change"] for row in rows) == ["gained", "lost", "lost"]
    assert all(set(row) == {"id", "change", "title", "language", "source", "why"} for row in rows)
    assert [row["title"] for row in rows if row["change"] == "gained"] == [about(1, "trawler in the harbour").title]


def test_the_command_changes_nothing(cli: Cli) -> None:
    """Looking at a draft writes no tag, no mark and no file."""
    cli("publish")
    with home_at(cli.home).facts() as facts:
        before = list(facts.database.connection.iterdump())
    files = sorted((path, path.stat().st_mtime_ns) for path in (cli.home / "public").iterdir())
    assert cli("topics", "diff", "harbour", "draft").exit_code == 0
    assert json.loads(cli("topics", "diff", "harbour", "draft", "--json").stdout.splitlines()[0])
    with home_at(cli.home).facts() as facts:
        assert list(facts.database.connection.iterdump()) == before
    assert sorted((path, path.stat().st_mtime_ns) for path in (cli.home / "public").iterdir()) == files


def test_an_unknown_topic_is_refused(cli: Cli) -> None:
    """A mistyped name is answered with those that are known."""
    result = cli("topics", "diff", "harbour", "drft")
    assert result.exit_code == 2
    assert 'no topic is called "drft"; known are: draft, harbour' in result.stderr


def test_a_short_look_back_reads_no_older_items(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--since` the items before it are not even loaded."""
    monkeypatch.setattr(Items, "all", lambda _: pytest.fail("everything is read"))
    assert cli("topics", "diff", "harbour", "draft", "--since", "36h").exit_code == 0
    with home_at(cli.home).facts() as facts:
        looked: list[str] = []
        facts.database.connection.set_trace_callback(looked.append)
        assert len(list(facts.items.since(NOON - timedelta(hours=36)))) < facts.items.count()
        facts.database.connection.set_trace_callback(None)
        (plan,) = facts.database.execute(f"explain query plan {looked[0]}").fetchall()
        assert "INDEX idx_item_first_seen" in plan[-1]
