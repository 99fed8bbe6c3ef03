from dataclasses import replace
from typing import Final

import pytest
from making import HARBOUR, ITEM, classification, item, stored, topic

from feeds.model import Classification, Grade
from feeds.publication.reason import carried_by, reason, why_line
from feeds.store.reviews import Review, Verdict, reviewed
from feeds.tagging.topic.model import NEAR
from ingest.model import Item

REQUIRED: Final = 'require = ["ship", "place"]'
MANY: Final = item(title="News", text=f"A ferry {'and a boat ' * NEAR}left the harbour.")
NAMED: Final = HARBOUR.replace(REQUIRED, 'query = "at_sea"\n\n[define]\nat_sea = "ship AND place"')


def why(what: Item = ITEM, text: str = HARBOUR) -> str:
    """Return the reason why a topic tags an item."""
    by = topic(text)
    found = classification(stored(what), by)
    assert found.tagged
    return reason(found, by.near)


def test_words_are_quoted_with_the_place_where_they_meet() -> None:
    """Which words, of which groups, and whether the title or the text has them."""
    assert why() == "the title says “ferry” (ship) near “harbour” (place)"
    text = item(title="News", text="A ferry has left the harbour.")
    assert why(text) == "the text says “ferry” (ship) near “harbour” (place)"


def test_a_title_and_a_text_that_meet_are_told_apart() -> None:
    """One word stands in the title, the other at the beginning of the text."""
    both = item(title="The harbour", text="A ferry has left.")
    assert why(both) == "the title says “harbour” (place) and the text says “ferry” (ship)"


def test_words_that_stand_far_apart_are_not_called_near() -> None:
    """A long sentence holds both, with more words between them than groups may be apart elsewhere."""
    far = item(title="News", text=f"A ferry {'and a crane ' * NEAR}left the harbour.")
    assert why(far) == "the text says “ferry” (ship) and “harbour” (place)"


def test_a_group_after_many_words_of_another_is_told_as_any_other() -> None:
    """Of a passage with very many words of one group the evidence keeps some, and one of each group."""
    assert why(MANY) == "the text says “ferry” (ship) near “harbour” (place)"


def test_a_group_that_the_evidence_lacks_is_told_too() -> None:
    """Earlier programs kept the first hits alone; the reason that they stored names each group."""
    found = classification(stored(MANY))
    old = replace(found, hits=tuple(hit for hit in found.hits if hit.group == "ship"))
    assert reason(old, NEAR) == "the text says “ferry” (ship); it also says “harbour” (place)"


def test_the_name_of_a_part_of_the_query_is_left_out() -> None:
    """It says something to whoever wrote the topic, and stands on the evidence page."""
    assert "(at_sea)" in classification(stored(), topic(NAMED)).why
    assert why(text=NAMED) == why()


def test_one_word_is_enough_for_a_topic_of_one_group() -> None:
    """Nothing is near it then."""
    assert why(text=HARBOUR.replace(REQUIRED, 'query = "ship"')) == "the title says “ferry” (ship)"


def test_three_groups_are_one_list() -> None:
    """The last one is near the others."""
    three = HARBOUR.replace(REQUIRED, 'query = "ship AND place AND (last)"').replace(
        "[group.ship]", '[group.last]\nany = ["last"]\n\n[group.ship]'
    )
    assert why(text=three) == "the title says “ferry” (ship), “harbour” (place) near “last”"


def test_a_group_that_is_called_like_the_word_is_not_repeated() -> None:
    """The phrase of a query is its own name too."""
    phrase = HARBOUR.replace(REQUIRED, 'query = "\\"ferry leaves\\" AND place"')
    assert why(text=phrase) == "the title says “ferry leaves” near “harbour” (place)"


@pytest.mark.parametrize("word", ["a “ferry”; place: “harbour” (x)", "ferry (ship); and"])
def test_words_that_look_like_a_reason_change_nothing(word: str) -> None:
    """What is quoted may hold quotation marks, brackets and semicolons."""
    found = classification(stored())
    hits = (replace(found.hits[0], text=word), *found.hits[1:])
    odd = replace(found, hits=hits, why=f"ship: “{word}”; place: “harbour”")
    assert reason(odd, NEAR) == f"the title says “{word}” (ship) near “harbour” (place)"


def test_what_else_was_needed_follows() -> None:
    """Such as the language of the item."""
    french = HARBOUR.replace(REQUIRED, 'query = "ship AND place AND lang:en"')
    assert why(text=french) == "the title says “ferry” (ship) near “harbour” (place); its language is en"


def test_a_person_who_accepted_it_is_no_word_of_the_text() -> None:
    """With the reason that was given, also where no word was found."""
    review = Review(Verdict.ACCEPT, "it is about the quay", None)
    found = classification(stored())
    none = Classification("harbour", "1", tagged=False, grade=None, score=0.0, why="no word")
    assert reason(reviewed(none, review), NEAR) == "it was accepted by hand: it is about the quay"
    words = "the title says “ferry” (ship) near “harbour” (place); it was accepted by hand: it is about the quay"
    assert reason(reviewed(found, review), NEAR) == words


def test_a_topic_that_takes_everything_says_so() -> None:
    """There is no word to quote."""
    everything = Classification("all", "1", tagged=True, grade=Grade.CORE, score=1.0, why="everything is taken")
    line = why_line("All news", everything, NEAR, "", ["The Gazette"])
    assert line == "Tagged “All news” because everything is taken. Carried by The Gazette."


def test_the_copy_that_has_the_words_is_named() -> None:
    """The entry shows another one."""
    line = why_line("Harbour news", classification(stored()), NEAR, "The Gazette", ["The Harbour Post", "The Gazette"])
    assert "near “harbour” (place) (in the copy of The Gazette). Carried by The Harbour Post; also by" in line


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "Carried by P0."),
        (2, "Carried by P0; also by P1."),
        (6, "Carried by P0; also by P1, P2, P3, P4, P5."),
        (7, "Carried by P0; also by P1, P2, P3, P4 and 2 more."),
        (40, "Carried by P0; also by P1, P2, P3, P4 and 35 more."),
    ],
)
def test_many_carriers_are_counted(count: int, said: str) -> None:
    """The line stays a line; the evidence names all of them."""
    assert carried_by([f"P{number}" for number in range(count)]) == said
