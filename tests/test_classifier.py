import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import item, sighting, stored
from wording import BOTH, GROUPS, ask, far, wording

from feeds.model import Classification, Document, Evidence, Grade, document_of
from feeds.tagging.classifier import classify, screen, sentence_key, tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.segments import segments
from feeds.tagging.query_evaluation import Evaluation
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Topic


def quoted(answer: Classification) -> list[tuple[str, str]]:
    """Return the evidence as group and words."""
    return [(hit.group, hit.text) for hit in answer.hits]


# Where parts meet


@pytest.mark.parametrize(
    ("title", "text", "grade", "score"),
    [
        ("The ferry left the harbour", "", Grade.CORE, 3.0),
        ("The ferry left", "It had been in the harbour since Monday.", Grade.CORE, 2.5),
        ("The ferry left", "Nobody waved. It had been in the harbour since Monday.", Grade.CORE, 2.5),
        ("", "The ferry left the harbour.", Grade.SUBSTANTIAL, 2.0),
        ("", far("The ferry left the harbour."), Grade.MENTION, 1.0),
        ("", far("The ferry left. It had been in the harbour."), Grade.MENTION, 1.0),
        ("", "• The ferry left the harbour", Grade.MENTION, 1.0),
        ("", "▫ The ferry in the harbour", Grade.MENTION, 0.5),
        ("", far("The ferry left the harbour.\nA boat came to the quay."), Grade.SUBSTANTIAL, 2.0),
        ("", far("\n".join(["The ferry left the harbour."] * 4)), Grade.CORE, 4.0),
        ("The ferry left the harbour", "The ferry left the harbour.", Grade.CORE, 5.0),
    ],
)
def test_parts_that_meet_tag_an_item(title: str, text: str, grade: Grade, score: float) -> None:
    """Title weighs most, then title with lead, lead, sentence, list entry, caption; many meetings add up."""
    answer = ask(BOTH, text, title)
    assert (answer.tagged, answer.grade, answer.score) == (True, grade, score)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", far("The ferry left.\nThe harbour is old.")),
        ("", far("The ferry left. Nobody saw it go. The harbour is old.")),
        ("The ferry left", far("The harbour is old.")),
        ("", "• The ferry left\n• The harbour is old"),
        ("", "• The ferry left\nThe harbour is old."),
        ("", "▫ The ferry\n▫ The harbour"),
        ("Morning digest", f"Ferry late again. {'Word ' * 30}.\nMarket open.\nThe harbour is old."),
        ("The ferry left", "• The harbour is old"),
    ],
)
def test_parts_that_only_stand_in_one_item_do_not(title: str, text: str) -> None:
    """Two paragraphs, two entries of a list, two stories of a digest: both groups are there, but nobody says them together."""
    answer = ask(BOTH, text, title)
    assert (answer.tagged, answer.grade, answer.score) == (False, None, 0.0)
    assert answer.why == "ship and place are there, but never in one sentence, nor within 25 words in neighbouring ones"
    assert answer.near_miss
    assert {group for group, _ in quoted(answer)} == {"ship", "place"}


@pytest.mark.parametrize(("near", "tagged"), [(9, False), (10, True), (25, True)])
def test_neighbours_meet_within_so_many_words(near: int, *, tagged: bool) -> None:
    """Two sentences of a paragraph are read together if the parts stand near enough; a topic may say how near."""
    text = far("Our ferry was painted red over winter. Now it is in the harbour.")  # ten words between
    assert ask(f"{BOTH}\nnear = {near}", text).tagged is tagged
    assert ask(f"{BOTH}\nnear = {near}", text).distance == (10 if tagged else None)


def test_nearness_counts_for_every_pair() -> None:
    """Of three groups none may stand too far from another."""
    head = 'require = ["ship", "place", "gull"]\nnear = 6'
    assert ask(head, far("One ferry, two three harbours. Gulls all over.")).tagged
    assert not ask(head, far("One ferry, two three four five harbours, six seven eight nine. Gulls.")).tagged


def test_a_sentence_is_not_counted_twice() -> None:
    """A sentence that met by itself adds nothing together with its neighbour, nor with the title."""
    assert ask(BOTH, far("The ferry left the harbour. It was a ferry.")).score == 1.0
    assert ask(BOTH, "The ferry left the harbour.", "Ferry gone").score == 2.0


