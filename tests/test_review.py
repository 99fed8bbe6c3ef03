import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import GAZETTE, HARBOUR, Cli, about, carry, home_at, item, stored, topic, write_topic
from support import NOON
from wording import far

from feeds.cli.review import _example
from feeds.model import Classification, Grade
from feeds.store.classifications import Classifications
from feeds.store.reviews import Review, Verdict, reviewed
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.topic.loader import parse_topic
from ingest.text.sanitize import one_line, xml_safe

FERRY = "http://post.example/1"  # the rules tag it
MARKET = "http://post.example/2"  # they do not: no ship
APART = "http://post.example/3"  # a near miss: ship and place stand apart
MENTION = "http://post.example/4"  # tagged, but only just
STRICTER = HARBOUR.replace('["ferry", "ferries", "boat*"]', '["boat*"]')
WIDER = HARBOUR.replace('"boat*"]', '"boat*", "market"]')


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home with four items, classified."""
    write_topic(home)
    stories = (about(1), about(2, "market by the harbour"), about(3, "news"), about(4, "more news"))
    texts = ("", "", far("A ferry came.\nThe harbour is old."), far("A ferry came to the harbour."))
    with home_at(home).facts() as facts:
        for what, text in zip(stories, texts, strict=True):
            kept = item(guid=what.guid, url=what.url, title=what.title, text=text, summary="", published=None)
            carry(facts, [kept], at=NOON - timedelta(days=9))
        classify_new(facts, Classifications(facts), (topic(),), NOON)
    return Cli(home)


def classify_again(cli: Cli, text: str = HARBOUR) -> None:
    """Change the topic's wording and classify by it, as the service would."""
    write_topic(cli.home, text)
    with home_at(cli.home).facts() as facts:
        classify_new(facts, Classifications(facts), (topic(text),), NOON)


def tags(cli: Cli) -> list[str]:
    """Return the addresses of the items that are tagged."""
    return [row["url"] for row in cli.rows("items", "--json") if "harbour" in row["tags"]]


# A person's word outranks the rules


def test_an_accepted_item_is_tagged_whatever_its_words(cli: Cli) -> None:
    """`review accept` tags what the rules do not, and says so at once."""
    result = cli("review", "accept", MARKET, "--topic", "harbour", "--reason", "the market is on the quay")
    assert result.exit_code == 0
    assert "is tagged harbour: accepted by hand: the market is on the quay; `topicwire publish` writes it" in result.stderr
    assert MARKET in tags(cli)


def test_a_rejected_item_is_not_tagged_whatever_its_words(cli: Cli) -> None:
    """`review reject` takes a tag away."""
    assert FERRY in tags(cli)
    result = cli("review", "reject", FERRY, "--topic", "harbour")
    assert "is not tagged harbour: rejected by hand; `topicwire publish`" in result.stderr
    assert FERRY not in tags(cli)


@pytest.mark.parametrize("wording", [STRICTER, WIDER, f"near = 3\n{HARBOUR}"])
def test_a_decision_survives_a_changed_wording(cli: Cli, wording: str) -> None:
    """However often everything is classified anew, what a person said stands."""
    cli("review", "accept", MARKET, "--topic", "harbour")
    cli("review", "reject", FERRY, "--topic", "harbour")
    for text in (wording, HARBOUR, wording):
        classify_again(cli, text)
        assert MARKET in tags(cli)
        assert FERRY not in tags(cli)


def test_a_decision_survives_a_changed_article(cli: Cli) -> None:
    """A new version of the article does not undo what a person said of it."""
    cli("review", "accept", MARKET, "--topic", "harbour")
    with home_at(cli.home).facts() as facts:
        assert carry(facts, [about(2, "nothing of the kind")]).changed == 1
        classify_new(facts, Classifications(facts), (topic(),), NOON)
    assert MARKET in tags(cli)


def test_the_last_word_counts(cli: Cli) -> None:
    """Whoever changes their mind is obeyed."""
    cli("review", "accept", MARKET, "--topic", "harbour")
    cli("review", "reject", MARKET, "--topic", "harbour", "--reason", "no, after all")
    assert MARKET not in tags(cli)
    assert "rejected by hand: no, after all" in cli("explain", MARKET).stdout


def test_undo_gives_the_word_back_to_the_rules(cli: Cli) -> None:
    """What was said is forgotten, and the rules decide as if it had never been."""
    before = tags(cli)
    for said, what in (("accept", MARKET), ("reject", FERRY)):
        cli("review", said, what, "--topic", "harbour")
        assert tags(cli) != before
        assert cli("review", "undo", what, "--topic", "harbour").exit_code == 0
        assert tags(cli) == before


