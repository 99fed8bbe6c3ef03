import pytest
from hypothesis import given
from hypothesis import strategies as st
from wording import IDLE, wording

from feeds.model import Classification, Document
from feeds.tagging.classifier import classify, tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.publisher import publisher_start
from feeds.tagging.quality.check import check
from ingest.errors import TopicError

BOTH = 'require = ["ship", "place"]'
NEAR = "query = 'ship NEAR/4 place'"


def ask(head: str, text: str = "", title: str = "", sources: tuple[str, ...] = ()) -> Classification:
    """Return what a wording over three groups says of a text."""
    return classify(Matcher([wording(head)]), Document(title, text, "en", sources))[0]


# Title and lead


@pytest.mark.parametrize(
    ("limit", "title", "text", "tagged"),
    [
        ("", "A ferry", "One two three four five. At the quay.", True),
        ("near_lead = 7", "A ferry", "One two three four five. At the quay.", True),
        ("near_lead = 6", "A ferry", "One two three four five. At the quay.", False),
        ("near_lead = 0", "Nothing", "A ferry one two three at the quay.", True),
        ("near_lead = 6", "Nothing", "A ferry. One two three four five. At the quay.", False),
        ("near_lead = 2", "A ferry", "In the quay", True),
    ],
)
def test_a_topic_may_limit_how_far_groups_meet_in_title_and_lead(limit: str, title: str, text: str, *, tagged: bool) -> None:
    """Words are counted from the title into the text; what meets in one sentence meets however far apart."""
    assert ask(f"{BOTH}\n{limit}", text, title).tagged is tagged


@pytest.mark.parametrize(
    ("limit", "query", "title", "text", "tagged"),
    [
        ("", "ship NEAR/4 place", "Late is the ferry", "It is at the quay.", False),
        ("one_place = 9", "ship NEAR/4 place", "Late is the ferry", "It is at the quay.", True),
        ("one_place = 8", "ship NEAR/4 place", "Late is the ferry", "It is at the quay.", False),
        ("one_place = 99", "ship NEAR/3 place", "Late is the ferry", "It is at the quay.", False),
        ("one_place = 99", "ship ONEAR/4 place", "Late is the ferry", "It is at the quay.", True),
        ("one_place = 99", "ship ONEAR/4 place", "Late at the quay", "It is the ferry.", False),
        ("one_place = 99", "ship NEAR/4 place", "Nothing", "A ferry. In the quay.", True),
        ("one_place = 99", "ship NEAR/4 place", "Nothing", "• A ferry\n• In the quay", False),
        ("one_place = 99", "title:(ship NEAR/4 place)", "Late is the ferry", "It is at the quay.", False),
        ("one_place = 60", "ship NEAR/4 place", "Late is the ferry", f"It is at the quay.\n{IDLE}", False),
    ],
)
def test_a_short_item_may_be_one_place(limit: str, query: str, title: str, text: str, *, tagged: bool) -> None:
    """In an item of so few words NEAR counts from the title into the text and from sentence to sentence."""
    assert ask(f"query = '{query}'\n{limit}", text, title).tagged is tagged


# The publisher


POST = ("The Harbour Post", "https://www.harbourpost.example/rss")


@pytest.mark.parametrize(
    ("title", "sources", "tail"),
    [
        ("A ferry comes very late - The Harbour Post", POST, " - The Harbour Post"),
        ("A ferry comes very late | Harbour Post", POST, " | Harbour Post"),
        ("Big Ferry Comes Late – The Harbour Post", POST, " – The Harbour Post"),
        ("A ferry comes very late | News | The Harbour Post", POST, " | The Harbour Post"),
        ("A ferry comes very late - FAZ - Quai Zeitung", ("Google News",), " - Quai Zeitung"),
        ("Big Ferry Comes Late - t-online", ("Google News",), " - t-online"),
        ("Grosse Verspätung der Fähre - Quai.de", (), " - Quai.de"),
        ("Big Ferry Comes Late - Quay Times", (), " - Quay Times"),
        ("A ferry comes very late - Il Quai", (), " - Il Quai"),
        ("A ferry comes very late - Voix du Nord", (), " - Voix du Nord"),
        ("מעבורת מאחרת מאוד - נמל", ("נמל",), " - נמל"),
        ("A ferry comes very late - what you must know", (), ""),
        ("A ferry comes very late - Quay: closed", (), ""),
        ("A ferry comes very late - Who Knows?", (), ""),
        ("A ferry comes very late - One Two Three Four Five", (), ""),
        ("Big Ferry Comes Late - Old Quay Closed", (), ""),
        ("Ferry - The Harbour Post", POST, ""),
        ("A ferry-Harbour Post", POST, ""),
        ("A ferry comes very late", POST, ""),
        ("", POST, ""),
        (" - ", POST, ""),
    ],
)
def test_the_publisher_is_found_at_the_end_of_a_title(title: str, sources: tuple[str, ...], tail: str) -> None:
    """A name that is known, that an aggregator added, or that looks like one; a headline of three words must stay."""
    at = publisher_start(title, sources)
    assert (title[at:] if at is not None else "") == tail


