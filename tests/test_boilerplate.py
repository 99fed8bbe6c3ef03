from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from making import GAZETTE, HARBOUR, POST, about, carry, home_at, newest, topic
from support import NOON

from feeds.model import Document as Classified
from feeds.model import Tagging
from feeds.store.boilerplate import Boilerplate
from feeds.store.classifications import Classifications
from feeds.tagging import classification_pass
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.classifier import classify, tag
from feeds.tagging.matching.matcher import Matcher
from ingest.model import Item, Source
from ingest.store.facts import Facts

TICKETS = "Tickets for all harbour tours are sold at the kiosk."  # names a place, and no ship
TOPIC = topic()


def story(number: int, words: str = "a ferry at last", below: str = TICKETS) -> Item:
    """Return one of many items: a title of its own, a text of its own, and a line below that others have too."""
    what = about(number, words)
    return replace(what, text=f"{what.text}\n{below}")


def come(facts: Facts, classifications: Classifications, *items: Item, source: Source = POST) -> set[str]:
    """Let items arrive and be classified; give the titles that are tagged then."""
    carry(facts, items, source)
    classify_new(facts, classifications, (TOPIC,), NOON)
    return {kept.item.title for kept in facts.items.by_rows(row for row, _ in newest(classifications, "harbour", 100))}


def titles(*numbers: int) -> set[str]:
    """Return the titles of stories about a ferry."""
    return {story(number).title for number in numbers}


def test_a_sentence_repeated_under_four_items_stops_counting(facts: Facts, classifications: Classifications) -> None:
    """Up to three items may share a sentence; with the fourth it is boilerplate, and the earlier ones are classified without it."""
    assert come(facts, classifications, story(1), story(2), story(3)) == titles(1, 2, 3)
    assert come(facts, classifications, story(4)) == set()
    assert come(facts, classifications, story(5)) == set()


def test_many_items_that_arrive_at_once_are_all_classified_without_it(facts: Facts, classifications: Classifications) -> None:
    """The first poll of a source brings more items than are remembered: none of them keeps a tag for its boilerplate."""
    assert come(facts, classifications, *(story(number) for number in range(1, 21))) == set()


def test_the_count_given_is_that_of_the_tags_that_remain(facts: Facts, classifications: Classifications) -> None:
    """What boilerplate tagged for a moment is not counted as a tag given."""
    carry(facts, [story(number) for number in range(1, 6)])
    assert classify_new(facts, classifications, (TOPIC,), NOON) == 0


