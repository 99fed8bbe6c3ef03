from dataclasses import replace
from typing import Final

from lxml import html
from making import classification, item, stored, topic

from feeds.site.models import PageLink, ReviewCase, ReviewPage, SearchPage
from feeds.site.render import gone, not_found, review_page, search_page
from feeds.site.views import card, reason
from ingest.text.language.names import direction, name

KEPT: Final = stored(item(title="<b>Ferry</b> & harbour", text="The boat left the harbour."))
CARD: Final = card(KEPT, (classification(KEPT),))
CASE: Final = ReviewCase(CARD, reason=reason(KEPT, classification(KEPT), "Harbour news"), likely=0.625)
WORD: Final = "to<ken"  # that a form sends back
REVIEW: Final = ReviewPage("harbour", "Harbour news", (), (CASE,), 1, WORD, message="<it> was accepted.", undo="abc")


def words(page: bytes, path: str) -> list[str]:
    """Return the text of each element that an XPath finds, its spaces made one."""
    return [" ".join(found.text_content().split()) for found in html.fromstring(page).xpath(path)]


def test_a_search_keeps_what_was_asked() -> None:
    """Words, topic, language, source and dates stand in the form again, whatever they hold."""
    asked = SearchPage(query='"a" <b>', topic="harbour", language="he", source="Post", since="2026-03-01", until="x'", total=0)
    page = replace(
        asked,
        topics=(PageLink("Harbour", "", key="harbour"),),
        languages=(PageLink("Hebrew", "", key="he"),),
        sources=(PageLink("Post", "", key="p"),),
    )
    form = html.fromstring(search_page(page)).xpath("//form[@role='search']")[0]
    assert dict(form.form_values()) == {
        "q": '"a" <b>',
        "topic": "harbour",
        "language": "he",
        "source": "Post",
        "since": "2026-03-01",
        "until": "x'",
    }
    assert form.get("action") == "/search"


def test_a_search_says_what_it_found_and_offers_it_as_a_feed() -> None:
    """The number of stories, the stories, the next page, and the same as a feed."""
    page = search_page(
        SearchPage("ferry", total=1234, results=(CARD,), feed="/search.atom?q=ferry", earlier="/search?q=ferry&page=2")
    )
    assert words(page, "//h2") == ["1,234 stories with “ferry”"]
    assert words(search_page(SearchPage("ferry", total=1000, more=True)), "//h2") == ["More than 1,000 stories with “ferry”"]
    assert words(page, "//article/h3") == ["<b>Ferry</b> & harbour"]
    found = html.fromstring(page)
    assert found.xpath("//link[@rel='alternate']/@href") == ["/search.atom?q=ferry"]
    assert found.xpath("//nav[@class='steps']/a/@href") == ["/search?q=ferry&page=2"]


def test_a_search_that_finds_nothing_says_so() -> None:
    """Nothing found is said in words, and offers no feed."""
    page = search_page(SearchPage("eel", total=0, feed="/search.atom?q=eel"))
    assert words(page, "//h2") == ["0 stories with “eel”"]
    assert not html.fromstring(page).xpath("//main//a")


def test_a_question_that_cannot_be_read_names_the_fault_beside_the_field() -> None:
    """The fault is announced, and the field is bound to it."""
    page = search_page(SearchPage('"ferry', fault="the quotation mark has no partner"))
    assert words(page, "//*[@role='alert']") == ["the quotation mark has no partner"]
    assert html.fromstring(page).xpath("//input[@id='q']/@aria-describedby") == ["fault"]
    assert html.fromstring(page).xpath("//input[@id='q']/following::*[@id='fault']/following::input[@name='since']")
    assert not html.fromstring(page).xpath("//h2")


def test_an_untagged_story_that_has_no_page_is_not_led_to() -> None:
    """What no topic has has no page of its own: its title leads to the publisher, or nowhere."""
    for shown, ways in ((replace(CARD, href=""), [CARD.url]), (replace(CARD, href="", url="javascript:alert(1)"), [])):
        page = html.fromstring(search_page(SearchPage("ferry", total=1, results=(shown,))))
        assert page.xpath("//article/h3/a/@href|//article/p[@class='why']/a/@href") == ways


def test_a_review_shows_the_case_and_takes_one_of_three_verdicts() -> None:
    """The first case with what the rules saw; a button and a key each for accept, reject and later."""
    found = html.fromstring(review_page(REVIEW))
    assert [(button.get("value"), button.get("data-press")) for button in found.xpath("//div[@class='verdicts']/button")] == [
        ("accept", "a"),
        ("reject", "r"),
        ("skip", "s"),
    ]
    assert words(review_page(REVIEW), "//article//h3") == ["The rules say: not tagged second opinion: 62% likely"]
    assert words(review_page(REVIEW), "//ul[@class='quotes']//mark") == ["boat", "harbour"]
    (form,) = found.xpath("//article//form")
    assert dict(form.form_values()) == {"topic": "harbour", "item": KEPT.id, "token": WORD}
    assert [field.get("name") for field in form.xpath(".//input[not(@type)]")] == ["reason"]
    assert form.method == "POST"


def test_the_last_decision_can_be_taken_back() -> None:
    """What was decided last is announced, with a way back that sends the token too."""
    assert words(review_page(REVIEW), "//div[@role='status']/p") == ["<it> was accepted."]
    (form,) = html.fromstring(review_page(REVIEW)).xpath("//div[@role='status']/form")
    assert dict(form.form_values()) == {"topic": "harbour", "item": "abc", "token": WORD}


def test_a_review_without_cases_says_so() -> None:
    """Nothing waiting is said in words, without any button."""
    page = review_page(replace(REVIEW, cases=(), message=""))
    assert "Nothing is waiting." in words(page, "//main/p")[-1]
    assert not html.fromstring(page).xpath("//button")


def test_small_pages_lead_home_wherever_the_site_lies() -> None:
    """404 and 410 are pages like all others; their links begin at the site's own path."""
    for page, title in ((not_found("/feeds/"), "Page not found"), (gone("/feeds/"), "This is gone")):
        assert words(page, "//h1") == [title]
        assert all(
            way.startswith("/feeds/") for way in html.fromstring(page).xpath("//link/@href|//header//a/@href|//main//a/@href")
        )


def test_a_language_has_a_name_and_a_direction() -> None:
    """Languages are named in English; four run right to left here; of an unknown one the letters decide."""
    assert [name(code) for code in ("he", "de", "tlh", None, "und")] == [
        "Hebrew",
        "German",
        "tlh",
        "language unknown",
        "language unknown",
    ]
    assert [direction(code) for code in ("he", "ar", "fa", "ur", "de", None, "und")] == ["rtl"] * 4 + ["ltr", "auto", "auto"]


def test_the_card_of_an_item_without_a_title_is_called_by_its_address() -> None:
    """A story is never nameless."""
    kept = stored(item(title=""))
    assert "".join(piece.text for piece in card(kept).title) == kept.item.url
    assert topic().name not in card(kept).why
