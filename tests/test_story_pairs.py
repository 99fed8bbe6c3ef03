import pytest
from hypothesis import given
from hypothesis import strategies as st
from story_making import BODY, article

from feeds.model import Relation
from feeds.stories.features import without_publisher
from feeds.stories.pair import compare, conflicts, related

EDITED = BODY.replace("Tuesday", "on Tuesday").replace("forty lorries", "about forty lorries").replace("slowly ", "")
LEAD = " ".join(BODY.split()[:40])
OTHER_BODY = (
    "Volunteers planted six hundred oak saplings on the slopes above Veldrin at the weekend, the largest effort since the storm. "
    "The seedlings were grown by pupils of three schools, who kept a diary of each tree. Foresters expect two in three to survive."
)
FOOTER = "Sign up for our free evening letter and never miss a story. All rights reserved by the publisher. " * 2


# One story


@pytest.mark.parametrize(
    ("a", "b", "rule"),
    [
        (("Bridge at Norwick closes for repairs", BODY), ("Bridge at Norwick closes for repairs", EDITED), "the same text"),
        (("Bridge at Norwick closes for repairs", BODY), ("Commuters face months of detours", EDITED), "the same text"),
        (("Bridge at Norwick closes for repairs", BODY), ("Bridge at Norwick closes", LEAD), "one is an excerpt of the other"),
        (("Bridge closes", f"{BODY}\n{FOOTER}"), ("Norwick bridge to shut", EDITED), "the same text"),
        (
            ("Bridge closes", BODY),
            ("Detours ahead", f"People in Norwick will have to rise early from now on, as our reporter saw at dawn today. {BODY}"),
            "the same text",
        ),
    ],
    ids=["edited", "retitled", "excerpt", "another footer", "another opening"],
)
def test_copies_of_a_text_are_one_story(a: tuple[str, str], b: tuple[str, str], rule: str) -> None:
    """A wire text edited, retitled, cut, with another footer or another first paragraph is one story at two papers."""
    verdict = compare(article(*a, source="Post"), article(*b, source="Gazette", hours=30))
    assert verdict.relation is Relation.SAME
    assert rule in verdict.rule


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Norwick bridge closed until August, council says", "Norwick bridge closed until August, says council"),
        ("Brücke in Norwick bis August gesperrt", "Brücke in Norwick bis August gesperrt - Der Bote"),
        ("Le pont de Norwick fermé jusqu’en août", "Le pont de Norwick fermé jusqu'en août | La Gazette"),
    ],
)
def test_one_title_at_two_publishers_is_one_story(a: str, b: str) -> None:
    """A title without a text is known by nearly all its words, whatever the publisher puts behind it."""
    assert compare(article(a, source="Der Bote"), article(b, source="La Gazette", hours=3)).relation is Relation.SAME


def test_a_headline_edited_at_its_address_is_one_story() -> None:
    """At one address much of a headline may change within the day."""
    first = article("Lioness on the loose near Norwick", url="http://post.example/1")
    later = article("Norwick: the 'lioness' was a boar, say experts", url="http://post.example/1", hours=9)
    assert compare(first, later).rule == "the same address, edited"


def test_a_headline_edited_by_a_source_that_names_no_address_is_one_story() -> None:
    """Where nothing is known of addresses, one publisher's likeness within the day is enough."""
    first = article("Norwick bridge to close for repairs in spring", url=None)
    later = article("Norwick bridge to close for three months of repairs", url=None, hours=5)
    assert compare(first, later).relation is Relation.SAME


def test_the_evidence_is_one_line() -> None:
    """A merge says its rule, what is shared, the rarest words of both and the time between them."""
    said = str(compare(article("Norwick bridge closes", BODY), article("Norwick bridge is closing", EDITED, source="B", hours=30)))
    assert said.startswith("same: the same text; ")
    assert "of the text; " in said
    assert "both say norwick" in said
    assert said.endswith("; 30 h apart")
    assert "\n" not in said


