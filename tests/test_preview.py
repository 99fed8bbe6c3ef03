import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from making import GAZETTE, HARBOUR, POST, Cli, carry, home_at, item, tagged, topic, write_topic
from support import NOON
from wording import BOTH, far, wording

from feeds.cli.preview import as_lines, saves
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.preview_pass import preview
from feeds.tagging.quality.preview import PreviewedItem, TopicPreview
from feeds.tagging.topic.model import Topic
from ingest.model import Item
from ingest.store.facts import IN_MEMORY, Facts
from ingest.store.lock import alone

TRAWLERS = HARBOUR.replace('"boat*"]', '"trawler*"]')  # boats are out, trawlers are in


def news(number: int, title: str, text: str = "", **changes: Any) -> Item:
    """Return one of many items with a title and a text of its own."""
    said = {"guid": f"urn:item:{number}", "url": f"http://post.example/{number}", "title": title, "text": text, "summary": ""}
    return item(**(said | changes))


ITEMS = (
    news(1, "The ferry in the harbour"),
    news(2, "A boat in the harbour", language="de"),
    news(3, "A trawler in the harbour", language=None),
    news(4, "Weather", far("A ferry came to the harbour.")),
    news(5, "A ferry at sea"),
    news(6, "Rain"),
)


@pytest.fixture
def facts() -> Iterator[Facts]:
    """Return a database with these items, the first stored first; the last comes from a second source."""
    with Facts(IN_MEMORY) as opened:
        for number, one in enumerate(ITEMS):
            carry(opened, [one], at=NOON + timedelta(hours=number))
        carry(opened, [news(7, "Two ferries leave the harbour")], GAZETTE, NOON + timedelta(hours=7))
        yield opened


def titles(items: tuple[PreviewedItem, ...]) -> list[str]:
    """Return the titles of previewed items."""
    return [one.stored.item.title for one in items]


def look(*items: Item, by: Topic | None = None, in_force: Topic | None = None, **asked: Any) -> TopicPreview:
    """Preview a wording over items, the first stored first."""
    with Facts(IN_MEMORY) as opened:
        for number, one in enumerate(items):
            carry(opened, [one], at=NOON + timedelta(minutes=number))
        return preview(opened, by or topic(), in_force, **asked)


# Numbers


def test_a_preview_counts_by_language_source_and_grade(facts: Facts) -> None:
    """Of all items that were examined: how many would be tagged, and of which language, source and grade they are."""
    found = preview(facts, topic(), None)
    assert (found.items, found.tagged, found.is_complete) == (7, 4, True)
    assert found.by_language == (("en", 3), ("de", 1))
    assert found.by_source == (("The Harbour Post", 3), ("The Gazette", 1))
    assert found.by_grade == (("core", 3), ("mention", 1))


def test_hits_come_newest_first_with_their_reason(facts: Facts) -> None:
    """What was stored last comes first, and each has the answer of the wording."""
    found = preview(facts, topic(), None, limit=3)
    assert titles(found.hits) == ["Two ferries leave the harbour", "Weather", "A boat in the harbour"]
    assert found.hits[0].answer.why == "ship: “ferries”; place: “harbour”"


def test_only_items_since_a_moment_are_examined(facts: Facts) -> None:
    """Items that were first seen before are neither counted nor shown."""
    found = preview(facts, topic(), None, since=NOON + timedelta(hours=3))
    assert (found.items, found.tagged) == (4, 2)


def test_a_preview_may_be_bounded(facts: Facts) -> None:
    """At most so many of the newest items are examined, and none after it is told to stop; then it says that it is not complete."""
    few = preview(facts, topic(), None, most=2)
    assert (few.items, few.is_complete) == (2, False)
    assert preview(facts, topic(), None, most=7).is_complete
    none = preview(facts, topic(), None, stopping=lambda: True)
    assert (none.items, none.is_complete, none.hits) == (0, False, ())


def test_a_topic_without_a_query_takes_everything(facts: Facts) -> None:
    """Everything is a hit, and nothing can be missed."""
    found = preview(facts, topic('title = "All"', "all"), None)
    assert (found.tagged, found.near) == (7, 0)


def test_nothing_stored_is_no_fault() -> None:
    """A preview of an empty home counts nothing."""
    found = look()
    assert (found.items, found.tagged, found.near, found.is_complete) == (0, 0, 0, True)


# Against the topic in force


def test_a_preview_says_what_is_gained_and_lost(facts: Facts) -> None:
    """Against the topic of its name that is in force: how many come, go and stay, and which."""
    change = preview(facts, topic(TRAWLERS), topic()).change
    assert change is not None
    assert (change.version, change.gained, change.lost, change.unchanged) == (topic().version, 1, 1, 3)
    assert titles(change.gained_items) == ["A trawler in the harbour"]
    (lost,) = change.lost_items
    assert (lost.stored.item.title, lost.answer.why) == ("A boat in the harbour", "nothing says ship")


