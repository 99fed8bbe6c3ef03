import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.tagging.topic import query
from feeds.tagging.topic.query import (
    And,
    Expression,
    FromSource,
    GroupReference,
    InTitle,
    Language,
    Near,
    Not,
    Or,
    PhraseQuery,
    RawTerm,
    children,
    names,
    parse,
    walk,
)
from ingest.errors import TopicError

GROUPS = ("ship", "place", "gull")
SHIP, PLACE, GULL = (GroupReference(name) for name in GROUPS)


def read(text: str) -> Expression:
    """Read a query over three groups."""
    return parse(text, GROUPS, "harbour.toml: query")


def refusal(text: str) -> str:
    """Return the one line with which a query is refused, without the file's name."""
    with pytest.raises(TopicError) as caught:
        read(text)
    line = str(caught.value)
    assert "\n" not in line
    return line.removeprefix("harbour.toml: query, ")


# What can be said


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("ship", SHIP),
        ("(ship)", SHIP),
        ("ship AND place", And((SHIP, PLACE))),
        ("ship OR place", Or((SHIP, PLACE))),
        ("ship AND place AND gull", And((SHIP, PLACE, GULL))),
        ("ship NOT gull", And((SHIP, Not(GULL)))),
        ("ship AND NOT gull", And((SHIP, Not(GULL)))),
        ("ship NOT gull AND place", And((SHIP, Not(GULL), PLACE))),
        ("ship NOT (gull OR place)", And((SHIP, Not(Or((GULL, PLACE)))))),
        ("ship NOT gull NEAR/2 place", And((SHIP, Not(Near(GULL, PLACE, 2, ordered=False))))),
        ("ship AND place OR gull", Or((And((SHIP, PLACE)), GULL))),
        ("ship OR place AND gull", Or((SHIP, And((PLACE, GULL))))),
        ("(ship OR place) AND gull", And((Or((SHIP, PLACE)), GULL))),
        ("ship NEAR/5 place", Near(SHIP, PLACE, 5, ordered=False)),
        ("ship ONEAR/12 place", Near(SHIP, PLACE, 12, ordered=True)),
        ("ship NEAR/0 place AND gull", And((Near(SHIP, PLACE, 0, ordered=False), GULL))),
        ("(ship OR gull) NEAR/3 place", Near(Or((SHIP, GULL)), PLACE, 3, ordered=False)),
        ('"small boat"', PhraseQuery("small boat")),
        ('"AND so on"', PhraseQuery("AND so on")),
        ("boat*", PhraseQuery("boat*")),
        ("*boat", PhraseQuery("*boat")),
        ("*boat*", PhraseQuery("*boat*")),
        ("title:ship", InTitle(SHIP)),
        ("title: ship", InTitle(SHIP)),
        ('title:"small boat"', InTitle(PhraseQuery("small boat"))),
        ("title:(ship AND place) OR gull", Or((InTitle(And((SHIP, PLACE))), GULL))),
        ("lang:fr", Language("fr")),
        ("source:gazette", FromSource("gazette")),
        ('source:"The Harbour Post"', FromSource("The Harbour Post")),
        ('raw:"(((Echo)))"', RawTerm("(((Echo)))")),
        ("ship\n  AND\n\tplace", And((SHIP, PLACE))),
    ],
)
def test_a_query_means_what_analysts_expect(text: str, meaning: Expression) -> None:
    """AND binds closer than OR, NEAR closer than both; brackets, quotes, stars and fields work."""
    assert read(text) == meaning


def test_a_group_may_be_called_like_a_field_or_begin_like_an_operator() -> None:
    """Only the word before a colon is a field, only whole words in capitals are operators."""
    groups = ("title", "order", "nothing", "android-news")
    assert names(parse("title OR order OR nothing OR android-news", groups, "x")) == set(groups)


def test_the_parts_of_a_query_can_be_walked() -> None:
    """Every part is met once, the whole before its parts."""
    query = read('ship NEAR/2 (place OR "pier") NOT title:gull AND lang:en')
    assert [type(part).__name__ for part in walk(query)] == (
        "And Near GroupReference Or GroupReference PhraseQuery Not InTitle GroupReference Language".split()
    )
    assert names(query) == set(GROUPS)
    assert children(SHIP) == children(Language("en")) == ()


