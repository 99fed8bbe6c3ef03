"""Counters that move in a text announce nothing; what a text says in numbers does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import carry, item
from support import NOON

from ingest.identity import significance
from ingest.store.facts import Facts
from ingest.text.counters import without_counts

TEXT = "The ferry sailed for the last time.\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("3 posts - 2 participants", "5 posts - 3 participants"),
        ("1 post - 1 participant", "2 posts - 2 participants"),
        ("Views: 1,234", "Views: 1,301"),
        ("Comments 9,999", "Comments 10,000"),
        ("999 views", "1.1k views"),
        ("1.2K views", "1.3K views"),
        ("[12 comments]", "[40 comments]"),
        ("Points: 123\n# Comments: 45", "Points: 130\n# Comments: 52"),
        ("submitted by ann 12 points | 3 comments", "submitted by ann 15 points | 4 comments"),
        ("👍 5 💬 3", "👍 6 💬 10"),
        ("12 Kommentare, 3 Gefällt-mir-Angaben", "13 Kommentare, 4 Gefällt-mir-Angaben"),
        ("1 réponse, 2 mentions J’aime", "2 réponses, 3 mentions J’aime"),
        ("1 234 просмотра · 1 комментарий", "1 250 просмотров · 2 комментария"),
        ("Προβολές: 12", "Προβολές: 14"),
        ("12 תגובות", "15 תגובות"),
        ("٣ تعليقات", "٥ تعليقات"),
        ("१२ टिप्पणियाँ", "१५ टिप्पणियाँ"),
        ("ความคิดเห็น 12", "ความคิดเห็น 20"),
        ("浏览 1234 次 · 评论 12", "浏览 1300 次 · 评论 15"),
        ("閲覧数 999 コメント 5", "閲覧数 1000 コメント 6"),
        ("조회 12 · 댓글 3", "조회 25 · 댓글 4"),
    ],
)
def test_a_line_of_counts_may_move(before: str, after: str) -> None:
    """In whatever language: whole numbers with a label beside each, on a line of their own."""
    assert without_counts(TEXT + before) == without_counts(TEXT + after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The ferry sailed today. 12 comments", "The ferry sailed today. 15 comments"),
        ("The ferry sailed today (12 comments)", "The ferry sailed today (15 comments)"),
        ("3 posts - 2 participants", "5 posts - 3 participants"),
        ("Replies: 3 | Views: 12", "Replies: 4 | Views: 120"),
    ],
)
def test_counts_may_move_behind_a_text_and_without_one(before: str, after: str) -> None:
    """Behind the last sentence, in brackets, and as a table of several counts that is all there is."""
    assert without_counts(before) == without_counts(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{TEXT}15 people died.", f"{TEXT}17 people died."),
        (f"{TEXT}Magnitude: 5.1", f"{TEXT}Magnitude: 5.3"),
        (f"{TEXT}Turnout: 45%", f"{TEXT}Turnout: 48%"),
        (f"{TEXT}Price: €12", f"{TEXT}Price: €14"),
        (f"{TEXT}Home 2 - 1 Away", f"{TEXT}Home 2 - 2 Away"),
        (f"{TEXT}Doors open 19:30", f"{TEXT}Doors open 20:30"),
        (f"{TEXT}12 comments, last by Ann", f"{TEXT}12 comments, last by Ben"),
        ("12 people dead", "15 people dead"),
        ("12 dead, 30 injured", "15 dead, 30 injured"),
        ("The storm killed 12 people and closed 3 roads", "The storm killed 15 people and closed 3 roads"),
        ("洪水で12人が死亡した。", "洪水で15人が死亡した。"),
    ],
)
def test_a_number_that_says_something_stays(before: str, after: str) -> None:
    """A sentence, a measure, a score, a time, and the one line that a text is."""
    assert without_counts(before) != without_counts(after)


def test_a_title_keeps_its_numbers() -> None:
    """A title that says another number says another thing."""
    assert significance(item(title="Storm kills 12")) != significance(item(title="Storm kills 15"))


@given(st.text("12 .,:-|()aé評\n", max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever it holds, it is read, and a text without a digit stays as it is."""
    assert isinstance(without_counts(text), str)
    if not any(character.isdigit() for character in text):
        assert without_counts(text) == text


def test_a_counter_is_stored_and_announces_nothing(facts: Facts) -> None:
    """The text is the present one; the item has changed in nothing that counts."""
    for turn in range(3):
        said = item(text=f"{TEXT}{turn} posts - 2 participants")
        carry(facts, [said], at=NOON + timedelta(hours=turn))
    (stored,) = facts.items.all()
    assert stored.item.text == said.text
    assert stored.changed == NOON
    carry(facts, [replace(said, text=f"{TEXT}It came back.\n9 posts - 2 participants")], at=NOON + timedelta(hours=9))
    (stored,) = facts.items.all()
    assert stored.changed == NOON + timedelta(hours=9)