def test_the_wording_in_force_gains_and_loses_nothing(facts: Facts) -> None:
    """A file whose deciding part is the same changes nothing, and a name that is new is compared with nothing."""
    change = preview(facts, topic(HARBOUR.replace("Harbour news", "News")), topic()).change
    assert change is not None
    assert (change.gained, change.lost, change.unchanged) == (0, 0, 4)
    assert preview(facts, topic(), None).change is None


# Near misses


NEAR = """
[group.ship]
any = ["ferry", "ferries", "boat*"]
[group.place]
any = ["harbour*", "quay"]
[group.gull]
any = ["gull*"]
"""


def test_what_an_exclusion_keeps_out_is_listed_last_and_counted() -> None:
    """The author wrote the exclusion: what lacks a group says more."""
    by = wording(f'{BOTH}\nexclude = ["gull"]')
    found = look(news(1, "A ferry in the harbour with gulls"), news(2, "A ferry"), news(3, "Gulls on a quay, a ferry"), by=by)
    assert [one.answer.why.split()[0] for one in found.near_misses] == ["nothing", "excluded", "excluded"]
    assert (found.near, found.near_excluded) == (3, 2)
    assert "near misses, the nearest 3 of 3, of which exclusions keep out 2, listed last" in as_lines(found, "f", None)


def test_the_nearest_misses_come_first() -> None:
    """All parts there but apart comes before one part missing; of two that lack a part the one with the rarer word."""
    found = look(
        news(1, "A ferry"),
        news(2, "The harbour"),
        news(3, "Another harbour"),
        news(4, "News", far(f"A ferry came.\n{far('The harbour is old.')}")),
        news(5, "Rain"),
    )
    assert titles(found.near_misses) == ["News", "A ferry", "Another harbour", "The harbour"]
    assert found.near_misses[0].answer.why.startswith("ship and place are there, but never in one sentence")
    assert found.near_misses[1].answer.why == "nothing says place"
    assert found.near == 4


@pytest.mark.parametrize(
    ("head", "title", "why"),
    [
        (BOTH, "A ferry", "nothing says place"),
        (f'{BOTH}\nexclude = ["gull"]', "A ferry in the harbour with gulls", "excluded by gull: “gulls”"),
        ('query = "ship AND place AND gull"', "A ferry in the harbour", "nothing says gull"),
        ('query = "ship NEAR/1 place"', "A ferry in the old harbour", "ship NEAR/1 place fails"),
        ('query = "ship AND lang:fr"', "A ferry", "its language is en, not fr"),
        ('query = "ship OR (place AND gull)"', "The harbour", "nothing says ship or gull"),
        ('query = "ship AND raw:\\"Quay!\\""', "A ferry", "nothing says exactly “Quay!”"),
        ('query = "ship AND source:gazette"', "A ferry", "no source of it matches “gazette”"),
        ('query = "\\"old ferry\\" AND place"', "The old ferry", "nothing says place"),
        ('query = "at_sea AND place"\n[define]\nat_sea = "ship OR gull"', "The harbour", "nothing says"),
        (f'{BOTH}\npublish_from = "core"', "A boat in the harbour", ""),
    ],
)
def test_one_clause_is_missing(head: str, title: str, why: str) -> None:
    """A near miss lacks one group, phrase, condition or exclusion, and its reason names it."""
    found = look(news(1, title), by=wording(head, NEAR))
    missed = [one.answer.why for one in found.near_misses]
    assert (missed == []) is (why == "")
    assert all(one.startswith(why) for one in missed)


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (BOTH, "Rain"),  # no word at all
        ('query = "ship AND place AND gull"', "A ferry"),  # two are missing
        ('require = ["ship"]', "Gulls"),  # of one group all is missing
        ('query = "all AND gull"\n[define]\nall = "ship AND place"', "A ferry"),  # two of a named part and beside it
        ('query = "ship NOT gull"', "Gulls"),  # an excluded word brings nothing near
    ],
)
def test_what_lacks_more_is_no_near_miss(head: str, title: str) -> None:
    """An item that lacks two parts, or has no word that speaks for the topic, is not near."""
    assert look(news(1, title), by=wording(head, NEAR)).near == 0


def test_a_grade_that_is_too_low_is_a_near_miss() -> None:
    """A mere mention of a topic that publishes more is shown with this reason."""
    found = look(ITEMS[3], by=topic(f'publish_from = "substantial"\n{HARBOUR}'))
    assert found.near_misses[0].answer.why.startswith("only a mention")


