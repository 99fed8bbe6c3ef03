import pytest
from hypothesis import given
from hypothesis import strategies as st
from wording import GROUPS, wording

from feeds.model import Classification, Document
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.segments import segments
from feeds.tagging.quality.check import check
from feeds.tagging.query_evaluation import Evaluation
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Topic
from ingest.errors import TopicError

PARTS = """
[define]
harboured = "afloat AND place"
afloat = "ship OR gull"
"""


def topic(head: str, parts: str = PARTS) -> Topic:
    """Return a topic over three groups, with named parts."""
    return wording(f"{head}\n{parts}")


def ask(text: str, head: str, parts: str = PARTS, title: str = "") -> Classification:
    """Return what it says of a text."""
    return classify(Matcher([topic(head, parts)]), Document(title, text, "en"))[0]


@pytest.mark.parametrize(
    ("head", "text", "tagged", "why"),
    [
        ("query = 'harboured'", "A gull at the quay.", True, "gull: “gull” (afloat); place: “quay” (harboured)"),
        ("query = 'afloat NEAR/2 place'", "A ferry at the quay.", True, "ship: “ferry” (afloat); place: “quay”"),
        ("query = 'ship OR harboured'", "A gull at the quay.", True, "gull: “gull” (afloat); place: “quay” (harboured)"),
        ("query = 'ship OR harboured'", "A ferry.", True, "ship: “ferry”"),
        ("query = 'title:afloat AND place'", "A quay.", True, "ship: “Ferry” (afloat); place: “quay”"),
        ("query = 'place NOT afloat'", "A ferry at the quay.", False, "excluded by afloat: “ferry”"),
        ("query = 'place AND afloat'", "A quay.", True, "place: “quay”; ship: “Ferry” (afloat)"),
        ('require = ["afloat", "place"]', "A gull at the quay.", True, "gull: “gull” (afloat); place: “quay”"),
        ('require = ["place"]\nexclude = ["afloat"]', "A gull at the quay.", False, "excluded by afloat: “gull”"),
    ],
)
def test_a_part_means_what_it_says(head: str, text: str, why: str, *, tagged: bool) -> None:
    """Wherever it is named a part holds as if it stood there in brackets; the reason names the innermost part of each group."""
    answer = ask(text, head, title="Ferry" if "title:" in head or "AND afloat" in head else "")
    assert (answer.tagged, answer.why) == (tagged, why)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("A quay.", "nothing says afloat"),
        ("A ferry.", "nothing says place"),
        ("Nothing.", "nothing says harboured"),
        (
            "A ferry.\nNothing.\nA quay.",
            "afloat and place are there, but never in one sentence, nor within 25 words in neighbouring ones",
        ),
    ],
)
def test_a_refusal_names_the_part_that_nothing_says(text: str, why: str) -> None:
    """Where nothing of a part is there, its name is what is missing; where something is, what it lacks."""
    assert ask(text, "query = 'harboured'").why == why.replace("nothing says harboured", "nothing says afloat or place")
    assert ask(text, "query = 'harboured AND lang:en'").why.startswith(
        why.partition(" are there")[0].replace("afloat and place", "harboured")
    )


def test_a_word_that_a_frame_took_from_a_part_is_quoted() -> None:
    """The refusal quotes the word of a group inside the missing part, and the item is a near miss."""
    frame = '[frame.toy]\ncancels = "ship"\nany = ["toy {ship}"]'
    answer = ask("A toy ferry at the quay.", "query = 'afloat AND place'", PARTS + frame)
    assert (answer.why, answer.near_miss) == ("nothing says afloat: “ferry” is only toy", True)


def test_the_part_that_was_the_alternative_is_on_record() -> None:
    """The branch of a query is written with the names of its parts."""
    assert ask("A gull at the quay.", "query = 'ship OR afloat AND place'").branch == "afloat AND place"
    assert ask("A gull at the quay.", "query = 'ship OR harboured'").branch == "harboured"