def test_the_distance_is_that_of_the_closest_words() -> None:
    """What is recorded is how close the groups come where they meet best, counted from title into text."""
    assert ask(BOTH, "A ferry, one two three four five six, a ferry harbour.").distance == 0
    assert ask(BOTH, "One two in the harbour.", "The ferry has left").distance == 6
    assert ask('require = ["ship", "place", "gull"]', "A ferry, one harbour, two three gulls, a quay.").distance == 4
    assert ask('require = ["ship"]', "A ferry, one two, a boat.").distance == 0


# The evidence


def test_the_evidence_quotes_and_names() -> None:
    """Each hit says group, term, language, place and the words as written."""
    groups = '[group.ship]\nfr = ["traversier*"]\n[group.place]\nany = ["harbour"]'
    answer = classify(Matcher([wording(BOTH, groups)]), Document("Les TRAVERSIERS", "Au vieux Harbour.", "fr"))[0]
    assert answer.hits == (
        Evidence("ship", "traversier*", "fr", "title", 4, 15, "TRAVERSIERS"),
        Evidence("place", "harbour", None, "text", 9, 16, "Harbour"),
    )
    assert answer.why == "ship: “TRAVERSIERS”; place: “Harbour”"


def test_the_best_meeting_gives_the_reason() -> None:
    """The line that says why quotes the place that weighs most, whatever comes first."""
    answer = ask(BOTH, far("A boat at the quay.\nThe ferry left."), "The ferry in the harbour")
    assert answer.why == "ship: “ferry”; place: “harbour”"
    assert quoted(answer) == [("ship", "ferry"), ("place", "harbour"), ("ship", "boat"), ("place", "quay")]


def test_no_more_than_twelve_hits_are_kept() -> None:
    """Evidence is a sample: a long article does not fill the database."""
    assert len(ask(BOTH, "Ferry and harbour. " * 20).hits) == 12


def test_every_group_that_decided_is_among_the_kept_hits() -> None:
    """However many words of one group come first, the words of the others are kept: those of the reason lead."""
    answer = ask(BOTH, f"Ferry{', boat' * 20}, harbour, quay.")
    assert answer.why == "ship: “Ferry”; place: “harbour”"
    assert quoted(answer) == [("ship", "Ferry"), ("place", "harbour"), *[("ship", "boat")] * 10]


def test_a_reason_with_very_many_groups_has_a_hit_of_each() -> None:
    """The bound yields to what the rule needed, which no text can make longer."""
    names = [f"part{number}" for number in range(15)]
    groups = "\n".join(f'[group.{name}]\nany = ["{name}"]' for name in names)
    by = wording(f"require = {names}", groups)
    answer = classify(Matcher([by]), Document("", f"{' '.join(names * 3)}."))[0]
    assert [hit.group for hit in answer.hits] == names


def test_what_decided_elsewhere_is_kept_before_what_repeats() -> None:
    """Other places count too: a group that only they have comes before further words of the best place."""
    head = "query = '(ship AND place) OR gull'"
    answer = ask(head, far("A gull."), f"Ferry{', boat' * 20} in the harbour")
    assert quoted(answer)[:3] == [("ship", "Ferry"), ("place", "harbour"), ("gull", "gull")]
    assert len(answer.hits) == 12


def test_a_refusal_keeps_a_word_of_each_group_that_is_there() -> None:
    """Why not, too, is told with what was found of each group."""
    answer = ask(BOTH, far(f"Ferry{', boat' * 20}.\nNobody saw it go.\nThe harbour is old."))
    assert not answer.tagged
    assert quoted(answer)[:2] == [("ship", "Ferry"), ("place", "harbour")]
    excluded = ask("query = 'ship AND NOT (place AND gull)'", f"Ferry. Harbour{', quay' * 20}, gull.")
    assert {hit.group for hit in excluded.hits} == {"place", "gull"}


def test_words_that_do_not_count_are_kept_of_each_group() -> None:
    """Of the words that negative contexts take away the first of each group comes first."""
    frames = '[frame.toy]\ncancels = ["ship", "place"]\nen = ["toy {ship}", "toy {place}"]'
    by = wording(BOTH, f"{GROUPS}\n{frames}")
    answer = classify(Matcher([by]), Document("", f"{'A toy boat. ' * 20}A toy harbour.", "en"))[0]
    assert [(context, hit.text) for context, hit in answer.cancelled][:2] == [("toy", "boat"), ("toy", "harbour")]
    assert len(answer.cancelled) == 12


