from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wording import look, wording

from feeds.model import Document
from feeds.publication.masking import Mask
from feeds.tagging.classifier import classify, tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.quality.check import check
from feeds.tagging.topic.model import Topic
from feeds.tagging.topic.skeleton import skeleton
from ingest.errors import TopicError


def single(term: str, language: str = "any", more: str = "") -> Topic:
    """Return a topic of one group with one term."""
    return wording('require = ["word"]', f'[group.word]\n{language} = ["{term}"]\n{more}')


def spans(term: str, text: str, language: str = "any") -> list[str]:
    """Return the words that a term finds."""
    hits = look(single(term, language), text, None if language == "any" else language).hits
    return [text[hit.start : hit.end] for hit in hits]


# What a capital shows


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        # a name among words
        ("=Threads", "She left Threads for good.", ["Threads"]),
        ("=Threads", "She left the threads for good.", []),
        ("=Threads", "She is on Threads", ["Threads"]),
        ("=Threads", "Users of Meta's Threads app complain", ["Threads"]),
        ("=Threads", "Thr\u00adeads was read; she likes Thr\u00adeads", ["Thr\u00adeads"]),
        # where a sentence begins
        ("=Threads", "Threads of hate run through the novel.", []),
        ("=Threads", "It is read. Threads of hate run through it.", []),
        ("=Threads", "The novel: Threads of hate run through it", []),
        ("=Threads", "She said “Threads of hate” again", []),
        ("=Threads", "• Threads of hate run through it", []),
        # headlines of capitals
        ("=Threads", "Novel Threads Together Stories of Hate", []),
        ("=Threads", "Novel about Hate Threads with Stories", []),
        ("=Threads", "SHE LEFT THREADS FOR GOOD", []),
        ("=Threads", "Threads", []),
        # a single letter, and capitals inside
        ("=X", "X bans users", ["X"]),
        ("=X", "Musk's X Bans Users", ["X"]),
        ("=X", "X BANS USERS", ["X"]),
        ("=X", "three x four", []),
        ("=TikTok", "TikTok Bans Users", ["TikTok"]),
        ("=TikTok", "TikTok", ["TikTok"]),
        ("=TikTok", "Tiktok bans users", []),
        ("=TikTok", "TIKTOK BANS USERS", []),
        ("=DSA", "The DSA law", ["DSA"]),
        ("=DSA", "DSA: the law", ["DSA"]),
        ("=US", "TELL US MORE", []),
        ("=iPhone", "An iPhone and an Iphone", ["iPhone"]),
        # in other scripts
        ("=Нить", "она ушла из Нить навсегда", ["Нить"]),
        ("=Нить", "она порвала нить навсегда", []),
        ("=TikTok", "他们在TikTok上发布", ["TikTok"]),
        ("=TikTok", "他们在tiktok上发布", []),
        ("=הסירה", "הסירה וגם הסירות", ["הסירה"]),
    ],
)
def test_a_capital_counts_where_it_shows_a_name(term: str, text: str, found: list[str]) -> None:
    """Among small letters it does; where a sentence begins or every word has one it does not, unless no word is written so."""
    assert spans(term, text) == found


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("=hån", "Hån och HÅN och han", ["Hån", "HÅN"]),
        ("=han", "hån och han", ["han"]),
        ("=judí*", "Judíos y JUDÍAS y judia", ["Judíos", "JUDÍAS"]),
        ("=obraź*", "obraz obraźliwy", ["obraźliwy"]),
        ("=*ział", "widział widzial", ["widział"]),
        ("=*ź*", "obraźliwy zobraz", ["obraźliwy"]),
        ("=nié", "nie nié", ["nié"]),
        ("=nié", "nie nie\u0301", ["nie\u0301"]),
        ("=istanbul", "İSTANBUL istanbul", ["İSTANBUL", "istanbul"]),
    ],
)
def test_marks_count_and_case_does_not_where_a_term_has_no_capital(term: str, text: str, found: list[str]) -> None:
    """What folding merges is told apart: han and hån, obraz and obraź; beginnings of sentences and capitals are no matter."""
    assert spans(term, text) == found


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("on =X", "It was posted On X today.", ["On X"]),
        ("on =X", "It was posted on x today.", []),
        ("=Il =Post", "Il Post ha scritto", ["Il Post"]),
        ("=Il =Post", "il post ha scritto", []),
        ("=Il =Post", "Il post ha scritto", []),
        ("=X-Account", "Her X-Account is new", ["X-Account"]),
        ("=Signal .. group", "a Signal chat group", ["Signal chat group"]),
        ("=Signal .. group", "a signal to the group", []),
    ],
)
def test_each_word_of_a_phrase_has_its_own_sign(term: str, text: str, found: list[str]) -> None:
    """Words without the sign are folded as ever; one capital that shows a name is enough."""
    assert spans(term, text) == found