@given(st.permutations(range(4)))
def test_a_pair_is_compared_alike_in_either_order(order: list[int]) -> None:
    """Comparing a with b gives what comparing b with a gives."""
    four = [
        article("Norwick bridge closes", BODY, name="1"),
        article("Detours ahead", EDITED, name="2", source="B"),
        article("Oaks planted above Veldrin", OTHER_BODY, name="3"),
        article("Norwick bridge opens", name="4", hours=4),
    ]
    a, b = four[order[0]], four[order[1]]
    assert compare(a, b) == compare(b, a)
    assert conflicts(a, b) == conflicts(b, a)


# Other stories


def test_a_shared_footer_makes_no_story() -> None:
    """Two short pieces of one paper with its long footer stay two."""
    one = article("Crash near Norwick", f"A driver was hurt when two cars met on the coast road at noon.\n{FOOTER}")
    two = article("Choir wins prize", f"The children's choir took the first prize at a contest in the capital.\n{FOOTER}", hours=2)
    assert compare(one, two).relation is Relation.NONE


def test_a_week_apart_is_another_story() -> None:
    """Nothing is compared across more than a week: that bounds the cost and the risk."""
    assert compare(article("Bridge closes", BODY), article("Bridge closes", BODY, hours=8 * 24)).relation is Relation.NONE


def test_one_event_is_related_and_no_story() -> None:
    """Two papers' own articles on one event are related, never one entry."""
    one = article("Norwick bridge closed after Dorval ship hits pillar", source="Post")
    two = article("Dorval captain blames fog after Norwick bridge crash", source="Gazette", hours=6)
    verdict = compare(one, two)
    assert verdict.relation is Relation.RELATED
    assert verdict.rule == "one event"


def test_a_translation_is_a_relation_of_its_own() -> None:
    """The same names and figures in another language are said to be a translation, with a question mark, and never merged."""
    one = article("Mayor Anna Dorval opens Norwick bridge after 14 months", "It cost 38 million.", language="en")
    two = article("Bürgermeisterin Anna Dorval eröffnet Norwick-Brücke nach 14 Monaten", "Sie kostete 38 Millionen.", language="de")
    assert compare(one, two).relation is Relation.TRANSLATION


def test_a_text_twice_in_one_language_by_mistake_is_still_one() -> None:
    """A wrong guess of a language does not part copies of one text."""
    one, two = article("Norwick", BODY, language="en"), article("Norwick", BODY, language="nl", source="B", hours=1)
    assert compare(one, two).relation is Relation.SAME


@pytest.mark.parametrize(
    ("mine", "theirs", "guard"),
    [
        ("Opinion: close the Norwick bridge for good", "Close the Norwick bridge for good", "one is opinion, the other a report"),
        ("Live: Norwick bridge closes for repairs today", "Norwick bridge closes for repairs today", "one is a live page"),
        (
            "Norwick beats Dorval in county cup final after extra time: 3-1",
            "Norwick beats Dorval in county cup final after extra time: 3-2",
            "other scores",
        ),
    ],
)
def test_a_guard_says_itself(mine: str, theirs: str, guard: str) -> None:
    """What is alike but kept apart is related, and says what spoke against it."""
    verdict = compare(article(mine), article(theirs, source="Gazette", hours=1))
    assert verdict.relation is Relation.RELATED
    assert guard in verdict.rule


def test_two_front_pages_are_two_addresses() -> None:
    """A site's front page recognises nothing, but those of two sites are not one article's."""
    one = article("Show: an open source framework for ferries", url="http://ferry.example/")
    two = article("Show: an open source tool for boats", url="http://boats.example/", hours=2)
    assert compare(one, two).relation is not Relation.SAME


def test_one_publisher_writes_again_on_its_subject() -> None:
    """A blog's follow-up of two days later has nearly the old title, and is another story."""
    one, two = article("Anna Dorval out at Norwick"), article("Anna Dorval on her time at Norwick", hours=41)
    assert compare(one, two).relation is not Relation.SAME