@given(st.lists(st.sampled_from(["ferry", "boat", "quay", "harbour", "gull", "rain", "."]), max_size=60))
def test_every_word_that_a_reason_quotes_is_in_the_evidence(words: list[str]) -> None:
    """Whatever the text, the reason and its hits say the same, and what is stored stays small."""
    answer = ask("query = '(ship AND place) OR (gull AND ship)'", " ".join(words))
    assert len(answer.hits) <= 12
    if answer.tagged:
        assert answer.why == "; ".join(f"{hit.group}: “{hit.text}”" for hit in answer.hits[:2])


def test_topic_and_version_are_recorded() -> None:
    """An old tag can say which wording made it."""
    by = wording()
    answer = classify(Matcher([by]), Document("", "The ferry left the harbour."))[0]
    assert (answer.topic, answer.version, answer.review) == ("harbour", by.version, "")


# Why not


@pytest.mark.parametrize(
    ("head", "text", "why"),
    [
        (BOTH, "The ferry left.", "nothing says place"),
        (BOTH, "Nothing here.", "nothing says ship or place"),
        ("query = 'ship AND (place OR (gull AND \"old pier\"))'", "The ferry left.", "nothing says place"),
        ("query = '(ship AND gull) OR place'", "The ferry left.", "nothing says gull or place"),
        ("query = 'title:ship'", "The ferry left.", "ship is there, but not in the title"),
        ("query = 'ship NEAR/3 place'", "The ferry left.", "nothing says place"),
        ("query = 'lang:fr AND ship'", "The ferry left.", "its language is en, not fr"),
        ("query = 'source:gazette'", "The ferry left.", "no source of it matches “gazette”"),
        ("query = 'ship AND raw:\"QE2\"'", "The ferry qe2 left.", "nothing says exactly “QE2”"),
        ('require = ["ship"]\nexclude = ["gull"]', "Ferry and gulls.", "excluded by gull: “gulls”"),
        ('require = ["ship"]\nexclude = ["gull"]', "Nothing here.", "nothing says ship"),
        ('require = ["ship"]\nexclude = ["gull"]', "Gulls.", "excluded by gull: “Gulls”; nothing says ship"),
        ("query = '(ship NOT gull) OR (place AND \"old pier\")'", "A gull in the harbour.", 'nothing says "old pier"'),
        ("query = 'title:ship'", "Nothing here.", "nothing says ship"),
        (
            "query = 'ship NEAR/2 place'",
            "A ferry leaves our small harbour.",
            "ship NEAR/2 place fails: they never stand within 2 words of each other in one sentence",
        ),
        (
            "query = 'ship ONEAR/7 place'",
            "A harbour for one ferry.",
            "ship ONEAR/7 place fails: they never stand within 7 words of each other in this order in one sentence",
        ),
        (
            "query = 'gull AND (ship NEAR/2 place)'",
            "A gull. A ferry leaves our small harbour.",
            "ship NEAR/2 place fails: they never stand within 2 words of each other in one sentence",
        ),
        (
            "query = 'ship NEAR/2 lang:en'",
            "A ferry.",
            "ship NEAR/2 lang:en cannot hold: lang:en has no place in the text",
        ),
        (
            "query = '(ship AND place) OR (gull AND lang:fr)'",
            "A gull.",
            "its language is en, not fr",
        ),
        ("query = 'ship NOT (gull AND place)'", "Ferry, gulls, quay.", "excluded by gull AND place: “gulls”"),
        ("query = 'ship NOT lang:en'", "The ferry left.", "excluded by lang:en"),
        ('require = ["ship"]\npublish_from = "core"', "The ferry left.", "only a substantial (ship: “ferry”); published from core"),
    ],
)
def test_every_refusal_has_a_reason(head: str, text: str, why: str) -> None:
    """What is missing, what excluded it, or that it is too little: one line, with the words."""
    answer = ask(head, text, language="en")
    assert (answer.tagged, answer.why) == (False, why)


