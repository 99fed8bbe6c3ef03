import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import GAZETTE, HARBOUR, Cli, carry, home_at, item, topic, write_topic
from support import NOON
from wording import wording

from feeds.model import Document
from feeds.store.reviews import Reviews, Verdict
from feeds.store.stories import StoryTables
from feeds.tagging.classifier import MatchedDocument, classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.suggestion.log_odds import z_score
from feeds.tagging.suggestion.neighbours import likenesses, profiles
from feeds.tagging.suggestion.phrases import PhraseFinder, fragments, title_tail
from feeds.tagging.suggestion.suggestions import Suggestion, Suggestions
from feeds.tagging.suggestion_pass import suggest_terms
from feeds.tagging.topic.model import Term
from ingest.model import Item
from ingest.store.facts import IN_MEMORY, Facts


def news(number: int, title: str, text: str = "", **changes: Any) -> Item:
    """Return one of many items with a title and a text of its own."""
    said = {"guid": f"urn:item:{number}", "url": f"http://post.example/{number}", "title": title, "text": text, "summary": ""}
    return item(**(said | {"published": NOON - timedelta(days=40)} | changes))


TOWNS = ("Aberdeen", "Bergen", "Cork", "Dover", "Emden", "Faro", "Genoa", "Hull", "Izmir", "Jaffa")
PLAIN = tuple(news(100 + n, f"Rain over the hills of number {n}", f"The baker slept. It was number {n}.") for n in range(30))


def tagged(words: str, count: int = 5, **changes: Any) -> tuple[Item, ...]:
    """Return stories that the topic tags and that share some words."""
    return tuple(
        news(n, f"The ferry in the harbour of {TOWNS[n]}", f"{words}, it was number {n}.", **changes) for n in range(count)
    )


@pytest.fixture
def facts() -> Iterator[Facts]:
    """Return an empty database."""
    with Facts(IN_MEMORY) as opened:
        yield opened


def look(facts: Facts, *items: Iterable[Item], **asked: Any) -> Suggestions:
    """Store items and suggest terms for the topic."""
    for some in (PLAIN, *items):
        carry(facts, list(some))
    return suggest_terms(facts, topic(), NOON, **asked)


def terms(found: Sequence[Suggestion]) -> list[str]:
    """Return the suggested terms."""
    return [one.term for one in found]


# Which words


def test_words_that_tagged_stories_share_and_no_term_finds_are_suggested(facts: Facts) -> None:
    """The word is shown with its counts and two headlines; function words and words of the topic are not."""
    (one,) = look(facts, tagged("the pilotage began"), limit=1).words
    assert (one.term, one.language, one.tagged, one.others) == ("pilotage began", "en", 5, 0)
    assert one.examples == ("The ferry in the harbour of Aberdeen", "The ferry in the harbour of Bergen")
    assert not {"the", "ferry", "harbour", "then", "at"} & set(terms(suggest_terms(facts, topic(), NOON).words))


def test_a_word_that_every_story_has_is_not_suggested(facts: Facts) -> None:
    """What stands in other stories as often says nothing of the topic."""
    found = look(facts, tagged("the baker slept")).words
    assert not [one.term for one in found if "baker" in one.term]


def test_inflections_are_one_word_with_a_tilde(facts: Facts) -> None:
    """Where the stemmer says that two words are forms of one, the term finds both and names them."""
    some = (news(n, f"The ferry in the harbour of {TOWNS[n]}", f"A {'tug' if n % 2 else 'tugs'}.") for n in range(6))
    (one,) = [one for one in look(facts, some).words if one.term.startswith("tug")]
    assert (one.term, sorted(one.forms), one.tagged) == ("tug~", ["tug", "tugs"], 6)


