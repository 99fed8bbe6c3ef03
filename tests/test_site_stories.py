from datetime import timedelta
from pathlib import Path

import pytest
from feed_history import Groups
from making import GAZETTE, about, carry, item, topic
from site_pages import Site, words
from support import NOON

from ingest.store.facts import Facts


@pytest.fixture
def site(home: Path, facts: Facts) -> Site:
    """Return the site of a home with three stories: the first two carried by one paper, the third by another."""
    carry(facts, [about(1), about(2)])
    carry(facts, [item(guid="urn:3", url="http://gazette.example/3", title="A ferry, seen from the harbour")], GAZETTE)
    return Site(home, facts)


def rows(site: Site) -> dict[str, int]:
    """Return the numbers of the stored items by title."""
    return {stored.item.title: stored.row for stored in site.facts.items.all()}


def test_copies_are_one_story_with_all_carriers(site: Site) -> None:
    """Two copies in two papers are one card, which names both papers, and one line, one column, one count."""
    numbers = rows(site)
    site.grouping = Groups(((numbers["Story 1: ferry in the harbour"], numbers["A ferry, seen from the harbour"]),))
    site.publish()
    page = site.page("harbour.html")
    assert sorted(words(page, "//article/h3")) == ["Story 1: ferry in the harbour", "Story 2: ferry in the harbour"]
    (card,) = page.xpath("//article[contains(., 'Story 1')]")
    assert "The Harbour Post, The Gazette" in words(card, "./p[@class='meta']")[0]
    assert words(page, "//p[@class='meta']")[0].startswith("2 stories")
    assert len(site.page("harbour/2026-03.html").xpath("//ul[@class='lines']/li")) == 2


def test_the_page_of_an_item_names_its_copies(site: Site) -> None:
    """Each copy keeps its page, and each page leads to the others of its story; a story alone has no such part."""
    numbers = rows(site)
    site.grouping = Groups(((numbers["Story 1: ferry in the harbour"], numbers["A ferry, seen from the harbour"]),))
    site.publish()
    pages = {words(site.page(name), "//h1")[0]: site.page(name) for name in site.items()}
    shown = {title: words(page, "//section[@aria-labelledby='story']//li/a") for title, page in pages.items()}
    assert shown == {
        "Story 1: ferry in the harbour": ["A ferry, seen from the harbour"],
        "A ferry, seen from the harbour": ["Story 1: ferry in the harbour"],
        "Story 2: ferry in the harbour": [],
    }
    (way,) = pages["Story 1: ferry in the harbour"].xpath("//section[@aria-labelledby='story']//li/a/@href")
    assert f"item/{way}" in site.items()


def test_a_copy_that_no_topic_has_leads_to_its_publisher(site: Site) -> None:
    """A copy without a page of its own is still named, and leads to where it was published."""
    carry(site.facts, [item(guid="urn:4", url="http://gazette.example/4", title="Nothing of the kind", text="")], GAZETTE)
    numbers = rows(site)
    site.grouping = Groups(((numbers["Story 2: ferry in the harbour"], numbers["Nothing of the kind"]),))
    site.publish()
    (page,) = (page for name in site.items() if words(page := site.page(name), "//h1")[0].startswith("Story 2"))
    assert page.xpath("//section[@aria-labelledby='story']//li/a/@href") == ["http://gazette.example/4"]


def test_pages_change_with_their_copies(site: Site) -> None:
    """When a copy is found, when it changes and when it is split off again, the pages of the story are made anew."""
    numbers = rows(site)
    first = site.publish()
    site.grouping = Groups(((numbers["Story 1: ferry in the harbour"], numbers["A ferry, seen from the harbour"]),))
    joined = site.publish()
    assert sum(name.startswith("item/") for name in joined) == 2
    changed = item(guid="urn:3", url="http://gazette.example/3", title="A ferry, seen late from the harbour")
    carry(site.facts, [changed], GAZETTE, NOON + timedelta(hours=1))
    assert sum(name.startswith("item/") for name in site.publish()) == 2
    site.grouping = Groups()
    assert sum(name.startswith("item/") for name in site.publish()) == 2
    assert len(site.page("harbour.html").xpath("//article")) == 3
    assert {name for name in first if name.startswith("item/")} == set(site.items())


def test_a_word_that_another_topic_masks_is_masked_in_the_title_of_its_item(site: Site) -> None:
    """The page of an item names a copy that another topic has: as that topic shows it."""
    numbers = rows(site)
    site.grouping = Groups(((numbers["Story 1: ferry in the harbour"], numbers["A ferry, seen from the harbour"]),))
    masked = 'title = "Views"\nrequire = ["sight"]\n[publish]\nmask = ["seen"]\n[group.sight]\nany = ["seen"]\n'
    plain = 'title = "Stories"\nrequire = ["word"]\n[group.word]\nany = ["story"]\n'
    site.publish(topic(masked, "views"), topic(plain, "stories"))
    assert not any(b"seen from" in page for page in site.pages().values())


def test_a_masked_word_is_masked_in_the_title_of_a_copy(site: Site) -> None:
    """What a topic masks stands masked where a copy is named, too."""
    numbers = rows(site)
    site.grouping = Groups(((numbers["Story 1: ferry in the harbour"], numbers["A ferry, seen from the harbour"]),))
    masked = 'title = "Harbour news"\nrequire = ["place"]\n[publish]\nmask = ["seen"]\n[group.place]\nany = ["harbour*"]\n'
    site.publish(topic(masked))
    assert not any(b"seen from" in page for page in site.pages().values())