def test_what_only_a_negative_context_says_is_quoted() -> None:
    """A part that stands in a frame alone is missing, and the reason shows the words and the frame."""
    frame = f'{GROUPS}\n[frame.figure_of_speech]\ncancels = "place"\nany = ["safe {{place}}"]'
    by = Matcher([wording(BOTH, frame)])
    answer = classify(by, Document("", "The ferry is a safe harbour."))[0]
    assert (answer.tagged, answer.near_miss) == (False, True)
    assert answer.why == "nothing says place: “harbour” is only figure of speech"
    assert [(name, hit.text) for name, hit in answer.cancelled] == [("figure_of_speech", "harbour")]
    assert classify(by, Document("", "The ferry is a safe harbour in the harbour."))[0].tagged


def test_the_quoted_words_are_those_of_the_missing_part() -> None:
    """Where frames took words of several groups, the reason quotes those of the group that is missing."""
    frames = (
        f'{GROUPS}\n[frame.toy]\ncancels = "ship"\nany = ["toy {{ship}}"]\n[frame.fun]\ncancels = "place"\nany = ["safe {{place}}"]'
    )
    answer = classify(Matcher([wording(BOTH, frames)]), Document("", "A toy ferry and a ferry are a safe harbour."))[0]
    assert answer.why == "nothing says place: “harbour” is only fun"
    assert {context for context, _ in answer.cancelled} == {"toy", "fun"}


def test_a_negative_context_can_take_an_exclusion_away() -> None:
    """An excluded word inside a frame excludes nothing."""
    frame = f'{GROUPS}\n[frame.toy]\ncancels = "gull"\nany = ["rubber {{gull}}"]'
    by = Matcher([wording('require = ["ship"]\nexclude = ["gull"]', frame)])
    assert classify(by, Document("", "A ferry with a rubber gull."))[0].tagged
    assert not classify(by, Document("", "A ferry with a gull."))[0].tagged


def test_what_only_boilerplate_says_is_quoted() -> None:
    """A sentence that the source repeats under its articles counts for nothing, and the reason says so."""
    text = "The ferry left.\nFollow the harbour every day."
    key = sentence_key(wording(), segments("", text)[1])
    by = Matcher([wording()])
    answer = classify(by, Document("Ferry", text), frozenset({key}))[0]
    assert classify(by, Document("Ferry", text))[0].tagged
    assert (answer.tagged, answer.near_miss) == (False, True)
    assert answer.why == "nothing says place: “harbour” is only page furniture"


def test_boilerplate_is_never_a_title() -> None:
    """A title counts, even if the same words are repeated below articles."""
    key = sentence_key(wording(), segments("", "Ferry in the harbour")[0])
    answer = classify(Matcher([wording()]), Document("Ferry in the harbour", "Ferry in the harbour"), frozenset({key}))[0]
    assert (answer.tagged, answer.score) == (True, 3.0)


@pytest.mark.parametrize(
    ("text", "near_miss"), [("The ferry left.", False), (far("Ferry.\nHarbour."), True), ("Nothing here.", False)]
)
def test_a_near_miss_has_every_part(text: str, *, near_miss: bool) -> None:
    """Worth a second look is what has all parts, but never together; not what lacks one."""
    assert ask(BOTH, text).near_miss is near_miss


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("query = 'source:gazette'", "its source matches “gazette”"),
        ("query = 'lang:en'", "its language is en"),
        ("query = 'lang:en AND source:gazette'", "its language is en; its source matches “gazette”"),
        ("query = 'source:gazette NOT gull'", "its source matches “gazette”; nothing says gull"),
        ("query = 'source:gazette NOT lang:fr'", "its source matches “gazette”; its language is not fr"),
        ("query = 'ship AND lang:en NOT gull'", "ship: “ferry”; its language is en"),
        ("query = 'ship AND (lang:fr OR source:gazette)'", "ship: “ferry”; its source matches “gazette”"),
        ("query = 'lang:fr OR (lang:en AND source:gazette)'", "its language is en; its source matches “gazette”"),
        ("query = 'source:herald OR raw:\"ferry\"'", 'raw:"ferry": “ferry”'),
        ("query = 'title:lang:en'", "its language is en"),
    ],
)
def test_a_tag_names_every_clause_that_holds(head: str, why: str) -> None:
    """What holds by language or source alone says so; an exclusion is named where the tag rests on nothing else."""
    answer = ask(head, "The ferry left.", language="en", sources=("The Gazette",))
    assert (answer.tagged, answer.why) == (True, why)