def test_copies_of_one_article_count_as_one(facts: Facts) -> None:
    """A word of one copied article has one story behind it, and one story is no evidence."""
    assert any("capsized" in one.term for one in look(facts, tagged("somebody capsized")).words)
    rows = [stored.row for stored in facts.items.all() if "ferry" in stored.item.title]
    with facts.transaction():
        StoryTables(facts).replace_stories(rows, [frozenset(rows)])
    found = suggest_terms(facts, topic(), NOON)
    assert (found.tagged, found.words) == (1, ())


def test_a_sentence_that_a_source_repeats_is_boilerplate(facts: Facts) -> None:
    """Also the publisher's name behind the dash of a title is none of the story's words."""
    some = [
        news(
            n,
            f"The ferry in the harbour of {TOWNS[n]} - Skipper Weekly",
            f"Support our lighthouse keepers today. A crane fell, number {n}.",
        )
        for n in range(5)
    ]
    found = " ".join(terms(look(facts, some).words))
    assert "crane" in found
    assert "lighthouse" not in found
    assert "Skipper" not in found


def test_the_name_of_a_carrier_is_not_suggested(facts: Facts) -> None:
    """A paper that writes much about the topic names itself."""
    assert not [one for one in look(facts, tagged("the Post")).words if "Post" in one.term]


def test_a_longer_phrase_stands_for_its_words(facts: Facts) -> None:
    """Where the words of a phrase stand in no other story, the phrase alone is shown."""
    found = terms(look(facts, tagged("the dredging licence ended")).words)
    assert [one for one in found if "dredging" in one or "licence" in one] == ["dredging licence ended"]


def test_a_word_of_several_languages_is_one_for_all(facts: Facts) -> None:
    """A name is the same in every language: it goes under any."""
    german = [
        news(50 + n, f"Die ferry im harbour von {TOWNS[n]}", f"Dann kam Zephyrline, Nummer {n}.", language="de", guid=f"de{n}")
        for n in range(4)
    ]
    plain = [news(70 + n, f"Regen Nummer {n}", f"Es regnete {n} Mal.", language="de", guid=f"dr{n}") for n in range(20)]
    found = look(facts, tagged("came Zephyrline"), german, plain).words
    assert [(one.term, one.language, one.tagged) for one in found if "Zephyrline" in one.term] == [("Zephyrline", None, 9)]


def test_one_language_may_be_asked_for(facts: Facts) -> None:
    """Words of other languages are left out."""
    german = [news(50 + n, f"Die ferry im harbour {n}", f"Der Lotse, Nummer {n}.", language="de", guid=f"de{n}") for n in range(4)]
    plain = [news(70 + n, f"Regen Nummer {n}", f"Es regnete {n} Mal.", language="de", guid=f"dr{n}") for n in range(20)]
    found = look(facts, tagged("came the pilotage"), german, plain, language="de").words
    assert {one.language for one in found} == {"de"}
    assert "Lotse" in terms(found)


# The group, and what it brings


def test_a_suggestion_goes_to_the_group_that_is_missing_where_it_stands(facts: Facts) -> None:
    """Other stories have the word and everything but this group: it brings them."""
    missing = [news(60 + n, f"A trawler in the harbour of {TOWNS[n]}", f"Number {n}.") for n in range(3)]
    (one,) = [one for one in look(facts, tagged("a trawler"), missing).words if one.term.startswith("trawler")]
    assert (one.group, one.adds, one.rejected) == ("ship", 3, 0)
    assert one.why.endswith("3 other stories that have it lack nothing but ship")
    assert set(one.added) <= {f"A trawler in the harbour of {town}" for town in TOWNS}


def test_what_a_suggestion_brings_is_what_the_changed_topic_tags(facts: Facts) -> None:
    """The number is no estimate: the topic with the term added tags exactly so many more."""
    near = [news(60 + n, f"A trawler in the harbour of {TOWNS[n]}", f"Number {n}.") for n in range(3)]
    far = [news(70 + n, f"A trawler {n}", f"It sank. {'Nobody came to see. ' * 40} The harbour slept.") for n in range(3)]
    for one in look(facts, tagged("a trawler, some barges"), near, far).words:
        changed = topic(HARBOUR.replace(f"[group.{one.group}]", f"[group.{one.group}]\n{one.language} = ['{one.term}']"))
        matcher = Matcher([topic(), changed])
        answers = [
            classify(matcher, Document(stored.item.title, stored.item.text, stored.item.language)) for stored in facts.items.all()
        ]
        assert one.adds == sum(after.tagged and not before.tagged for before, after in answers), one