def test_there_is_nothing_to_undo_where_nothing_was_said(cli: Cli) -> None:
    """Taking back what was never said is a mistake, and named."""
    result = cli("review", "undo", FERRY, "--topic", "harbour")
    assert result.exit_code == 2
    assert "there is no review of" in result.stderr


def test_a_decision_is_about_one_topic(cli: Cli) -> None:
    """What is rejected for one topic may stay in another."""
    write_topic(cli.home, HARBOUR, "quay")
    with home_at(cli.home).facts() as facts:
        classify_new(facts, Classifications(facts), (topic(), topic(name="quay")), NOON)
    cli("review", "reject", FERRY, "--topic", "harbour")
    row = next(row for row in cli.rows("items", "--json") if row["url"] == FERRY)
    assert row["tags"] == ["quay"]


@pytest.mark.parametrize("verb", ["accept", "reject", "undo"])
def test_unknown_items_and_topics_are_refused(cli: Cli, verb: str) -> None:
    """A mistyped item or topic changes nothing."""
    before = tags(cli)
    assert cli("review", verb, "http://post.example/9", "--topic", "harbour").exit_code != 0
    assert cli("review", verb, FERRY, "--topic", "harbor").exit_code == 2
    assert cli("review", verb, FERRY).exit_code == 2
    assert tags(cli) == before


# What is seen of it


def test_a_decision_is_seen_in_explain(cli: Cli) -> None:
    """`explain` says that a person decided, and why; where the rules agree, both reasons stand."""
    cli("review", "accept", FERRY, "--topic", "harbour", "--reason", "of course")
    assert "ship: “ferry”; place: “harbour”; accepted by hand: of course" in cli("explain", FERRY).stdout
    cli("review", "reject", FERRY, "--topic", "harbour", "--reason", "a toy")
    assert "not tagged harbour: rejected by hand: a toy" in cli("explain", FERRY, "--topic", "harbour").stdout
    cli("review", "undo", FERRY, "--topic", "harbour")
    assert "by hand" not in cli("explain", FERRY).stdout


def test_a_decision_is_seen_in_the_feed(cli: Cli) -> None:
    """What a person accepted is published with the reason given, also when it is old; what was rejected is not."""
    cli("review", "accept", MARKET, "--topic", "harbour", "--reason", "it is <on> the quay & floats")
    cli("review", "reject", FERRY, "--topic", "harbour")
    cli("publish")
    entries = {entry.link: entry for entry in cli.published().entries}
    assert FERRY not in entries
    assert MARKET in entries
    assert "accepted by hand" in (cli.home / "public" / "harbour.atom").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", ["a\x01b", "two\nlines", "\u202ereversed", "half \ud800 of one"])
def test_a_reason_cannot_break_the_feed(cli: Cli, reason: str) -> None:
    """Whatever characters a reason holds, it is one line, and the feed is written."""
    cli("review", "accept", MARKET, "--topic", "harbour", "--reason", reason)
    assert cli("publish").exit_code == 0
    assert not cli.published().bozo
    assert parse_topic(HARBOUR + cli("review", "examples", "harbour").stdout, "harbour", "x").examples[-1].why == one_line(reason)


# What is uncertain


def test_mentions_and_near_misses_are_listed(cli: Cli) -> None:
    """The list shows what is just tagged and what just is not, with the reason; clear cases are left out."""
    lines = cli("review", "list", "harbour").stdout.splitlines()
    assert [line.split()[1] for line in lines[::2]] == ["missed", "tagged"]
    assert [line.partition("  en  ")[2] for line in lines[::2]] == ["Story 3: news", "Story 4: more news"]
    assert lines[1:4:2] == [
        "    ship and place are there, but never in one sentence, nor within 25 words in neighbouring ones",
        "    ship: “ferry”; place: “harbour”",
    ]


def test_what_is_decided_is_no_longer_listed(cli: Cli) -> None:
    """Each decision makes the list shorter; undoing puts the item back."""
    cli("review", "accept", APART, "--topic", "harbour")
    cli("review", "reject", MENTION, "--topic", "harbour")
    assert cli("review", "list", "harbour").stdout == ""
    cli("review", "undo", APART, "--topic", "harbour")
    assert len(cli("review", "list", "harbour").stdout.splitlines()) == 2


