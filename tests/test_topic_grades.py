import pytest
from hypothesis import given
from hypothesis import strategies as st
from wording import GROUPS, far, wording

from feeds.model import Classification, Document, Grade
from feeds.tagging.classifier import classify, tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.quality.check import check
from feeds.tagging.topic.model import Topic
from ingest.errors import TopicError

HEAD = """
query = "ship AND place OR passing"
[define]
passing = "gull AND place"
[at_most]
passing = "mention"
"""


def ask(head: str, text: str = "", title: str = "") -> Classification:
    """Return what a wording over three groups says of a text."""
    return classify(Matcher([wording(head)]), Document(title, text, "en"))[0]


@pytest.mark.parametrize(
    ("title", "text", "grade", "why"),
    [
        ("A ferry at the quay", "", Grade.CORE, "ship: “ferry”; place: “quay”"),
        (
            "A gull at the quay",
            "",
            Grade.MENTION,
            "gull: “gull” (passing); place: “quay” (passing); passing is at most a mention",
        ),
        ("A gull and a ferry at the quay", "", Grade.CORE, "ship: “ferry”; place: “quay”"),
        ("A gull at the quay", "A ferry at the quay.", Grade.SUBSTANTIAL, None),
        ("A gull at the quay", far("A ferry at the quay."), Grade.MENTION, None),
        ("A gull at the quay", "A gull at the quay.\nGulls at the quay.", Grade.MENTION, None),
    ],
)
def test_what_rests_on_a_limited_part_stays_below_its_limit(title: str, text: str, grade: Grade, why: str | None) -> None:
    """However often and wherever it holds; a better alternative in the same place, or in another, gives its own grade."""
    answer = ask(HEAD, text, title)
    assert (answer.tagged, answer.grade) == (True, grade)
    assert why is None or answer.why == why


def test_an_alternative_inside_a_part_lifts_the_limit() -> None:
    """Of alternatives that hold the better one counts, of parts that must meet the worst."""
    head = "query = '(ship OR gull) AND place'\n[at_most]\ngull = 'substantial'"
    assert ask(head, title="A gull at the quay").grade is Grade.SUBSTANTIAL
    assert ask(head, title="A gull and a ferry at the quay").grade is Grade.CORE
    both = "query = '(ship OR gull) AND place'\n[at_most]\nplace = 'mention'\ngull = 'substantial'"
    assert ask(both, title="A gull at the quay").grade is Grade.MENTION
    title = "query = 'title:(ship OR gull) AND place'\n[at_most]\ngull = 'mention'"
    assert [ask(title, "At the quay.", f"A {word}").grade for word in ("gull", "ferry", "gull, a ferry")] == [
        Grade.MENTION,
        Grade.SUBSTANTIAL,
        Grade.SUBSTANTIAL,
    ]


def test_a_role_may_be_limited() -> None:
    """A word that never suffices alone may give a mention by itself."""
    head = "query = 'ship AND place OR kit AND place'\n[role.kit]\nof = 'ship'\nany = ['{ship} kit']\n[at_most]\nkit = 'mention'"
    assert ask(head, title="A ferry kit at the quay").grade is Grade.MENTION
    assert ask(head, title="A ferry at the quay").grade is Grade.CORE


def test_a_limit_keeps_an_item_out_of_the_feed() -> None:
    """Below `publish_from` the item is not tagged, and the reason names what kept the grade low."""
    answer = ask(f'publish_from = "substantial"\n{HEAD}', title="A gull at the quay")
    assert (answer.tagged, answer.grade) == (False, Grade.MENTION)
    assert answer.why == (
        "only a mention (gull: “gull” (passing); place: “quay” (passing); passing is at most a mention); published from substantial"
    )