# What is refused


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ship and place", 'line 1, column 6: "and" cannot stand here; operators are in capitals: AND'),
        ("ship or place", 'line 1, column 6: "or" cannot stand here; operators are in capitals: OR'),
        ("ship Or place", 'line 1, column 6: "Or" cannot stand here; operators are in capitals: OR'),
        ("ship not gull", 'line 1, column 6: "not" cannot stand here; operators are in capitals: NOT'),
        ("not gull", 'line 1, column 5: "gull" cannot stand here; operators are in capitals: NOT'),
        ("ship AND not gull", 'line 1, column 14: "gull" cannot stand here; operators are in capitals: NOT'),
        ("(not gull)", 'line 1, column 6: "gull)" cannot stand here; operators are in capitals: NOT'),
        ("ship and(place)", 'line 1, column 6: "and(place)" cannot stand here; operators are in capitals: AND'),
        ("ship AND not", 'line 1, column 10: group "not" is not defined; operators are in capitals: NOT'),
        ("ship near/5 place", 'line 1, column 6: "near/5" cannot stand here; operators are in capitals: NEAR/5'),
        ("ship oNear/5 place", 'line 1, column 6: "oNear/5" cannot stand here; operators are in capitals: ONEAR/5'),
    ],
)
def test_an_operator_in_small_letters_is_a_word(text: str, line: str) -> None:
    """`and`, `or`, `not` are words, so they cannot stand between groups, and the error says what was meant."""
    assert refusal(text) == line


@pytest.mark.parametrize("text", ["NOT gull", "ship OR NOT gull", "(NOT gull)", "ship AND (NOT gull)", "ship NOT NOT gull"])
def test_a_query_says_first_what_it_wants(text: str) -> None:
    """An exclusion with nothing before it would mean almost everything."""
    assert refusal(text).endswith('"NOT" cannot stand here; say first what must be there: wanted NOT unwanted')


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("", (1, 1), "the query ends too early"),
        ("ship AND", (1, 6), "the query ends too early"),
        ("ship OR", (1, 6), "the query ends too early"),
        ("(ship OR place", (1, 10), "the query ends too early"),
        ("OR ship", (1, 1), '"OR" cannot stand here'),
        ("ship OR OR place", (1, 9), '"OR" cannot stand here'),
        ("ship AND AND place", (1, 10), '"AND" cannot stand here'),
        ("ship | place", (1, 6), '"|" cannot stand here'),
        ("ship OR | place", (1, 9), '"|" cannot stand here'),
        ("ship |", (1, 6), '"|" cannot stand here'),
        ("ship)", (1, 5), '")" cannot stand here'),
        ("()", (1, 2), '")" cannot stand here'),
        ("ship OR ()", (1, 10), '")" cannot stand here'),
        ('""', (1, 1), '"""" cannot stand here'),
        ('"  "', (1, 1), '""" cannot stand here'),
        ('ship AND "open', (1, 10), '""open" cannot stand here'),
        ("*", (1, 1), '"*" cannot stand here'),
        ("bo*at", (1, 1), '"bo*at" cannot stand here'),
        ("ship place", (1, 6), '"place" cannot stand here'),
        ("ship NEAR place", (1, 6), '"NEAR" cannot stand here'),
        ("ship NEAR/1000 place", (1, 14), '"0" cannot stand here'),
        ("ship NEAR/2 place NEAR/2 gull", (1, 19), '"NEAR/2" cannot stand here'),
        ("raw:ship", (1, 5), '"ship" cannot stand here'),
        ("titel:ship", (1, 1), '"titel:ship" cannot stand here'),
        ("https://harbour.example/ferry", (1, 1), '"https://harbour.example/ferry" cannot stand here'),
        ("ship AND\nplace AND\n   | gull", (3, 4), '"|" cannot stand here'),
    ],
)
def test_a_mistake_is_shown_with_line_and_column(text: str, place: tuple[int, int], what: str) -> None:
    """An empty alternative, a stray sign, an open bracket or a pasted address is named by its place; nothing is skipped."""
    line, column = place
    said, _, cure = refusal(text).partition("; ")
    assert said == f"line {line}, column {column}: {what}"
    assert cure.startswith('join groups and "phrases" by AND, OR, NOT, NEAR/n')


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("shp", 'line 1, column 1: group "shp" is not defined; did you mean "ship"?'),
        ("ship AND\n  plac", 'line 2, column 3: group "plac" is not defined; did you mean "place"?'),
        ("zebra", 'line 1, column 1: group "zebra" is not defined; known are: ship, place, gull; other words go in quotes'),
        ('"shi per mile" OR shi', 'line 1, column 19: group "shi" is not defined; did you mean "ship"?'),
        ("ship AND shi", 'line 1, column 10: group "shi" is not defined; did you mean "ship"?'),
        ("lang:shi OR title:shi", 'line 1, column 19: group "shi" is not defined; did you mean "ship"?'),
        ("shi* OR source:shi OR (shi)", 'line 1, column 24: group "shi" is not defined; did you mean "ship"?'),
    ],
)
def test_an_unknown_group_is_named_with_its_place_and_a_suggestion(text: str, line: str) -> None:
    """A mistyped group is found where it stands, not where its letters happen to occur before."""
    assert refusal(text) == line