def test_what_brings_something_stands_before_what_brings_nothing(facts: Facts) -> None:
    """A word that would change nothing today is shown last."""
    near = [news(60 + n, f"A trawler in the harbour of {TOWNS[n]}", f"Number {n}.") for n in range(3)]
    found = look(facts, tagged("a trawler, some barges"), near).words
    assert [bool(one.adds) for one in found] == sorted((bool(one.adds) for one in found), reverse=True)
    assert {bool(one.adds) for one in found} == {True, False}


def test_reviews_weigh(facts: Facts) -> None:
    """What a person accepted counts as tagged; what a person rejected is no example, and is counted where it would come in."""
    near = [news(60 + n, f"A trawler in the harbour of {TOWNS[n]}", f"Number {n}.") for n in range(4)]
    before = look(facts, near, tagged("nothing else"))
    assert not [one for one in before.words if one.term.startswith("trawler")]
    rows = {stored.item.guid: stored.row for stored in facts.items.all()}
    for n in range(3):
        Reviews(facts).put(rows[f"urn:item:{60 + n}"], "harbour", Verdict.ACCEPT, "", NOON)
    Reviews(facts).put(rows["urn:item:63"], "harbour", Verdict.REJECT, "", NOON)
    (one,) = [one for one in suggest_terms(facts, topic(), NOON).words if one.term.startswith("trawler")]
    assert (one.group, one.tagged, one.others, one.adds, one.rejected) == ("ship", 3, 1, 4, 1)


def test_a_topic_that_tags_nothing_has_no_suggestions(facts: Facts) -> None:
    """Without tagged stories there is nothing to learn from."""
    assert look(facts).words == ()


# New words


def test_words_that_came_in_the_last_weeks_are_told_apart(facts: Facts) -> None:
    """A word of the recent tagged stories that the earlier ones lack is new; one that they all have is not."""
    early = [
        news(
            n,
            f"The ferry in the harbour, day {n}",
            f"The skipper spoke {n} times.",
            guid=f"early{n}",
            url=f"http://post.example/e{n}",
        )
        for n in range(12)
    ]
    late = [
        news(
            n,
            f"The ferry in the harbour, week {n}",
            f"The skipper drove a hovercraft {n}.",
            guid=f"late{n}",
            published=NOON - timedelta(2),
        )
        for n in range(40, 46)
    ]
    found = look(facts, early, late)
    assert any("hovercraft" in one.term for one in found.new)
    assert not [one for one in found.new if one.term == "skipper"]


def test_without_older_stories_no_word_is_new(facts: Facts) -> None:
    """What has no date is neither new nor old, and the command can say that the history is too short."""
    found = look(facts, tagged("drove a hovercraft", 8, published=None))
    assert (found.new, found.earlier, found.has_history) == ((), 0, False)


def test_a_word_that_brings_far_more_than_shares_it_is_left_out(facts: Facts) -> None:
    """For a topic of one group a loose word is counted, not shown; what is shown does not say twice what it brings."""
    by = wording('require = ["ship"]', '[group.ship]\nany = ["ferry"]')
    loose = [news(50 + n, f"Also number {n}", "The dredger waited.") for n in range(11)]
    carry(facts, [*(news(200 + n, f"Rain number {n}", f"It was {n}.") for n in range(300)), *loose])
    carry(facts, list(tagged("dredger and tugboat")))
    found = suggest_terms(facts, by, NOON)
    assert found.loose == 1
    assert all(one.adds <= 2 * one.tagged and not one.why for one in found.words)
    assert "dredger" not in terms(found.words)


# Several at once


