import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wording import GROUPS, wording

from feeds.model import Classification, Document
from feeds.tagging.classifier import classify, sentence_key, tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.segments import segments
from feeds.tagging.quality.check import check
from feeds.tagging.topic.loader import parse_topic
from feeds.tagging.topic.model import Topic
from ingest.errors import TopicError

BOTH = 'require = ["ship", "place"]'
ROLE = """
[role.model]
of = "ship"
any = ["regatta", "{ship} kit", "toy .. {ship}", "kit of {ship}"]
unless = ["{gull}", "real"]
"""


def topic(head: str = BOTH, more: str = ROLE) -> Topic:
    """Return a topic over three groups, with a role of the ships."""
    return wording(head, f"{GROUPS}\n{more}")


def ask(text: str, head: str = BOTH, more: str = ROLE, title: str = "") -> Classification:
    """Return what it says of a text."""
    return classify(Matcher([topic(head, more)]), Document(title, text, "en"))[0]


# Roles


@pytest.mark.parametrize(
    ("text", "tagged", "why"),
    [
        ("A regatta at the quay.", False, "nothing says ship: “regatta” never suffices alone (role model)"),
        ("A ferry kit at the quay.", False, "nothing says ship: “ferry” never suffices alone (role model)"),
        ("A toy for the ferry at the quay.", False, "nothing says ship: “toy for the ferry” never suffices alone (role model)"),
        ("A ferry at the quay.", True, "ship: “ferry”; place: “quay”"),
        ("A ferry at the quay in a regatta.", True, "ship: “ferry”; model: “regatta”; place: “quay”"),
        ("A toy of a boat, a ferry and a regatta at the quay.", True, "ship: “ferry”; model: “toy of a boat”; place: “quay”"),
        ("Nothing at the quay.", False, "nothing says ship"),
    ],
)
def test_what_has_a_role_never_suffices_alone(text: str, why: str, *, tagged: bool) -> None:
    """A phrase of a role, and a hit inside one, count only beside a hit of the group without a role; the reason names the role."""
    answer = ask(text)
    assert (answer.tagged, answer.why) == (tagged, why)


def test_two_words_with_a_role_do_not_suffice_together() -> None:
    """However many of them meet: a credit and a format are no place where it happened."""
    assert not ask("A regatta, a ferry kit, a toy boat at the quay.").tagged


def test_what_a_role_held_back_is_shown_and_is_worth_a_look() -> None:
    """The words stand in the evidence with their role, and the item is a near miss."""
    answer = ask("A regatta at the quay.")
    assert answer.near_miss
    assert [(context, hit.text) for context, hit in answer.cancelled] == [("role model", "regatta")]
    assert [hit.text for hit in answer.hits] == ["quay"]


def test_the_group_must_be_found_in_the_same_place() -> None:
    """A hit without a role in another paragraph supports nothing; the refusal says what stands where the parts would meet."""
    answer = ask("A regatta at the quay.\nNothing.\nOne ferry.")
    assert not answer.tagged
    assert answer.why == (
        "ship and place are there, but never in one sentence, nor within 25 words in neighbouring ones;"
        " “regatta” never suffices alone (role model)"
    )


def test_with_support_a_role_counts_for_nearness() -> None:
    """Beside a ship of the same sentence, a word with a role may stand near where the ship itself does not."""
    near = "query = 'ship NEAR/2 place'"
    assert ask("The regatta at the quay saw one big old ferry.", near).tagged
    assert not ask("The regatta at the quay saw nothing.", near).tagged
    assert not ask("The regatta at the quay saw one big old ferry.", near, "").tagged


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        ("A regatta at the quay.", True),
        ("A ferry kit at the quay.", True),
        ("A ferry at the quay.", False),
        ("A toy at the quay.", False),
        ("A real regatta at the quay.", False),
        ("A regatta, one two three gulls, at the quay.", True),
        ("A regatta, one two gulls, at the quay.", False),
    ],
)
def test_a_query_may_ask_for_a_role(text: str, *, tagged: bool) -> None:
    """Named in a query, the phrases of a role are found like the terms of a group, also those around a hit."""
    answer = ask(text, "query = 'model AND place'")
    assert answer.tagged is tagged
    about = Document("", text, "en")
    assert bool(tag(Matcher([topic("query = 'model AND place'")]), about).tags) is tagged


def test_a_role_beside_a_group_may_be_boilerplate() -> None:
    """A sentence with a group and a role of it may turn out to be what the source repeats, also where the query names the role."""
    by = topic("query = 'ship AND place OR model AND gull'")
    lines = tag(Matcher([by]), Document("", "A gull.\nA regatta for every ferry.\nA ferry at the quay.", "en")).lines
    parts = segments("", "A gull.\nA regatta for every ferry.\nA ferry at the quay.")
    assert lines == {sentence_key(by, part) for part in parts[:2]}