def test_the_rules_of_a_language_hold() -> None:
    """Particles before a Hebrew word, and the rest of a German compound, are looked through."""
    assert spans("=סירה", "הסירה", "he") == ["הסירה"]
    assert spans("=Übergriff", "Die Übergriffe und ubergriffe", "de") == ["Übergriffe"]


def test_a_frame_may_have_names() -> None:
    """The newspaper takes the sense from the word: Il Post is no post."""
    topic = wording('require = ["post"]', '[group.post]\nit = ["post"]\n[frame.newspaper]\ncancels = "post"\nit = ["=Il =Post"]')
    answers = [classify(Matcher([topic]), Document("", text, "it"))[0] for text in ("Lo dice Il Post.", "Il post è lungo.")]
    assert [answer.tagged for answer in answers] == [False, True]


def test_a_query_may_have_names() -> None:
    """In quotes, with the sign, a name stands in the query itself."""
    topic = wording('query = \'"=X" NEAR/2 "owner"\'')
    assert classify(Matcher([topic]), Document("", "The owner of X spoke."))[0].tagged
    assert not classify(Matcher([topic]), Document("", "The owner of x spoke."))[0].tagged


# The file


def test_the_sign_is_in_the_version() -> None:
    """Programs before this one did not compare the sign, so what they stored is classified again."""
    topic = single("=Threads")
    assert topic.version not in {single("Threads").version, "fcbb1a"}


def test_a_stem_has_no_written_form() -> None:
    """A stem stands for many forms, so it cannot be wanted as it is written."""
    with pytest.raises(TopicError, match=r'"=moderator~" asks for a stem and for the word as it is written; delete ~, or ='):
        single("=moderator~", "en")


def test_a_check_knows_the_sign() -> None:
    """It is no sign that is not compared; a folded term covers a written one, not the other way round; German is warned of."""
    both = wording('require = ["word"]', '[group.word]\nen = ["=Threads", "threads"]\nde = ["=Signal", "=Signal Gruppe"]')
    assert check(both).warnings == (
        "harbour: “=Signal” tells no name from a noun: in German every noun has a capital; add a second word",
        "harbour: group word, en: “=Threads” can find nothing that “threads” does not: delete “=Threads” and keep “threads”",
    )
    assert check(single("=hån", "sv")).warnings == check(single("=Signal")).warnings == ()


def test_a_mask_hides_a_name_however_it_is_written() -> None:
    """Where a group is masked, its names are masked in any case."""
    topic = single("=Gull", more='[publish]\nmask = ["word"]')
    assert Mask(topic).text("A Gull, a gull", "en") == "A G***, a g***"


def test_a_new_file_shows_the_bare_word_as_its_example() -> None:
    """The sign is no part of the text that the topic finds."""
    assert 'text = "Threads"' in skeleton("networks", ["=Threads"], [], date(2026, 11, 30))


# Whatever the text


_PIECES = st.sampled_from([*"Threads threads THREADS X x TikTok on . \n the user Ban hån han : gull".split(" ")])
_MATCHER = Matcher([wording('query = \'"=Threads" OR "on =X" OR "=hån"\''), single("=Threads"), single("threads")])


@given(st.lists(_PIECES, max_size=20).map(" ".join))
def test_a_name_is_found_only_where_the_word_is(text: str) -> None:
    """What a written term finds its folded form finds too; the short way of tagging gives the same answers."""
    about = Document("", text, "en")
    _, written, folded = answers = classify(_MATCHER, about)
    assert {(hit.start, hit.end) for hit in written.hits} <= {(hit.start, hit.end) for hit in folded.hits}
    assert all(text[hit.start : hit.end] == "Threads" for hit in written.hits)
    assert tag(_MATCHER, about).tags == tuple(answer for answer in answers if answer.tagged)