def test_the_newest_come_first_and_no_more_than_asked_for(cli: Cli) -> None:
    """A long list begins with what arrived last."""
    with home_at(cli.home).facts() as facts:
        what = about(5, "yet more news")
        carry(facts, [item(guid="5", url="http://post.example/5", title=what.title, text=far("Boats in the harbour."))], GAZETTE)
    assert cli("review", "list", "harbour", "--limit", "1").stdout.splitlines()[0].endswith("Story 5: yet more news")


# Examples


def test_decisions_are_proposed_as_examples(cli: Cli) -> None:
    """`review examples` writes what a topic file could hold, oldest decision first; it is TOML that the loader accepts."""
    cli("review", "accept", MARKET, "--topic", "harbour", "--reason", 'it is "on" the quay \\ floats')
    cli.clock.forward(minutes=1)
    cli("review", "reject", FERRY, "--topic", "harbour")
    proposed = cli("review", "examples", "harbour").stdout
    examples = parse_topic(f"{HARBOUR}\n{proposed}", "harbour", "harbour.toml").examples[-2:]
    assert [(one.tagged, one.language, one.title, one.why) for one in examples] == [
        (True, "en", "Story 2: market by the harbour", 'it is "on" the quay \\ floats'),
        (False, "en", "Story 1: ferry in the harbour", "rejected by hand"),
    ]


def test_without_decisions_nothing_is_proposed(cli: Cli) -> None:
    """No decision, no example."""
    assert cli("review", "examples", "harbour").stdout == ""


_ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(title=_ANY, text=_ANY, reason=_ANY, language=st.sampled_from([None, "en", "he"]), tagged=st.booleans())
def test_every_item_gives_an_example_that_the_loader_accepts(
    title: str, text: str, reason: str, language: str | None, *, tagged: bool
) -> None:
    """Quotes, backslashes, line ends, any script: what is stored can be written as an example and read back."""
    what = item(title=one_line(title), text=xml_safe(text), language=language)
    written = _example(stored(what), tagged=tagged, why=one_line(reason) or "by hand")
    (example,) = parse_topic(f"{HARBOUR.partition('[[example]]')[0]}\n{written}", "harbour", "harbour.toml").examples
    assert (example.tagged, example.language) == (tagged, language)
    assert example.title == " ".join(one_line(title).split())
    assert example.text == " ".join(xml_safe(text).split())


# The rule itself


TAGGED = Classification("harbour", "v", tagged=True, grade=Grade.MENTION, score=1.0, why="ship: “ferry”")
REFUSED = Classification("harbour", "v", tagged=False, grade=None, score=0.0, why="nothing says ship")


@pytest.mark.parametrize(
    ("classification", "decision", "tagged", "grade", "why"),
    [
        (TAGGED, None, True, Grade.MENTION, "ship: “ferry”"),
        (REFUSED, None, False, None, "nothing says ship"),
        (TAGGED, Verdict.ACCEPT, True, Grade.MENTION, "ship: “ferry”; accepted by hand: so it is"),
        (REFUSED, Verdict.ACCEPT, True, Grade.SUBSTANTIAL, "accepted by hand: so it is"),
        (TAGGED, Verdict.REJECT, False, Grade.MENTION, "rejected by hand: so it is"),
        (REFUSED, Verdict.REJECT, False, None, "rejected by hand: so it is"),
    ],
)
def test_a_person_outranks_the_rules(
    classification: Classification,
    decision: Verdict | None,
    tagged: bool,  # noqa: FBT001 - a column of the table
    grade: Grade | None,
    why: str,
) -> None:
    """The verdict decides; the words that met and the grade stay as they are."""
    answer = reviewed(classification, Review(decision, "so it is", NOON) if decision else None)
    assert (answer.tagged, answer.grade, answer.why) == (tagged, grade, why)
    assert bool(answer.review) is bool(decision)


def test_a_decision_is_kept_with_the_tag(cli: Cli) -> None:
    """What is stored of a tag says that a person gave it: a feed can show it without asking again."""
    cli("review", "accept", MARKET, "--topic", "harbour", "--reason", "yes")
    with home_at(cli.home).facts() as facts:
        kept = {stored.item.url: Classifications(facts).of(stored.row) for stored in facts.items.all()}
        evidence = facts.database.execute("select evidence from tag where why like 'accepted%'").fetchone()[0]
    assert [classification.review for classification in kept[MARKET]] == ["accepted by hand: yes"]
    assert json.loads(evidence)["decision"] == "accepted by hand: yes"