def test_what_is_known_costs_no_more_classification(
    facts: Facts, classifications: Classifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only when a sentence turns out to be boilerplate are its holders classified again; each later item is classified once."""
    classified: list[str] = []

    def noted(matcher: Matcher, what: Classified, known: frozenset[str]) -> Tagging:
        classified.append(what.title)
        return tag(matcher, what, known)

    monkeypatch.setattr(classification_pass, "tag", noted)
    for number, times in ((1, 1), (2, 1), (3, 1), (4, 5), (5, 1), (6, 1), (7, 1), (8, 1), (9, 1), (10, 1)):
        classified.clear()
        come(facts, classifications, story(number))
        assert (number, len(classified)) == (number, times)


def test_an_exclusion_that_only_boilerplate_says_excludes_nothing(facts: Facts, classifications: Classifications) -> None:
    """Old items that were kept out by their boilerplate are tagged when it is recognised, and not announced as news."""
    wary = topic(HARBOUR.replace('require = ["ship", "place"]', 'require = ["ship"]\nexclude = ["place"]'))
    for number, days in ((1, 9), (2, 9), (3, 9), (4, 0)):
        carry(facts, [story(number)], at=NOON - timedelta(days=days))
        classify_new(facts, classifications, (wary,), NOON)
    assert classifications.count() == 4
    assert len(newest(classifications, "harbour", 10)) == 1


def test_an_item_that_speaks_for_itself_keeps_its_tag(facts: Facts, classifications: Classifications) -> None:
    """Only the repeated sentence stops counting: the article's own words still do."""
    own = story(9, "a ferry in the harbour")
    assert come(facts, classifications, *(story(number) for number in range(1, 5)), own) == {own.title}
    (evidence,) = [kept for _, kept in newest(classifications, "harbour", 10)]
    assert {hit.field for hit in evidence.hits} == {"title"}
    assert [(context, hit.text) for context, hit in evidence.cancelled] == [("page_furniture", "harbour")]


def test_other_spellings_of_the_sentence_are_the_same(facts: Facts, classifications: Classifications) -> None:
    """Case, accents and punctuation make no difference."""
    below = (TICKETS, TICKETS.upper(), TICKETS.replace(" ", "  "), TICKETS.rstrip(".") + "!")
    assert come(facts, classifications, *(story(n, below=line) for n, line in enumerate(below, 1))) == set()


def test_another_source_is_not_affected(facts: Facts, classifications: Classifications) -> None:
    """What one source repeats may be news in another."""
    come(facts, classifications, *(story(number) for number in range(1, 5)))
    assert come(facts, classifications, story(5), source=GAZETTE) == titles(5)
    assert Boilerplate(facts).known(POST.url)
    assert not Boilerplate(facts).known(GAZETTE.url)


def test_repeating_in_several_sources_is_not_repeating(facts: Facts, classifications: Classifications) -> None:
    """A sentence counts for each source by itself."""
    come(facts, classifications, story(1), story(2))
    assert come(facts, classifications, story(3), story(4), source=GAZETTE) == titles(1, 2, 3, 4)


def test_a_sentence_with_both_groups_is_never_boilerplate(facts: Facts, classifications: Classifications) -> None:
    """A sentence that says all a topic asks for is the story, however often it comes."""
    whole = "The ferry is back in the harbour."
    stories = [story(number, "news", whole) for number in range(1, 8)]
    assert come(facts, classifications, *stories) == {one.title for one in stories}


def test_for_a_topic_of_one_group_a_repeated_sentence_is_boilerplate_too(facts: Facts, classifications: Classifications) -> None:
    """Where one word is enough, "follow us at the harbour" would tag every page: repetition is all there is to go by."""
    single = topic(HARBOUR.replace('require = ["ship", "place"]', 'require = ["place"]'), "places")
    carry(facts, [story(number) for number in range(1, 5)])
    assert classify_new(facts, classifications, (single,), NOON) == 0


def test_what_one_topic_takes_for_boilerplate_is_no_business_of_another(facts: Facts, classifications: Classifications) -> None:
    """A sentence with both groups stays the story for a topic of two, though a topic of one group has learnt it."""
    single = topic('require = ["place"]\n[group.place]\nany = ["harbour*"]', "places")
    stories = [story(number, "news", "The ferry is back in the harbour.") for number in range(1, 6)]
    carry(facts, stories)
    classify_new(facts, classifications, (single,), NOON)
    classify_new(facts, classifications, (single, TOPIC), NOON)
    assert len(newest(classifications, "harbour", 100)) == len(stories)


def test_a_repeated_title_is_no_boilerplate(facts: Facts, classifications: Classifications) -> None:
    """A column keeps its name: titles are not learnt."""
    column = [replace(story(number, below=f"Of ferry number {number}."), title="Harbour diary") for number in range(1, 7)]
    assert len(come(facts, classifications, *column)) == 1  # one title
    assert classifications.count() == 6


def test_a_changed_item_is_still_one_item(facts: Facts, classifications: Classifications) -> None:
    """Four versions of one item are no repetition."""
    for hour in range(5):
        carry(facts, [replace(story(1), title=f"Story 1: a ferry at last, {hour}")], at=NOON + timedelta(hours=hour))
        classify_new(facts, classifications, (TOPIC,), NOON)
    assert classifications.count() == 1
    assert not Boilerplate(facts).known(POST.url)


def test_only_sentences_with_a_hit_are_noted_and_only_as_keys(facts: Facts, classifications: Classifications) -> None:
    """The table holds no text, and nothing about sentences that no topic asks for."""
    come(facts, classifications, story(1))
    rows = facts.database.execute("select source, line from boilerplate_line").fetchall()
    assert len(rows) == 1
    assert rows[0][0] == POST.url
    name, _, key = rows[0][1].partition(":")
    assert name == "harbour"  # the topic's
    assert key.isalnum()
    assert "harbour" not in key


def test_what_was_learnt_stays(facts: Facts, classifications: Classifications, home: Path) -> None:
    """Another process knows it, and a changed wording does not forget it."""
    come(facts, classifications, *(story(number) for number in range(1, 5)))
    wider = topic(HARBOUR.replace('"boat*"]', '"boat*", "barge*"]'))
    with home_at(home).facts() as again:
        assert classify_new(again, Classifications(again), (wider,), NOON) == 0


FURNITURE = ("Follow the harbour news every day.", "Boats for hire: call us.", "More on quays and harbours here.")
PAGES = [
    ("A ferry in the harbour", "Forty people came."),
    ("A ferry at last", "It lies in the harbour since noon."),
    ("News", "The ferry left the harbour. Nobody waved."),
    ("News", "Boats everywhere.\nThe harbour is full of them."),
    ("A ferry at last", "Forty people came."),
    ("Harbour news", "Nothing happened."),
    ("News", "Nothing happened."),
    ("Digest", "• A ferry left\n• A harbour was built"),
]


@pytest.fixture
def learnt(facts: Facts, classifications: Classifications) -> frozenset[str]:
    """Let a source repeat three lines under five items; give what is known of it then."""
    come(facts, classifications, *(story(number, "news", "\n".join(FURNITURE)) for number in range(1, 6)))
    return Boilerplate(facts).known(POST.url)


@pytest.mark.parametrize(("title", "text"), PAGES)
def test_a_page_with_boilerplate_is_classified_like_the_clean_page(learnt: frozenset[str], title: str, text: str) -> None:
    """Lines that the source repeats, above, between or below, never change the decision, nor its evidence when below."""
    matcher = Matcher([TOPIC])
    clean = classify(matcher, Classified(title, text))[0]
    below = classify(matcher, Classified(title, "\n".join([text, *FURNITURE])), learnt)[0]
    assert (below.tagged, below.grade, below.score, below.hits) == (clean.tagged, clean.grade, clean.score, clean.hits)
    for page in ("\n".join([*FURNITURE, text]), text.replace("\n", "\n" + "\n".join(FURNITURE) + "\n")):
        assert classify(matcher, Classified(title, page), learnt)[0].tagged is clean.tagged


def test_without_learning_boilerplate_would_change_decisions() -> None:
    """The pages of the test above are a test: unlearnt, some of them would be tagged for their boilerplate."""
    matcher = Matcher([TOPIC])
    dirty = [classify(matcher, Classified(title, "\n".join([text, *FURNITURE])))[0].tagged for title, text in PAGES]
    assert dirty != [classify(matcher, Classified(title, text))[0].tagged for title, text in PAGES]
