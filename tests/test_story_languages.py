"""Specification by language: what makes of a short item another event, and what leaves it the same, in 24 languages."""

import re
from itertools import pairwise
from typing import Final

import pytest
from story_languages import FURNITURE, NEWS, News, changed
from story_making import article

from feeds.model import Relation
from feeds.stories.features import DocumentFeatures
from feeds.stories.pair import compare

FIRST: Final = re.compile(r"(?<=[.。।])\s*(?!\d)")
EACH: Final = pytest.mark.parametrize("news", NEWS, ids=lambda news: f"{news.language} {news.title[:20]}")


def told(news: News, *, title: str = "", text: str | None = None, paper: str = "Post", hours: float = 0) -> DocumentFeatures:
    """Return an item as a paper has it."""
    said = news.text if text is None else text
    return article(title or news.title, said, source=paper, hours=hours, language=news.language, name=f"{paper}{hours}")


def one(a: DocumentFeatures, b: DocumentFeatures) -> bool:
    """Say whether two items are one story."""
    return compare(a, b).relation is Relation.SAME


@EACH
@pytest.mark.parametrize("paper", ["Post", "Gazette"], ids=["one publisher", "two publishers"])
def test_another_word_in_its_place_is_another_event(news: News, paper: str) -> None:
    """Another town, name, verb, thing, number or day makes two stories of one form, and the evidence names both words."""
    for kind, words in news.others:
        other = told(news, title=changed(news.title, words), text=changed(news.text, words), paper=paper, hours=2)
        verdict = compare(told(news), other)
        assert verdict.relation is not Relation.SAME, (kind, str(verdict))


@EACH
@pytest.mark.parametrize("paper", ["Post", "Gazette"], ids=["one publisher", "two publishers"])
def test_another_word_in_a_title_without_a_text_is_another_event(news: News, paper: str) -> None:
    """Where there is nothing but titles, all their words must agree."""
    for _, words in news.others:
        if (title := changed(news.title, words)) != news.title:
            assert not one(told(news, text=""), told(news, title=title, text="", paper=paper, hours=1))


@EACH
def test_a_copy_is_one_story(news: News) -> None:
    """A paper's new headline, words put in, the first sentence alone and an agency's line make no other story."""
    original = told(news)
    assert one(original, told(news, title=news.retitled, paper="Gazette", hours=1.5))
    for words in news.edited:
        assert one(original, told(news, text=changed(news.text, words), paper="Gazette", hours=1))
        assert one(original, told(news, title=news.retitled, text=changed(news.text, words), paper="Gazette", hours=1))
    assert one(original, told(news, text=FIRST.split(news.text)[0], paper="Gazette", hours=1))
    assert one(original, told(news, text=f"{news.text} {FURNITURE[news.language]}", paper="Gazette", hours=1))


@pytest.mark.parametrize("news", [news for news in NEWS if news.typo], ids=lambda news: f"{news.language} {news.typo}")
def test_a_slip_of_the_pen_is_no_other_name(news: News) -> None:
    """A name with a letter wrong is the same name."""
    wrong = told(news, title=changed(news.title, news.typo), text=changed(news.text, news.typo), paper="Gazette", hours=1)
    assert one(told(news), wrong)


@pytest.mark.parametrize("paper", ["Post", "Gazette"])
@pytest.mark.parametrize(("news", "other"), list(pairwise(NEWS)), ids=lambda news: news.title[:12])
def test_one_title_over_two_texts_is_two_stories(news: News, other: News, paper: str) -> None:
    """A title is no evidence against texts that say different things, however short they are."""
    for title in (news.title, "Brief"):
        assert not one(told(news, title=title), told(news, title=title, text=other.text, paper=paper, hours=1))