# Exclusions and branches


def test_exclusions_that_were_tested_are_recorded() -> None:
    """A tag says what would have spoken against it and did not."""
    answer = ask('require = ["ship"]\nexclude = ["gull", "place"]', "The ferry left.")
    assert (answer.tagged, answer.excluded) == (True, ("gull", "place"))


def test_an_exclusion_looks_at_the_whole_item() -> None:
    """One excluded word anywhere is enough, however far from the rest."""
    head = 'require = ["ship"]\nexclude = ["gull"]'
    for title, text in (("A gull", far("The ferry left.")), ("The ferry left", far("A gull.")), ("", "• A ferry\n• A gull")):
        assert not ask(head, text, title).tagged


def test_the_branch_that_holds_is_recorded() -> None:
    """Of alternatives the first that holds in the best place is named; an exclusion of another branch is not claimed."""
    head = "query = '(ship NOT gull) OR place OR \"old pier\"'"
    by_ship, by_place, by_words = (ask(head, text) for text in ("A ferry.", "A harbour and a gull.", "An old pier."))
    assert (by_ship.branch, by_ship.excluded) == ("ship AND NOT gull", ("gull",))
    assert (by_place.branch, by_place.excluded) == ("place", ())
    assert (by_words.branch, by_words.excluded) == ('"old pier"', ("gull",))
    assert quoted(by_words) == [('"old pier"', "old pier")]


# The query's own operators


@pytest.mark.parametrize(
    ("written", "title", "text", "tagged"),
    [
        ("ship NEAR/2 place", "", "A ferry leaves our harbour.", True),
        ("ship NEAR/2 place", "", "A harbour for one ferry.", True),
        ("ship NEAR/2 place", "", "A ferry leaves our small harbour.", False),
        ("ship NEAR/2 place", "", "A ferry. Our harbour.", False),
        ("ship ONEAR/2 place", "", "A ferry leaves our harbour.", True),
        ("ship ONEAR/2 place", "", "A harbour for one ferry.", False),
        ("ship NEAR/0 place", "", "A ferry harbour.", True),
        ("ship ONEAR/0 place", "", "A ferry harbour.", True),
        ("ship NEAR/9 ship", "", "A ferry and nothing else.", False),
        ("ship NEAR/9 ship", "", "A ferry and a boat.", True),
        ("(ship OR gull) NEAR/1 place", "", "A gull harbour and a ferry.", True),
        ('"small boat" NEAR/1 "small"', "", "A small boat.", True),
        ('"boat*" NEAR/9 ship', "", "A boat.", False),
        ('"boat*" NEAR/9 ship', "", "A boat, a boat.", True),
        ('"boat*" ONEAR/9 ship', "", "A boat.", False),
        ('"*boat*" NEAR/9 "*house*"', "", "A boathouse.", True),
        ('"*boat*" ONEAR/9 "*house*"', "", "A boathouse.", True),
        ('"*house*" ONEAR/9 "*boat*"', "", "A boathouse.", False),
        ('"*house*" NEAR/9 "boathouse*"', "", "A boathouse.", False),
        ('"*boat*" NEAR/9 "*boath*"', "", "A boathouse.", False),
        ('"life-boat*" NEAR/9 "lifeboat*"', "", "A life-boat.", False),
        ('"*渡船*" NEAR/9 "渡"', "", "渡船", False),
        ('"small boat" ONEAR/1 "small"', "", "A small boat.", False),
        ("ship NEAR/2 lang:en", "", "A ferry.", False),
        ('"渡船" NEAR/3 "港口"', "", "港口的渡船", True),
        ('"渡船" ONEAR/3 "港口"', "", "港口的渡船", False),
        ('"港口" ONEAR/3 "渡船"', "", "港口的渡船", True),
        ("title:ship", "A ferry", "", True),
        ("title:ship", "", "A ferry", False),
        ("title:(ship AND place)", "A ferry", "Harbour.", False),
        ("title:ship AND place", "A ferry", far("An old harbour."), True),
        ("title:ship AND place AND gull", "A ferry", far("An old harbour. One gull."), True),
        ("place NOT title:ship", "A ferry", far("An old harbour."), False),
        ("place NOT title:ship", "", far("An old harbour. A ferry."), True),
        ("lang:en AND ship", "", "A ferry", True),
        ("lang:fr AND ship", "", "A ferry", False),
        ("lang:en", "", "Anything at all", True),
        ("source:gazette AND ship", "", "A ferry", True),
        ('source:"The GAZETTE" AND ship', "", "A ferry", True),
        ('source:"gazette.example" AND ship', "", "A ferry", True),
        ("source:herald AND ship", "", "A ferry", False),
        ("ship NOT source:gazette", "", "A ferry", False),
        ('raw:"(((ferry)))"', "", "They write (((ferry))) for it.", True),
        ('raw:"(((ferry)))"', "", "They write (ferry) for it.", False),
        ('raw:"(((QE2)))"', "", "One went. (((QE2))) sails.", True),
        ('raw:"(((QE2)))"', "(((QE2))) sails", "", True),
        ('raw:"((("', "(((", "", True),
        ('raw:"gone. The"', "", "It is gone. The QE2 sails.", True),
        ('raw:"Ferry"', "", "A Fer\u200bry.", True),
        ('raw:"Fer\u00adry"', "", "A Ferry.", True),
        ('raw:"Ferry"', "", "A ferry.", False),
        ('raw:"Ferry"', "", "A Ferryman.", False),
        ('raw:"Ferry"', "Ferry!", "", True),
        ('title:raw:"Ferry"', "", "A Ferry.", False),
        ('ship OR raw:"QE2"', "", far("The QE2 sails."), True),
        ('ship AND raw:"QE2"', "", far("A boat. The QE2 sails."), True),
        ('ship AND raw:"QE2"', "", far("A boat.\nThe QE2 sails."), False),
        ('ship NOT raw:"QE2"', "", far("A boat.\nThe QE2 sails."), False),
        ('raw:"a. B"', "", "From a. B said so", True),
        ('raw:"!"', "", "No. Yes! Maybe.", True),
        ('raw:"ferry" NEAR/1 place', "", "A ferry harbour", True),
        ("ship AND place AND gull", "", far("A ferry. A harbour. A gull."), False),
        ("(ship AND place) OR gull", "", far("A gull."), True),
        ('"*boat"', "", "A lifeboat.", True),
        ('boat* AND "old pier"', "", "Boats by the old pier.", True),
    ],
)
def test_a_query_decides(written: str, title: str, text: str, *, tagged: bool) -> None:
    """NEAR, ONEAR, title:, lang:, source: and raw: decide as analysts expect of them."""
    sources = ("The Gazette", "https://gazette.example/rss")
    answer = ask(f"query = '{written}'", text, title, language="en", sources=sources)
    assert answer.tagged is tagged
    assert all((title if hit.field == "title" else text)[hit.start : hit.end] == hit.text for hit in answer.hits)