def test_a_negative_context_is_a_near_miss() -> None:
    """Where a context takes the sense away from the one word, the reason names it."""
    by = topic(f'{HARBOUR}\n[frame.joke]\ncancels = "ship"\nany = ["toy {{ship}}"]\n')
    (missed,) = look(news(1, "A toy ferry in the harbour"), by=by).near_misses
    assert missed.answer.why == "nothing says ship: “ferry” is only joke"


def test_an_item_that_is_erased_meanwhile_is_left_out(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may erase an item between the counting and the showing: the others are shown."""
    there = facts.items.present
    monkeypatch.setattr(facts.items, "present", lambda rows: there(rows)[1:])
    assert len(preview(facts, topic(), None).hits) == 3


# As the pass decides


LINE = "Follow the ferry of our company today."


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("by", [topic(), topic(HARBOUR.replace("require", 'query = "place NOT ship"\n#'))], ids=["and", "not"])
@pytest.mark.parametrize("with_place", [0, 1, 6])
def test_a_preview_tags_what_the_pass_tags(with_place: int, by: Topic, *, known: bool) -> None:
    """Boilerplate included, also of a wording that was never in force: what the preview counts is what will be tagged."""
    towns = "Alba Brno Cork Dover Essen Faro".split()
    places = [f"The {'harbour' if n < with_place else 'mill'} of {town} is old." for n, town in enumerate(towns)]
    items = [
        news(20 + n, f"Letters from {town}", f"{place} {LINE}") for n, (town, place) in enumerate(zip(towns, places, strict=True))
    ]
    items += [news(10, "A ferry in the harbour", LINE), *ITEMS[1:]]
    with Facts(IN_MEMORY) as opened:
        for number, one in enumerate(items):
            assert carry(opened, [one], at=NOON + timedelta(minutes=number)).new == 1
        classifications = Classifications(opened)
        if known:
            classify_new(opened, classifications, (by,), NOON)
        found = preview(opened, by, by, limit=100)
        classify_new(opened, classifications, (by,), NOON)
        rows = [one.row for one in tagged(classifications, "harbour")]
    assert sorted(one.stored.row for one in found.hits) == sorted(rows)
    assert found.tagged == len(rows)
    assert found.change is not None
    assert found.change.unchanged == len(rows)


def test_a_preview_stores_nothing_and_waits_for_nobody(home: Path) -> None:
    """While another process holds the home and writes, a preview reads; the database is as it was before."""
    write_topic(home)
    made = home_at(home)
    with made.facts() as facts:
        carry(facts, ITEMS[:3])
        Classifications(facts)
    before = made.database_path.read_bytes()
    with alone(home), made.facts() as writing, writing.transaction():
        result = Cli(home)("topics", "preview", "harbour")
    assert "2 of 3 stored items would be tagged harbour" in result.stdout
    assert made.database_path.read_bytes() == before


# The command


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home with a topic and items."""
    write_topic(home)
    with home_at(home).facts() as facts:
        for number, one in enumerate(ITEMS):
            carry(facts, [one], at=NOON + timedelta(hours=number))
        carry(facts, [news(7, "Two ferries leave the harbour")], GAZETTE, NOON + timedelta(hours=7))
    return Cli(home)


def test_the_command_previews_a_file_that_is_not_in_force(cli: Cli, tmp_path: Path) -> None:
    """Numbers, gained and lost, hits and near misses, with the words marked; nothing but data on stdout, no bar in a pipe."""
    (tmp_path / "harbour.toml").write_text(TRAWLERS, encoding="utf-8")
    result = cli("topics", "preview", tmp_path / "harbour.toml")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1:4] == [
        "  by language: en 3, und 1",
        "  by source: The Harbour Post 3, The Gazette 1",
        "  by grade: core 3, mention 1",
    ]
    assert "1 gained, 1 lost, 3 unchanged" in result.stdout
    for line in ("    Two [ferries] leave the [harbour]", "    > A [ferry] came to the [harbour].", "    nothing says place"):
        assert f"\n{line}\n" in result.stdout


def test_the_command_says_with_what_it_compared(cli: Cli, tmp_path: Path) -> None:
    """A name that is new, the wording in force, and a topic in force that cannot be read are told apart."""
    (tmp_path / "quays.toml").write_text(HARBOUR, encoding="utf-8")
    assert "no topic of this name is in force" in cli("topics", "preview", tmp_path / "quays.toml").stdout
    assert f"this wording is in force ({topic().version})" in cli("topics", "preview", "harbour").stdout
    (tmp_path / "harbour.toml").write_text(TRAWLERS, encoding="utf-8")
    write_topic(cli.home, "title = ")
    broken = cli("topics", "preview", tmp_path / "harbour.toml")
    assert (broken.exit_code, "compared with nothing" in broken.stderr) == (0, True)