def test_a_part_is_evaluated_once_for_each_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the query names it, it is looked for once."""
    asked: list[str] = []

    def holds(condition: query.FromSource, document: Document) -> bool:
        asked.append(condition.text)
        return bool(document.sources)

    monkeypatch.setattr(query.FromSource, "holds", holds)
    by = topic("query = '(ship AND post) OR (gull AND post) OR (place AND (post OR gull))'", "[define]\npost = 'source:post'")
    parts = segments("", "A ferry.")
    evaluation = Evaluation(by, Document("", "A ferry.", "en", ("The Post",)), parts, Matcher([by]).find(parts, "en")[0].hits)
    assert by.expression is not None
    assert evaluation.holds(by.expression, evaluation.everywhere) is not None
    assert evaluation.holds(by.expression, evaluation.everywhere) is not None
    assert asked == ["post"]


# The file


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ("define = 3", 'define is not a table; write [define] and NAME = "a query" below'),
        ("[define]\na = 3", 'define.a is not text; write define.a = "..."'),
        ('[define]\na = " "', 'define.a is empty; write a = "a query"'),
        ('[define]\nship = "gull"', "define.ship: a group or a role has this name; give the part another"),
        (
            '[define]\nNOT = "gull"',
            "define.NOT: no query could name it; use a letter, then letters, digits, _ and -, and no operator",
        ),
        (
            '[define]\n"a b" = "gull"',
            "define.a b: no query could name it; use a letter, then letters, digits, _ and -, and no operator",
        ),
        ('[define]\na = "a"', "define.a stands in itself: a in a; take one of them out"),
        (
            '[define]\na = "ship AND b"\nb = "c"\nc = "gull OR a"',
            "define.a stands in itself: a in c in b in a; take one of them out",
        ),
        ('[define]\na = "ship AND gul"', 'define.a, line 1, column 10: group "gul" is not defined; did you mean "gull"?'),
        ('[define]\na = "ship and gull"', 'define.a, line 1, column 6: "and" cannot stand here; operators are in capitals: AND'),
        ('[define]\na = "ship OR lang:english"', 'define.a: "english" is no language; use a code such as lang:fr'),
    ],
)
def test_a_mistake_names_key_and_cure(parts: str, line: str) -> None:
    """What is wrong in a definition is said in one line, with the cure."""
    with pytest.raises(TopicError) as caught:
        topic('require = ["ship"]', parts)
    assert str(caught.value).partition(": ")[2] == line


def test_an_unknown_name_is_suggested() -> None:
    """The names of parts are among those that an error suggests."""
    with pytest.raises(TopicError, match='group "afloot" is not defined; did you mean "afloat"'):
        topic("query = 'afloot'")


def test_what_a_part_means_is_in_the_version() -> None:
    """A changed definition changes the version; one that nothing uses, or only `review` uses, does not."""
    version = topic("query = 'afloat'").version
    assert topic("query = 'afloat'", PARTS.replace("ship OR gull", "ship OR place")).version != version
    assert topic("query = 'afloat'", PARTS.replace("AND place", "OR place")).version == version
    assert (
        topic("query = 'ship'").version == wording("query = 'ship'").version == topic("query = 'ship'\nreview = 'afloat'").version
    )


def test_a_check_knows_parts() -> None:
    """A part that nothing names decides nothing; slips in a definition are told with its line; parts in a part are tested."""
    text = f"query = 'afloat'\n{PARTS}\n{GROUPS}\n[[example]]\ntagged = true\ntext = 'A ferry.'\n"
    found = check(topic("query = 'afloat'", PARTS + "\n[[example]]\ntagged = true\ntext = 'A ferry.'"), text, "harbour.toml")
    assert found.warnings == (
        "harbour.toml, line 10: group place decides nothing; name it in require or query",
        "harbour.toml, line 4: define.harboured decides nothing; name it in the query, or delete it",
    )
    assert found.unneeded == ("“gull” in afloat",)
    (error,) = check(topic("query = 'a'", "[define]\na = 'ship OR lang:jp'"), "query = 'a'\n[define]\na = 'ship OR lang:jp'").errors
    assert error.startswith("harbour, line 3: “jp” is no language")


# Whatever the text


_NAMED = st.sampled_from(
    ["ship", "place NOT gull", "ship NEAR/3 place", "(ship OR gull) AND place", "title:ship", "lang:en", '"old"']
)
_PIECES = st.sampled_from("ferry quay gull old . \n one two three".split(" "))


@given(
    _NAMED,
    st.sampled_from(["{} AND place", "gull OR {}", "{} NEAR/4 gull", "place NOT {}", "title:{}"]),
    st.lists(_PIECES, max_size=12),
)
def test_a_part_says_what_it_says_in_brackets(part: str, around: str, words: list[str]) -> None:
    """Named or written out, the answer is the same, with the same evidence."""
    about = Document("A ferry", " ".join(words), "en")
    groups = ("ship", "place", "gull")
    inner = query.parse(part, groups, "x")
    written = query.with_parts(query.parse(around.format("part"), (*groups, "part"), "x"), {"part": inner})
    plain = query.parse(around.format(f"({part})"), groups, "x")
    by = _TOPIC
    named, spelt = (classify(Matcher([_with(by, one)]), about)[0] for one in (written, plain))
    assert (named.tagged, named.grade, named.hits, named.near_miss) == (spelt.tagged, spelt.grade, spelt.hits, spelt.near_miss)


_TOPIC = wording('require = ["ship"]')


def _with(by: Topic, expression: query.Expression) -> Topic:
    return by.__class__(by.name, by.title, by.description, by.version, expression, by.groups)


def test_an_editor_is_led_to_the_line_of_the_definition() -> None:
    """The line of an error is the one of the file, also where the definition has several."""
    with pytest.raises(TopicError) as caught:
        topic('require = ["ship"]', '[define]\nafloat = """\nship\nOR gul"""')
    assert caught.value.line == 5