@given(st.text(alphabet="Ab -|–.!é א渡", max_size=60), st.lists(st.text(alphabet="Ab -.", max_size=12), max_size=3))
def test_no_title_is_cut_but_at_a_separator(title: str, sources: list[str]) -> None:
    """Whatever the title, what stays has three words and what goes begins with a separator."""
    at = publisher_start(title, sources)
    if at is not None:
        assert len(title[:at].split()) >= 1
        assert title[at:].strip()[0] in "-–|"


CUT = "cut_publisher = true"


@pytest.mark.parametrize(
    ("head", "title", "text", "tagged"),
    [
        (BOTH, "A ferry comes late - The Harbour Post", "", True),
        (f"{BOTH}\n{CUT}", "A ferry comes late - The Harbour Post", "", False),
        (f"{BOTH}\n{CUT}", "A ferry comes to the harbour late - The Harbour Post", "", True),
        (f"{BOTH}\n{CUT}", "A ferry comes late - The Harbour Post", "It is at the harbour.", True),
        (f"query = 'ship AND raw:\"Harbour\"'\n{CUT}", "A ferry comes late - The Harbour Post", "", False),
        (f"query = 'ship AND raw:\"Harbour\"'\n{CUT}", "A ferry is at Harbour Island - The Harbour Post", "", True),
        (f"{BOTH}\nnear_lead = 4\n{CUT}", "Late is the ferry - The Harbour Post", "It is at the quay.", True),
        (f"{BOTH}\nnear_lead = 4", "Late is the ferry - The Morning Post", "It is at the quay.", False),
        (f"{NEAR}\none_place = 9\n{CUT}", "Late is the ferry - The Harbour Post", "It is at the quay.", True),
    ],
)
def test_the_publisher_does_not_count(head: str, title: str, text: str, *, tagged: bool) -> None:
    """Its words are no hits, also for `raw:`, and are not counted as words between title and lead; without the key they are."""
    answer = ask(head, text, title, POST)
    assert answer.tagged is tagged
    about = Document(title, text, "en", POST)
    assert bool(tag(Matcher([wording(head)]), about).tags) is tagged


def test_the_words_that_do_not_count_are_shown() -> None:
    """The refusal and the evidence name the publisher."""
    answer = ask(f"{BOTH}\n{CUT}", "", "A ferry comes late - The Harbour Post", POST)
    assert answer.why == "nothing says place: “Harbour” is only the name of the publisher"
    assert [(context, hit.text) for context, hit in answer.cancelled] == [("the_name_of_the_publisher", "Harbour")]
    assert answer.near_miss


# The file


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("near_lead = -1", "near_lead is not a number of words; write near_lead = 25"),
        ("one_place = true", "one_place is not a number of words; write one_place = 25"),
        ("cut_publisher = 1", "cut_publisher is neither true nor false; write cut_publisher = true"),
        ("near_led = 3", 'key "near_led" is not known; did you mean "near_lead"?'),
    ],
)
def test_a_mistake_names_key_and_cure(line: str, said: str) -> None:
    """What is wrong is said in one line, with the cure."""
    with pytest.raises(TopicError) as caught:
        wording(f"{BOTH}\n{line}")
    assert str(caught.value).partition(": ")[2] == said


def test_what_is_said_of_places_is_in_the_version() -> None:
    """Each key changes the version, zero too; a key that says what holds anyway does not."""
    heads = [BOTH, *(f"{BOTH}\n{line}" for line in ("near_lead = 0", "one_place = 0", "near_lead = 9", CUT))]
    assert len({wording(head).version for head in heads}) == 5
    assert wording(f"{BOTH}\ncut_publisher = false").version == wording(BOTH).version


def test_a_check_tells_what_changes_nothing() -> None:
    """A limit for NEAR where the query has none, and one for a meeting where nothing must meet."""
    idle = check(wording("query = 'ship OR place OR gull'\none_place = 9\nnear_lead = 9"))
    assert idle.warnings == (
        "harbour: one_place changes nothing: the query has no NEAR; delete it",
        "harbour: near_lead changes nothing: no two parts must meet; delete it",
    )
    assert check(wording("query = 'ship NEAR/3 place AND gull'\none_place = 9\nnear_lead = 9")).warnings == ()


# Whatever the text


_PIECES = st.sampled_from("ferry quay gull . \n one two - Post Harbour".split(" "))
_MATCHER = Matcher(
    [
        wording(f"{BOTH}\nnear_lead = 5", name="a"),
        wording(BOTH, name="b"),
        wording(f"{NEAR}\none_place = 12\n{CUT}", name="c"),
        wording(NEAR, name="d"),
    ]
)


@given(st.lists(_PIECES, max_size=20).map(" ".join), st.lists(_PIECES, max_size=9).map(" ".join))
def test_the_short_way_gives_the_same_answers(text: str, title: str) -> None:
    """A limit only takes away; tagging alone says what classification says, whichever lines of a text it reads."""
    about = Document(title.replace("\n", " ").strip(), text, "en", ("Post",))
    answers = classify(_MATCHER, about)
    assert answers[1].tagged or not answers[0].tagged
    assert tag(_MATCHER, about).tags == tuple(answer for answer in answers if answer.tagged)