@pytest.mark.parametrize(
    ("alone", "title", "text", "grade"),
    [
        ("mention", "", "A ferry at the quay.", Grade.MENTION),
        ("mention", "Nothing", "A ferry at the quay. A boat at the quay.", Grade.SUBSTANTIAL),
        ("mention", "A ferry", "It was at the quay.", Grade.CORE),
        ("mention", "A ferry at the quay", "", Grade.CORE),
        ("substantial", "", "A ferry at the quay.", Grade.SUBSTANTIAL),
        ("core", "", "A ferry at the quay.", Grade.CORE),
        ("core", "", far("A ferry at the quay."), Grade.MENTION),
    ],
)
def test_a_topic_says_what_the_lead_alone_is_worth(alone: str, title: str, text: str, grade: Grade) -> None:
    """One meeting in the lead gives this grade; two of them, or one with the title, give what they always give."""
    assert ask(f'require = ["ship", "place"]\nlead_alone = "{alone}"', text, title).grade is grade


def test_a_meeting_in_the_lead_is_not_alone_where_the_title_has_a_part_in_it() -> None:
    """What `title:` asks for stands in the title, so the item is about it."""
    head = "query = 'ship AND place AND title:gull'\nlead_alone = 'mention'"
    assert ask(head, "A ferry at the quay.", "A gull").grade is Grade.SUBSTANTIAL
    assert ask("query = 'lang:en'\nlead_alone = 'mention'", "Nothing.").grade is Grade.SUBSTANTIAL


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("at_most = 'mention'", 'at_most is not a table; write [at_most] and NAME = "mention" below'),
        ("[at_most]\nsip = 'mention'", 'at_most: group, role or part "sip" is not known; did you mean "ship"?'),
        ("[at_most]\nship = 'mentoin'", 'at_most: grade "mentoin" is not known; did you mean "mention"?'),
        ("lead_alone = 'mentoin'", 'lead_alone: grade "mentoin" is not known; did you mean "mention"?'),
        ("lead_alon = 'mention'", 'key "lead_alon" is not known; did you mean "lead_alone"?'),
    ],
)
def test_a_mistake_names_key_and_cure(head: str, line: str) -> None:
    """What is wrong is said in one line, with the cure."""
    with pytest.raises(TopicError) as caught:
        wording(f'require = ["ship"]\n{head}')
    assert str(caught.value).partition(": ")[2] == line


def test_limits_are_in_the_version() -> None:
    """A topic that says nothing of grades keeps its version; what it says changes it."""
    plain = 'require = ["ship", "place"]'
    versions = [
        wording(head).version for head in (plain, f"{plain}\nlead_alone = 'mention'", f"{plain}\n[at_most]\nship = 'mention'")
    ]
    assert versions[0] == "3dd76cfbe06f"
    assert len(set(versions)) == 3


def test_a_check_tells_a_limit_that_limits_nothing() -> None:
    """What no query names, and core, which is no limit."""
    found = check(wording("query = 'ship AND place AND gull'\n[define]\nlost = 'ship'\n[at_most]\nlost = 'mention'\nship = 'core'"))
    assert found.warnings == (
        "harbour: define.lost decides nothing; name it in the query, or delete it",
        "harbour: at_most.lost: no query names it; name it there, or delete it",
        "harbour: at_most.ship: core is no limit; delete it",
    )


_PIECES = st.sampled_from("ferry quay gull . \n one two".split(" "))


def _topic(limits: str) -> Topic:
    return wording(f"query = '(ship OR gull) AND place OR gull NEAR/2 ship'\n{limits}", GROUPS)


_PAIR = Matcher([_topic("[at_most]\ngull = 'mention'\nplace = 'substantial'"), _topic("")])


@given(st.lists(_PIECES, max_size=20).map(" ".join), st.lists(_PIECES, max_size=5).map(" ".join))
def test_a_limit_only_lowers(text: str, title: str) -> None:
    """What is tagged stays tagged, with the same score and no higher grade; the short way gives the same answers."""
    about = Document(title.replace("\n", " ").strip(), text, "en")
    limited, free = answers = classify(_PAIR, about)
    assert (limited.tagged, limited.score) == (free.tagged, free.score)
    if limited.grade and free.grade:
        assert limited.grade.rank <= free.grade.rank
    assert tag(_PAIR, about).tags == tuple(answer for answer in answers if answer.tagged)