def test_raw_evidence_is_the_letters_as_written() -> None:
    """What `raw:` finds is quoted like any hit, and counts words like any hit."""
    answer = ask("query = 'ship AND raw:\"(((QE2)))\"'", "No boat is like the (((QE2))) here.")
    assert quoted(answer) == [("ship", "boat"), ('raw:"(((QE2)))"', "(((QE2)))")]
    assert answer.distance == 3


# What a topic takes without a word


@pytest.mark.parametrize("text", ["Anything at all.", "", "A ferry."])
def test_a_topic_that_requires_nothing_takes_everything(text: str) -> None:
    """A planet publishes every item, and says so."""
    answer = ask("", text, "Title")
    assert (answer.tagged, answer.grade, answer.why, answer.hits) == (True, Grade.CORE, "everything is taken", ())


def test_a_topic_that_only_excludes_takes_the_rest() -> None:
    """Without a word that speaks against it an item is taken, and the exclusion is on record."""
    answer = ask('exclude = ["gull"]', "Nothing here.")
    assert (answer.tagged, answer.why, answer.excluded) == (True, "nothing says gull", ("gull",))
    assert not ask('exclude = ["gull"]', "One gull.").tagged


@pytest.mark.parametrize(
    ("grade", "text", "tagged"),
    [
        ("mention", far("Ferry, harbour."), True),
        ("substantial", far("Ferry, harbour."), False),
        ("substantial", "Ferry, harbour.", True),
        ("core", "Ferry, harbour.", False),
        ("core", f"Ferry, harbour.\n{far('Ferry, harbour.')}\nFerry, harbour.", True),
    ],
)
def test_a_topic_may_want_more_than_a_mention(grade: str, text: str, *, tagged: bool) -> None:
    """Below its `publish_from` an item is not tagged, but the grade is known."""
    answer = ask(f'{BOTH}\npublish_from = "{grade}"', text)
    assert answer.tagged is tagged
    assert answer.grade is not None