@pytest.mark.parametrize(
    ("text", "near_miss"),
    [
        ("A regatta at the quay.", True),
        ("A ferry kit at the quay.", True),
        ("A gull kit at the quay.", True),
        ("A gull kit.", False),
        ("At the quay.", False),
    ],
)
def test_of_alternatives_any_may_be_the_near_miss(text: str, *, near_miss: bool) -> None:
    """Where a role or a frame took the word of one alternative, and the rest is there, a person should look."""
    more = f'{ROLE}\n[frame.doll]\ncancels = "gull"\nany = ["{{gull}} kit"]'
    assert ask(text, "query = '(ship OR gull) AND place'", more).near_miss is near_miss


def test_a_role_may_be_of_several_groups() -> None:
    """One list of credits serves every group of the medium."""
    more = '[role.picture]\nof = ["ship", "place"]\nany = ["{ship} .. {place} poster", "{place} poster"]'
    assert not ask("A ferry in the harbour poster.", more=more).tagged
    assert not ask("A boat and a quay poster.", more=more).tagged
    assert ask("A ferry in the harbour.", more=more).tagged


def test_an_exclusion_needs_more_than_a_role() -> None:
    """A word that never suffices alone excludes nothing by itself."""
    head = 'require = ["place"]\nexclude = ["ship"]'
    assert ask("A regatta at the quay.", head).tagged
    assert not ask("A ferry at the quay.", head).tagged


# Exceptions


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        ("A real ferry kit at the quay.", True),
        ("Real, one, a ferry kit at the quay.", True),
        ("Real, one, two, a ferry kit at the quay.", False),
        ("A ferry kit, one, two, real at the quay.", True),
        ("A ferry kit, one, two, three, real at the quay.", False),
        ("A toy, a real ferry, at the quay.", True),
        ("A ferry kit with gulls at the quay.", True),
        ("Real. A ferry kit at the quay.", False),
    ],
)
def test_an_exception_makes_a_role_void(text: str, *, tagged: bool) -> None:
    """`unless` holds inside the phrase and among the three words before and after it, in the same sentence."""
    assert ask(text).tagged is tagged


FRAME = """
[frame.fun]
cancels = ["place", "gull"]
any = ["safe .. {place}", "rubber {gull}"]
unless = ["{ship}"]
"""


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        ("A safe harbour.", False),
        ("A rubber gull.", False),
        ("A safe ferry harbour.", True),
        ("A ferry, a safe harbour.", True),
        ("A ferry; one two three four, a safe harbour.", False),
        ("A harbour.", True),
    ],
)
def test_a_frame_may_cancel_several_groups_and_have_exceptions(text: str, *, tagged: bool) -> None:
    """The frame takes the sense from hits of each group that it names, unless an exception stands in or beside it."""
    assert ask(text, "query = 'place OR gull'", FRAME).tagged is tagged


# The file


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ('[role.model]\nany = ["kit"]', 'role.model does not say of which group it is; write of = "GROUP"'),
        ('[role.model]\nof = ["shop"]\nany = ["kit"]', 'role.model: group "shop" is not known; did you mean "ship"?'),
        ('[role.model]\nof = 3\nany = ["kit"]', 'role.model.of is not a list of texts; write role.model.of = ["...", "..."]'),
        ('[role.model]\nof = "ship"', 'role.model has no terms; add some: any = ["..."]'),
        ('[role.ship]\nof = "ship"\nany = ["kit"]', "role.ship: a group or a frame has this name; give the role another"),
        (
            '[role."1 a"]\nof = "ship"\nany = ["kit"]',
            "role.1 a: no query could name it; use a letter, then letters, digits, _ and -, and no operator",
        ),
        ('[role.model]\nof = "ship"\nany = ["{sip} kit"]', 'role.model: group "sip" is not known; did you mean "ship"?'),
        ('[roles.model]\nof = "ship"', 'key "roles" is not known; did you mean "role"?'),
        ('[frame.fun]\ncancels = []\nany = ["kit"]', 'frame.fun does not say what it cancels; write cancels = "GROUP"'),
        (
            '[frame.fun]\ncancels = "ship"\nany = ["a"]\nunless = "b"',
            'frame.fun.unless is not a list of texts; write frame.fun.unless = ["...", "..."]',
        ),
        (
            '[frame.fun]\ncancels = "ship"\nany = ["a"]\nunless = ["{sip}"]',
            'frame.fun: group "sip" is not known; did you mean "ship"?',
        ),
        (
            '[frame.fun]\ncancels = "ship"\nany = ["a"]\nunless = ["!"]',
            'frame.fun.unless: "!" has no letters that could match; delete it or write words',
        ),
    ],
)
def test_a_mistake_names_key_and_cure(more: str, line: str) -> None:
    """What is wrong in a role or an exception is said in one line, with the cure."""
    with pytest.raises(TopicError) as caught:
        topic(more=more)
    assert str(caught.value).partition(": ")[2] == line