@pytest.mark.parametrize(
    "frame", ['[frame.toy]\ncancels = "ship"\nany = ["toy {ship}"]', '[role.toy]\nof = "ship"\nany = ["toy {ship}", "toy"]']
)
@settings(max_examples=25, deadline=None)
@given(words=st.lists(st.sampled_from(["ferry", "barge", "quay", "toy", "harbour", "pier", "gull", "."]), min_size=1, max_size=12))
def test_each_term_is_tried_as_if_the_others_were_not_there(frame: str, words: list[str]) -> None:
    """Terms that are compiled together answer as a topic with one of them alone does, with negative contexts and with roles."""
    head = 'require = ["ship", "place"]'
    groups = '[group.ship]\nany = ["ferry"{}]\n[group.place]\nany = ["harbour", "quay"{}]\n'
    document = Document("", " ".join(words), "en")
    together = MatchedDocument(Matcher([wording(head, groups.format(', "barge"', ', "pier"') + frame)]), document)
    added = {("ship", Term("barge", None)), ("place", Term("pier", None))}
    for alone in added:
        extra = [f', "{alone[1].text}"' if name == alone[0] else "" for name in ("ship", "place")]
        expected = classify(Matcher([wording(head, groups.format(*extra) + frame)]), document)[0].tagged
        assert together.tagged_without(added - {alone}) == expected


# The parts


@pytest.mark.parametrize(
    ("first", "second", "sign"), [((5, 10), (5, 100), 1), ((5, 100), (5, 10), -1), ((5, 10), (50, 100), 0), ((0, 0), (1, 2), 0)]
)
def test_log_odds_say_where_a_word_is_commoner(first: tuple[float, float], second: tuple[float, float], sign: int) -> None:
    """Above nought in the first set, below in the second, nought where both are alike or one is empty."""
    score = z_score(first, second)
    assert score == pytest.approx(-z_score(second, first))
    assert (score > 1e-9) - (score < -1e-9) == sign


def test_a_word_seen_once_is_less_sure_than_one_seen_often() -> None:
    """The prior holds back small counts of the same share."""
    assert 0 < z_score((1, 10), (1, 1000)) < z_score((10, 100), (10, 10000))


def test_log_odds_agree_with_the_formula_worked_by_hand() -> None:
    """Monroe, Colaresi and Quinn 2008, equations 15 to 18, with texts in the place of words: 4 of 10 against 10 of 100."""
    # The share of both is 14/110; as 11 texts that are 1.4 with the word and 9.6 without it.
    assert z_score((4, 10), (10, 100), prior=11) == pytest.approx(1.8786, abs=0.001)


def test_phrases_begin_and_end_with_words_of_their_own() -> None:
    """Function words stand only inside; a phrase has up to three words and crosses no mark."""
    found = [key for key, _ in PhraseFinder("en").phrases(fragments("The hatred of Jews online, and a ban."))]
    assert found == ["hatr", "hatr of jew", "jew", "jew onlin", "onlin", "ban"]


def test_words_without_spaces_are_taken_in_parts() -> None:
    """In Chinese, Japanese and Thai any two to four letters may be a word."""
    found = [key for key, _ in PhraseFinder("zh").phrases(["反犹主义"])]
    assert found == ["反犹", "犹主", "主义", "反犹主", "犹主义", "反犹主义"]
    assert PhraseFinder("zh").known(["反犹主义"], {"主义"}, set()) == {"主义"}


@given(st.text(alphabet="ab cd.-’é\n", max_size=40))
def test_known_phrases_are_those_that_are_found(text: str) -> None:
    """What is counted in tagged stories is recognised in the others."""
    finder = PhraseFinder("en")
    phrases = {key for key, _ in finder.phrases(fragments(text))}
    assert finder.known(fragments(text), phrases, {key.partition(" ")[0] for key in phrases if " " in key}) == phrases