# What stands in its place


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        ("Former mayor acquitted of fraud", "Former mayor convicted of fraud", "acquitted and convicted"),
        ("Storm warning for the north coast", "Snow warning for the north coast", "storm and snow"),
        ("Norwick raises ferry fares again", "Norwick cuts ferry fares again", "raises and cuts"),
        ("Lecturer fired over antisemitic posts", "Lecturer defends antisemitic posts", "fired over and defends"),
        ("島根県に大雨警報", "宮崎県に大雨警報", "島根 and 宮崎"),
    ],
)
@pytest.mark.parametrize("url", ["", None], ids=["two addresses", "no address"])
def test_the_evidence_names_the_slot(one: str, two: str, said: str, url: str | None) -> None:
    """Where a title says another word in the place of one, both words are the reason."""
    text = "The council said so in a short note to the press on the afternoon of the same day."
    verdict = compare(article(one, text, url=url), article(two, text, url=url, source="Gazette", hours=1))
    assert verdict.guard is not None
    assert set(verdict.guard.removeprefix("other words in the title: ").split(" and ")) == set(said.split(" and "))


def test_what_the_texts_say_in_one_slot_is_not_borne_out_elsewhere() -> None:
    """Texts that differ as their titles do are of two events, though each says the other word in another place."""
    text = "Club Norwick raises the price of {} for matches from January, the board said. Season tickets and day cards stay."
    one = article("Norwick raises price of season tickets", text.format("season tickets"))
    two = article("Norwick raises price of cards", text.format("cards"), source="Gazette", hours=1)
    assert compare(one, two).relation is not Relation.SAME


@pytest.mark.parametrize(
    ("language", "says", "denies"),
    [
        ("en", "Mayor will resign after bridge collapse", "Mayor will not resign after bridge collapse"),
        ("en", "Mayor says council will sell the port", "Mayor says council won’t sell the port"),
        ("en", "Mayor says he took money from port company", "Mayor says he never took money from port company"),
        ("de", "Polizei findet Leiche nach Brand in Halle", "Polizei findet keine Leiche nach Brand in Halle"),
        ("fr", "Incendie à Sète : le maire démissionne", "Incendie à Sète : le maire ne démissionne pas"),
        ("es", "El alcalde dimitirá tras el incendio del puerto", "El alcalde no dimitirá tras el incendio del puerto"),
        ("it", "Il sindaco si dimette dopo il crollo del ponte", "Il sindaco non si dimette dopo il crollo del ponte"),
        ("pt", "Prefeito renuncia após incêndio no porto", "Prefeito não renuncia após incêndio no porto"),
        ("ru", "Мэр уйдёт в отставку после пожара на складе", "Мэр не уйдёт в отставку после пожара на складе"),
        ("nl", "Burgemeester treedt af na brand in haven", "Burgemeester treedt niet af na brand in haven"),
        ("pl", "Burmistrz poda się do dymisji po pożarze mostu", "Burmistrz nie poda się do dymisji po pożarze mostu"),
        ("sv", "Borgmästaren avgår efter branden i hamnen", "Borgmästaren avgår inte efter branden i hamnen"),
        ("he", "ראש העיר יתפטר מתפקידו בעקבות השריפה", "ראש העיר לא יתפטר מתפקידו בעקבות השריפה"),
        ("ar", "رئيس البلدية يستقيل بعد حريق الميناء", "رئيس البلدية لن يستقيل بعد حريق الميناء"),
    ],
)
@pytest.mark.parametrize("text", ["", "The town waits."])
def test_a_negation_makes_another_event(language: str, says: str, denies: str, text: str) -> None:
    """Of two titles that differ in a negation one denies what the other reports, in every language and at any publisher."""
    one = article(says, text, source="Post", language=language)
    two = article(denies, text, source="Gazette", hours=1, language=language)
    assert compare(one, two).relation is not Relation.SAME


def test_a_negation_that_the_text_says_too_is_an_edit() -> None:
    """A title that leaves out what its text says is of the same event."""
    text = "The mayor of Norwick will not resign after the collapse of the bridge, a spokesman said on Monday evening."
    one = article("Mayor of Norwick: I will not resign after collapse", text)
    two = article("Mayor of Norwick: I will resign after collapse", text, source="Gazette", hours=1)
    assert compare(one, two).relation is Relation.SAME


def test_a_text_bears_out_a_synonym() -> None:
    """Where the text of one says the word of the other, two words are one event's."""
    text = "An explosion at the refinery of Norwick injured four workers in the night, the fire service said on Tuesday morning."
    one, two = article("Explosion at refinery hurts four", text), article("Blast at refinery hurts four", text, source="Gazette")
    assert compare(one, two).relation is Relation.SAME