def test_a_file_without_the_newer_keys_keeps_its_version() -> None:
    """Roles and exceptions are in the version; a file that has none keeps the one it had before they were known."""
    frame = '[frame.fun]\ncancels = "place"\nany = ["safe {place}"]'
    assert topic(more=frame).version == "67349d1befd3"
    assert topic(more=frame.replace('"place"', '["place"]')).version == topic(more=frame).version
    versions = [
        topic(more=more).version
        for more in (frame, ROLE, f'{frame}\nunless = ["a"]', frame.replace('"place"', '["place", "gull"]'))
    ]
    assert len(set(versions)) == 4


# What a check says


def test_a_check_names_contradictions() -> None:
    """A phrase that its own exception makes void is an error; a term that stands in a group and its role is told."""
    void = check(topic(more='[role.model]\nof = "ship"\nany = ["toy {ship}"]\nunless = ["{ship}"]'))
    assert void.errors == ("harbour: “toy {ship}” has its exception “{ship}” in it, so it does nothing; delete one of the two",)
    double = check(topic(more='[role.model]\nof = "ship"\nany = ["ferry"]'))
    assert double.warnings == (
        "harbour: group gull decides nothing; name it in require or query",
        "harbour: group ship: “ferry” stands in role model too, so it never suffices alone; delete it in the group, or in the role",
    )


def test_a_role_that_no_example_needs_is_told() -> None:
    """Without the role every example comes out the same: it is untested."""
    example = '\n[[example]]\ntagged = {}\nlang = "en"\ntext = "{}"\n'
    yes, no = example.format("true", "A ferry at the quay."), example.format("false", "A ferry kit at the quay.")
    assert "the role model" in check(topic(more=ROLE + yes)).unneeded
    assert "the role model" not in check(topic(more=ROLE + yes + no)).unneeded


# Whatever the text


_PIECES = st.sampled_from([*"ferry boats quay harbour gulls regatta kit toy real of safe . \n one two".split(" ")])
_MATCHER = Matcher(
    [topic(), topic("query = 'model AND place OR gull NEAR/3 ship'"), topic("query = 'place NOT ship'", ROLE + FRAME)]
)


_PAIR = (Matcher([topic()]), Matcher([topic(more="")]))


@given(st.lists(_PIECES, max_size=25).map(" ".join), st.lists(_PIECES, max_size=5).map(" ".join))
def test_what_only_tags_says_what_classification_says(text: str, title: str) -> None:
    """The short way gives the same yeses, and every span on record holds the words that it quotes."""
    about = Document(title.replace("\n", " ").strip(), text, "en")
    answers = classify(_MATCHER, about)
    assert tag(_MATCHER, about).tags == tuple(answer for answer in answers if answer.tagged)
    for answer in answers:
        for hit in (*answer.hits, *(hit for _, hit in answer.cancelled)):
            assert {"title": about.title, "text": text}[hit.field][hit.start : hit.end] == hit.text != ""


@given(st.lists(_PIECES, max_size=25).map(" ".join))
def test_a_role_only_takes_away(text: str) -> None:
    """Without exclusions a topic with a role tags nothing that it would not tag without."""
    with_role, without = (classify(matcher, Document("", text, "en"))[0] for matcher in _PAIR)
    assert without.tagged or not with_role.tagged


# The examples in the docs


def shown_in(page: str) -> list[str]:
    """Return the topic files with examples that a page of the docs shows."""
    text = (Path(__file__).parent.parent / "docs" / page).read_text("utf-8")
    return [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[[example]]" in block]


_SHOWN = {f"{page} {number}": block for page in ("topics.md", "topic-tutorial.md") for number, block in enumerate(shown_in(page))}


@pytest.mark.parametrize("block", _SHOWN.values(), ids=_SHOWN)
def test_a_topic_in_the_docs_does_what_its_examples_say(block: str) -> None:
    """Every file that the docs show loads, its examples come out as declared, and a `why` that quotes is the reason."""
    shown = parse_topic(block, "shown", "docs/topics.md")
    assert check(shown).errors == ()
    for example in shown.examples:
        if "“" in example.why or example.why.startswith("nothing says"):
            assert classify(Matcher([shown]), Document(example.title, example.text, example.language))[0].why == example.why