@pytest.mark.parametrize(("title", "tail"), [("A – B - The Paper", "The Paper"), ("A | B", "B"), ("No-one", ""), ("A -", "")])
def test_the_tail_of_a_title_stands_behind_its_last_dash(title: str, tail: str) -> None:
    """A hyphen inside a word is no dash."""
    assert title_tail(title) == tail


def test_a_phrase_is_like_the_group_whose_terms_have_its_neighbours() -> None:
    """Words that stand on quays and at harbours are places; what leaves and arrives is a ship."""
    by = wording('require = ["ship", "place"]')
    texts = ["A ferry left. A boat left. Boats arrived.", "They met at the harbour. They met at the quay today."]
    found = profiles(by, [Document("", text, "en") for text in texts])
    assert found["place"]["the|"] == 2
    alike = dict(likenesses(Counter({"the|": 3, "|today": 1}), found))
    assert max(alike, key=alike.__getitem__) == "place"
    assert dict(likenesses(Counter({"nowhere|": 3}), found)) == {}


# The command


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command in a home with the topic and some news."""
    write_topic(home)
    made = home_at(home)
    near = [news(60 + n, f"A trawler in the harbour of {TOWNS[n]}", f"Number {n}.") for n in range(3)]
    with made.facts() as opened:
        carry(opened, [*PLAIN, *tagged("a trawler"), *near])
        carry(opened, [news(90, "Two ferries in the harbour", "A trawler came.")], GAZETTE)
    return Cli(home)


def test_the_command_prints_lines_to_paste(cli: Cli) -> None:
    """Every line is a term of a list or a comment, and the topic's file stays as it was."""
    path = cli.home / "topics" / "harbour.toml"
    before = path.read_bytes()
    result = cli("topics", "suggest", "harbour")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "# harbour: 6 tagged stories among 39 stored items"
    assert "# words that tagged stories share and no term finds; nobody has reviewed them" in lines
    assert "# [group.ship] en = [" in lines
    pasted = tomllib.loads("words = [\n" + result.stdout + "\n]")["words"]
    assert any(term.startswith("trawler") for term in pasted)
    assert any("brings 3 stories" in line for line in lines)
    assert path.read_bytes() == before


def test_a_program_reads_the_suggestions(cli: Cli) -> None:
    """`--json` writes one object with the words and the new words."""
    (found,) = cli.rows("topics", "suggest", "harbour", "--json", "--limit", "3", "--since", "90d")
    assert (found["topic"], found["articles"], found["tagged"]) == ("harbour", 39, 6)
    assert len(found["words"]) <= 3
    (one,) = [one for one in found["words"] if one["term"].startswith("trawler")]
    assert (one["group"], one["adds"], len(one["examples"])) == ("ship", 3, 2)


def test_a_language_that_is_none_is_refused(cli: Cli) -> None:
    """The option is named with the cure."""
    result = cli("topics", "suggest", "harbour", "--language", "jp")
    assert result.exit_code == 2
    assert 'no language that we know has the code "jp"; did you mean "ja"?' in result.stderr


def test_a_topic_that_takes_everything_has_nothing_to_compare(cli: Cli) -> None:
    """Where every item is tagged, no word is commoner in the tagged ones."""
    write_topic(cli.home, 'title = "All"\n[[example]]\ntagged = true\ntext = "x"', "all")
    result = cli("topics", "suggest", "all")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 2)


def test_a_topic_by_its_words_alone_names_no_group(facts: Facts) -> None:
    """A query of phrases has no group to add to, and says so."""
    by = wording('query = \'"ferry" AND "harbour"\'', "")
    carry(facts, [*PLAIN, *tagged("a trawler")])
    (one,) = [one for one in suggest_terms(facts, by, NOON).words if "trawler" in one.term]
    assert (one.group, one.adds, one.why) == ("", 0, "the query names no group to add it to")


def test_the_newest_items_are_read_and_no_more(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of items that are looked at has a bound."""
    monkeypatch.setattr("feeds.tagging.suggestion_pass.MOST", 10)
    assert look(facts, tagged("a trawler")).articles == 10