def test_json_has_everything(cli: Cli, tmp_path: Path) -> None:
    """One object: numbers, the difference, and the items with their sentences and where the words stand in them."""
    (tmp_path / "harbour.toml").write_text(TRAWLERS, encoding="utf-8")
    (row,) = cli.rows("topics", "preview", tmp_path / "harbour.toml", "--json", "--limit", "1", "--since", "3650d")
    assert (row["topic"], row["version"], row["items"], row["tagged"]) == ("harbour", topic(TRAWLERS).version, 7, 4)
    assert (row["by_language"], row["near"], row["since"][:4]) == ({"en": 3, "und": 1}, 2, "2016")
    assert {key: row["in_force"][key] for key in ("gained", "lost", "unchanged")} == {"gained": 1, "lost": 1, "unchanged": 3}
    (hit,) = row["hits"]
    (sentence,) = hit["sentences"]
    assert [sentence["text"][start:end] for start, end in sentence["marks"]] == ["ferries", "harbour"]
    assert (hit["tagged"], hit["grade"], row["near_misses"][0]["grade"]) == (True, "core", None)


def test_since_is_an_age(cli: Cli) -> None:
    """Items that were first seen earlier are left out, and the first line says so."""
    cli.clock.now = NOON + timedelta(hours=8)
    assert "2 of 4 stored items since 2026-03-02 15:00 UTC" in cli("topics", "preview", "harbour", "--since", "5h").stdout
    assert cli("topics", "preview", "harbour", "--since", "soon").exit_code == 2


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('title = "x\n', '    1 | title = "x', "Illegal character"),
        (f"neer = 3\n{HARBOUR}", "    1 | neer = 3", 'did you mean "near"?'),
        ('title = "x"\nquery = """\nship\nAND quay\n"""\n[group.ship]\nany = ["ferry"]', "    4 | AND quay", "is not defined"),
    ],
)
def test_an_error_of_the_file_shows_its_line(cli: Cli, tmp_path: Path, text: str, line: str, words: str) -> None:
    """The line of the file, then what is wrong and the cure; exit code 2."""
    (tmp_path / "harbour.toml").write_text(text, encoding="utf-8")
    result = cli("topics", "preview", tmp_path / "harbour.toml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == line
    assert words in result.stderr.splitlines()[1]


@pytest.mark.parametrize("name", ["none", "none.toml"])
def test_a_file_that_is_not_there_is_named(cli: Cli, name: str) -> None:
    """One line says what is known; exit code 2."""
    result = cli("topics", "preview", name)
    assert (result.exit_code, name in result.stderr) == (2, True)


# Watching


def test_a_save_is_seen(tmp_path: Path) -> None:
    """A watched file is previewed at once and after each save, also one that replaces it; while it is away nothing happens."""
    path, looks = tmp_path / "x.toml", 0
    steps: Iterator[Any] = iter(
        [
            lambda: None,
            lambda: path.write_text("two"),
            lambda: None,
            path.unlink,
            lambda: (tmp_path / "new").write_text("three") and (tmp_path / "new").replace(path),
        ]
    )
    path.write_text("one")
    seen = []

    def watch() -> None:
        for _ in saves(path, pause):
            seen.append((path.read_text(), looks))  # noqa: PERF401 - the generator ends in an exception

    def pause() -> None:
        nonlocal looks
        looks += 1
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    with pytest.raises(KeyboardInterrupt):
        watch()
    assert seen == [("one", 0), ("two", 2), ("three", 5)]


def test_watching_goes_on_past_a_broken_file(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken save shows its error and waits; the next good one is previewed; Ctrl-C ends it with exit code 0."""
    path = tmp_path / "harbour.toml"
    path.write_text(HARBOUR, encoding="utf-8")

    def saved(*_: object) -> Iterator[None]:
        for text in (HARBOUR, "title = ", TRAWLERS):
            path.write_text(text, encoding="utf-8")
            yield
        raise KeyboardInterrupt

    monkeypatch.setattr("feeds.cli.preview.saves", saved)
    result = cli("topics", "preview", path, "--watch", "--json", "--limit", "0")
    assert result.exit_code == 0
    assert [json.loads(line)["in_force"]["lost"] for line in result.stdout.splitlines()] == [0, 1]
    assert "Invalid value" in result.stderr
    assert result.stderr.endswith("stopped\n")


def test_of_many_sources_ten_are_named(home: Path) -> None:
    """Of many sources only ten are named in words, and how many more there are."""
    write_topic(home)
    with home_at(home).facts() as facts:
        for number in range(12):
            source = type(POST)(f"http://s{number}.example/feed", title=f"Source {number}")
            carry(facts, [news(number, f"Ferry {number} in the harbour")], source)
    line = Cli(home)("topics", "preview", "harbour").stdout.splitlines()[2]
    assert line.count("Source") == 10
    assert line.endswith(", and 2 more")