# Writing


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("((ship))", "ship"),
        ("ship NOT gull", "ship AND NOT gull"),
        ("ship AND place OR gull", "(ship AND place) OR gull"),
        ("boat*", '"boat*"'),
        ("source:gazette", 'source:"gazette"'),
        ("title:(ship)   NEAR/2 place", "title:ship NEAR/2 place"),
    ],
)
def test_a_query_is_written_in_one_way(text: str, written: str) -> None:
    """However it was typed, the same meaning is shown in the same words."""
    assert str(read(text)) == written


_quotable = st.text(st.characters(exclude_characters='"\n\r', exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    str.strip
)
_codes = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=3)
_words = st.one_of(
    st.sampled_from([SHIP, PLACE, GULL]),
    st.builds(PhraseQuery, _quotable),
    st.builds(RawTerm, _quotable),
    st.builds(FromSource, _quotable),
    st.builds(Language, _codes),
)


def _larger(wanted: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Return what can be said with smaller expressions; what is unwanted stands behind what is wanted."""
    unwanted = st.builds(Not, wanted)
    both = st.builds(
        lambda first, second, rest: And((first, second, *rest)),
        wanted,
        wanted | unwanted,
        st.lists(wanted | unwanted, max_size=2),
    )
    either = st.builds(lambda one, two, rest: Or((one, two, *rest)), wanted, wanted, st.lists(wanted, max_size=2))
    near = st.builds(Near, wanted, wanted, st.integers(0, 999), st.booleans())
    return st.one_of(both, either, near, st.builds(InTitle, wanted))


@given(st.recursive(_words, _larger, max_leaves=12))
def test_what_is_written_reads_back(expression: Expression) -> None:
    """A query written out and read again is the same query."""
    assert read(str(expression)) == expression


def test_only_alternatives_whose_words_stand_where_they_are_wanted_are_evaluated() -> None:
    """A group that the title must say is not enough in the text; an exclusion, and what needs no words, may always hold."""
    groups = ("ship", "place", "gull")
    text = 'title:ship AND place OR title:(place NOT gull) OR ship NEAR/3 (gull OR "fog") OR lang:de NOT ship'
    asked = parse(text, groups, "query")

    def left(found: set[str], in_title: set[str]) -> list[str]:
        return [str(part) for part in query.possible_alternatives(asked, frozenset(found), frozenset(in_title))]

    first, second, third, always = map(str, query.children(asked))
    assert left({"ship", "place"}, set()) == [always]
    assert left({"ship", "place"}, {"ship"}) == [first, always]
    assert left({"place", "gull"}, {"place", "gull"}) == [second, always]
    assert left({"ship", '"fog"'}, set()) == [third, always]
    assert left({'"fog"', "gull"}, {"gull"}) == [always]


def test_exclusions_and_conditions_of_an_expression_are_listed_once() -> None:
    """They are in the order of the query, also from within other parts."""
    asked = parse("(ship NOT gull OR lang:de AND place NOT gull) AND lang:de", ("ship", "place", "gull"), "query")
    assert [str(part) for part in query.exclusions(asked)] == ["NOT gull"]
    assert [str(part) for part in query.conditions(asked)] == ["lang:de"]