def test_what_decides_is_in_the_version() -> None:
    """A change of `publish_from` is a change of wording: what is stored is classified anew."""
    assert wording(f'{BOTH}\npublish_from = "core"').version != wording(BOTH).version


def test_an_item_is_known_by_all_its_carriers() -> None:
    """Names and addresses of every source that carried it are there for `source:`."""
    kept = stored(item(), sighting(), sighting())
    assert document_of(kept).sources == ("The Harbour Post", "http://post.example/feed.xml") * 2


# Whatever the text


_PIECES = st.sampled_from(
    [
        *"ferry ferries boats harbour quay gull harbours".split(),
        *["nothing", "one", "two", "Ha\u00adrbour", "f\u0435rry", "small", "safe", "渡船", "QE2", "’"],
        *[". ", ". ", "! ", "\n", "\n", "\n• ", "\n▫ ", ", "],
    ]
)
_TEXTS = st.lists(_PIECES, max_size=40).map(" ".join)
_TITLES = st.lists(_PIECES, max_size=6).map(lambda words: " ".join(words).replace("\n", " ").strip())
_QUERY = 'query = \'(ship AND place) OR (title:gull NOT "small") OR (gull ONEAR/3 ship AND NOT raw:"QE2")\''
_FRAMED = f'{GROUPS}\n[frame.fun]\ncancels = "place"\nany = ["safe {{place}}", "{{place}} .. two"]'
_TOPICS = {
    "both": wording(BOTH, _FRAMED, "both"),
    "query": wording(_QUERY, _FRAMED, "query"),
    "three": wording('require = ["ship", "place", "gull"]\nnear = 6', _FRAMED, "three"),
    "strict": wording(f'{BOTH}\nexclude = ["gull"]\npublish_from = "substantial"', _FRAMED, "strict"),
    "rest": wording('exclude = ["gull"]', _FRAMED, "rest"),
    "planet": wording("", _FRAMED, "planet"),
    "roles": wording(
        'query = "ship AND place OR title:toy AND gull"\nnear_lead = 9',
        f'{_FRAMED}\n[role.toy]\nof = "ship"\nany = ["small {{ship}}", "boats"]',
        "roles",
    ),
}
_MATCHER = Matcher(_TOPICS.values())


@given(_TITLES, _TEXTS, st.sampled_from([None, "en", "zh"]))
def test_classification_again_gives_the_same_record(title: str, text: str, language: str | None) -> None:
    """A stored text classified again, alone or with other topics, by a fresh matcher, gives the same record to the letter."""
    about = Document(title, text, language)
    for topic, answer in zip(_TOPICS.values(), classify(_MATCHER, about), strict=True):
        assert classify(Matcher([topic]), replace(about))[0] == answer


@given(_TITLES, _TEXTS)
def test_what_only_tags_says_what_classification_says(title: str, text: str) -> None:
    """The short way that skips the reasons for a no gives the same yeses."""
    about = Document(title, text)
    assert tag(_MATCHER, about).tags == tuple(answer for answer in classify(_MATCHER, about) if answer.tagged)


@given(_TITLES, _TEXTS)
def test_what_is_not_evaluated_would_not_have_held(title: str, text: str) -> None:
    """Passages and alternatives are left out by the groups that stand there; with all of them the answers are the same."""
    about = Document(title, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query, "possible", lambda *_: True)
        patch.setattr(query, "possible_alternatives", lambda asked, *_: asked.parts if isinstance(asked, query.Or) else (asked,))
        matcher = Matcher(_TOPICS.values())
        tagging, screenings = tag(matcher, about), screen(matcher, about)
    assert tag(_MATCHER, about) == tagging
    assert [(one.grade, one.tagged) for one in screen(_MATCHER, about)] == [(one.grade, one.tagged) for one in screenings]