def test_opposite_reports_without_texts_are_two() -> None:
    """Where neither text nor address tells an edit, the verb must agree too."""
    one = article("Teacher fired over antisemitic posts", url=None)
    assert compare(one, article("Teacher defends antisemitic posts", url=None, hours=3)).relation is not Relation.SAME


@pytest.mark.parametrize("source", ["Post", "Gazette"])
@pytest.mark.parametrize("title", ["Statement on incidents on social media in Norwick", "Brief"])
def test_short_texts_deny_as_long_ones_do(title: str, source: str) -> None:
    """One title over two texts that say different things is two stories, whoever published them."""
    one = article(title, "Thieves broke into a bakery on Harbour Street and took the till.")
    two = article(title, "A lorry overturned on the coast road at noon, spilling gravel.", source=source, hours=1)
    assert compare(one, two).relation is not Relation.SAME


def test_an_outlet_announces_one_article_again() -> None:
    """A longer title at a new address within minutes is one article; a day later, or with another word, it is not."""
    one = article("Night trains start again")
    two = "Night trains start again after two quiet years"
    assert compare(one, article(two, hours=0.2)).rule == "one publisher, at once, a longer title"
    assert compare(one, article(two, hours=30)).relation is not Relation.SAME
    assert compare(one, article("Night trains stop again after two quiet years", hours=0.2)).relation is not Relation.SAME


def test_one_stock_text_under_two_projects_is_two_releases() -> None:
    """A short text that says nothing of its title is no evidence, at one host or at two."""
    text = "What's Changed: bump actions/checkout from 4 to 5 by a bot. Full list of changes on the page."
    for source in ("Post", "Gazette"):
        assert compare(article("v2.1.0", text), article("v2.1.0", text, source=source, hours=1)).relation is not Relation.SAME


def test_two_agencies_datelines_are_no_slot() -> None:
    """Where and by whom a text was sent is no part of its news."""
    text = "A cyclist was hurt on Friday when a van struck her on the road near the old mill. The driver was unhurt."
    one = article("Cyclist hurt near the old mill", f"NORWICK (Harbour Press) — {text}")
    two = article("Cyclist hurt near the old mill", f"VELDRIN (Coast News) - {text}", source="Gazette", hours=1)
    assert compare(one, two).relation is Relation.SAME


# Titles


@pytest.mark.parametrize(
    ("title", "names", "rest"),
    [
        ("Bridge closes - The Harbour Post", ("The Harbour Post",), "Bridge closes"),
        ("Bridge closes | Harbour News", (), "Bridge closes"),
        ("Pont fermé — lagazette.fr", (), "Pont fermé"),
        ("Bridge closes - BBC News - BBC", ("BBC",), "Bridge closes"),
        ("Result of the vote - Norwick", ("The Harbour Post",), "Result of the vote - Norwick"),
        ("No vessel hit the pier - police", ("BBC",), "No vessel hit the pier - police"),
    ],
)
def test_a_publisher_is_no_part_of_a_title(title: str, names: tuple[str, ...], rest: str) -> None:
    """A known or evident publisher's name goes from a title's end; a town or a speaker stays."""
    assert without_publisher(title, names)[0] == rest


def test_an_aggregator_puts_a_publisher_behind_every_title() -> None:
    """What an aggregator adds is a publisher, known or not."""
    assert without_publisher("Hekken in Norwick - De Bode", ("News",), aggregated=True) == ("Hekken in Norwick", "de bode")


@pytest.mark.parametrize("hours", [1, 30, 24 * 9])
@pytest.mark.parametrize("title", ["Bridge at Norwick closes for repairs", "Norwick bridge repairs cost more", "Oaks for Veldrin"])
@pytest.mark.parametrize("body", [BODY, EDITED, OTHER_BODY, ""])
def test_the_short_way_answers_as_the_long_one(title: str, body: str, hours: int) -> None:
    """What grouping asks leaves out those that have nothing in common, and says of all others what a comparison says."""
    first, second = article("Bridge at Norwick closes for repairs", BODY, source="Post"), article(title, body, hours=hours)
    said = compare(first, second)
    assert related(first, second) == (None if said.relation is Relation.NONE else said)