@given(_TITLES, _TEXTS)
def test_the_evidence_quotes_the_text(title: str, text: str) -> None:
    """Every span on record holds just the words that the record quotes."""
    for answer in classify(_MATCHER, Document(title, text)):
        for hit in (*answer.hits, *(hit for _, hit in answer.cancelled)):
            assert {"title": title, "text": text}[hit.field][hit.start : hit.end] == hit.text != ""


@given(_TITLES, _TEXTS)
def test_a_tag_has_evidence_for_every_group(title: str, text: str) -> None:
    """No tag without evidence: each required group is quoted, and its words are among the reasons."""
    answer = classify(_MATCHER, Document(title, text))[0]
    if answer.tagged and len(answer.hits) < 12:
        assert {hit.group for hit in answer.hits} == {"ship", "place"}
        assert re.fullmatch(r"(ship|place): “.+”; (ship|place): “.+”", answer.why)


def blanked(about: Document, hits: tuple[Evidence, ...]) -> Document:
    """Return the item with the quoted words blanked out, all else in its place."""
    fields = {"title": list(about.title), "text": list(about.text)}
    for hit in hits:
        fields[hit.field][hit.start : hit.end] = "_" * (hit.end - hit.start)
    return replace(about, title="".join(fields["title"]), text="".join(fields["text"]))


@given(_TITLES, _TEXTS, st.sampled_from(["ship", "place"]))
def test_without_its_evidence_the_tag_falls(title: str, text: str, group: str) -> None:
    """Blanking what the record quotes for a required group takes the tag away; what else speaks is quoted in its turn."""
    about = Document(title, text)
    for _ in range(20):
        answer = classify(_MATCHER, about)[0]
        if not answer.tagged:
            return
        of_group = tuple(hit for hit in answer.hits if hit.group == group)
        assert of_group, "a tag quotes what it rests on"
        about = blanked(about, of_group)
    pytest.fail("still tagged")


@pytest.mark.parametrize("group", ["ship", "place"])
@pytest.mark.parametrize(
    ("title", "text"), [("Ferry news", "From the harbour."), ("", far("The ferry. The quay.")), ("", "• A boat at the quay")]
)
def test_one_blanking_is_enough_where_one_place_speaks(title: str, text: str, group: str) -> None:
    """Where parts meet once, the quoted words of one group carry the tag."""
    about = Document(title, text)
    answer = ask(BOTH, text, title)
    assert answer.tagged
    assert not classify(_MATCHER, blanked(about, tuple(hit for hit in answer.hits if hit.group == group)))[0].tagged


_ENDINGS: list[Callable[[str], str]] = [
    "{} Nothing else happened.".format,
    "{}\nNothing else happened.".format,
    "{}\n• Nothing else".format,
]


@given(_TITLES, _TEXTS, st.sampled_from(_ENDINGS))
def test_a_sentence_that_says_nothing_takes_no_tag_away(title: str, text: str, ending: Callable[[str], str]) -> None:
    """More text without any of the words never turns a yes into a no."""
    before, after = (classify(_MATCHER, Document(title, words)) for words in (text, ending(text)))
    for one, two in zip(before, after, strict=True):
        assert two.tagged or not one.tagged


@given(st.lists(_PIECES, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_topics_changes_no_answer(words: list[str], chance: object) -> None:
    """Topics are classified side by side: none sees the others."""
    topics = list(_TOPICS.values())
    chance.shuffle(topics)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    about = Document("", " ".join(words))
    answers = {answer.topic: answer for answer in classify(Matcher(topics), about)}
    assert answers == {answer.topic: answer for answer in classify(_MATCHER, about)}


# The parts of an evaluation that no whole classification shows


def evaluation(by: Topic, text: str) -> Evaluation:
    """Return a topic's expression over a text."""
    parts = segments("", text)
    return Evaluation(by, Document("", text), parts, Matcher([by]).find(parts, None)[0].hits)


def test_of_alternatives_the_one_that_lacks_least_is_named() -> None:
    """What is missing is the shortest list, and nothing where one alternative is complete."""
    by = wording("query = '(ship AND place AND gull) OR (ship AND gull)'")
    missing = partial(evaluation(by, "A ferry.").missing)
    assert by.expression is not None
    assert missing(by.expression) == ("gull",)
    assert missing(query.Or((query.GroupReference("ship"), query.GroupReference("gull")))) == ()
