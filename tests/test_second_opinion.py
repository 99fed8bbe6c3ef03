"""The second opinion: learnt from reviews by sentence vectors or words, it orders what a person should review, and tags nothing."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from making import Cli, about, carry, home_at, item, topic, write_topic
from served_site import served
from support import NOON
from wording import IDLE, far

from feeds.model import Document
from feeds.store.classifications import Classifications
from feeds.store.reviews import Reviews, Verdict
from feeds.store.vectors import SentenceVectors
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.linear_model import LabelledText, parse_model, train
from feeds.tagging.review_list import Candidate, candidates, uncertain_items
from feeds.tagging.second_opinion import SecondOpinion, learn, read_opinion
from feeds.tagging.sentence_encoder import SIZE, SentenceEncoder, direction, installed_encoder, quantised
from ingest.errors import TopicError
from ingest.model import Item
from ingest.store.facts import Facts

DAY = date(2026, 3, 2)
_MEANINGS = {"tug": 0, "remorqueur": 0, "tow": 0, "rose": 1, "fleur": 1, "petal": 1}  # words of two languages


class Meanings:
    """An encoder that knows six words in English and French, and counts what it encodes."""

    def __init__(self, name: str = "meanings 1") -> None:
        """Take the name that is written beside the vectors."""
        self.name, self.encoded = name, 0

    def knows(self, language: str | None) -> bool:
        """Say whether it is English or French."""
        return language in {"en", "fr"}

    def encode(self, title: str, text: str) -> bytes:
        """Point to where the six words point, and a little elsewhere."""
        self.encoded += 1
        vector = np.full(SIZE, 0.01)
        for word in f"{title} {text}".lower().split():
            if word in _MEANINGS:
                vector[_MEANINGS[word]] += 1
        return quantised(vector)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Meanings:
    """Install the small encoder in place of the extra's."""
    meanings = Meanings()
    install(monkeypatch, meanings)
    return meanings


def install(monkeypatch: pytest.MonkeyPatch, encoder: SentenceEncoder | None) -> None:
    """Let the program find this encoder, or none."""
    monkeypatch.setattr("feeds.tagging.second_opinion.installed_encoder", lambda: encoder)


def marks(encoder: Meanings | None = None) -> list[LabelledText]:
    """Return twelve accepted and twelve rejected English texts, with vectors where there is an encoder."""
    texts = [("a tug came", True), ("a tow came", True), ("a rose grew", False), ("a petal grew", False)] * 6
    return [LabelledText("", text, yes, encoder.encode("", text) if encoder else None) for text, yes in texts]


def documents() -> list[tuple[Document, bool]]:
    """Return the same texts as labelled documents."""
    return [(Document(mark.title, mark.text, "en"), mark.accepted) for mark in marks()]


# Learning


def test_what_is_learnt_in_one_language_holds_in_another(encoder: Meanings) -> None:
    """By vectors a French text is known from English marks; by words nothing is known of it."""
    model = train(topic(), marks(encoder), DAY, encoder.name)
    assert model.probability_by_vector(encoder.encode("", "le remorqueur")) > 0.7
    assert model.probability_by_vector(encoder.encode("", "la fleur")) < 0.3
    assert model.probability("", "le remorqueur") == pytest.approx(model.probability("", "la fleur"))


def test_the_same_marks_give_the_same_bytes(encoder: Meanings) -> None:
    """Training by vectors is reproducible, and the file reads back to what was written."""
    model = train(topic(), marks(encoder), DAY, encoder.name)
    assert train(topic(), marks(encoder), DAY, encoder.name).write() == model.write()
    assert parse_model(model.write(), "o.json") == model


def test_marks_in_foreign_languages_teach_words_alone(encoder: Meanings) -> None:
    """Where fewer than ten texts of a kind have a vector, there is nothing to learn from vectors."""
    few = [*marks(encoder)[:16], *marks()]
    assert train(topic(), few, DAY, encoder.name).encoder == ""
    assert train(topic(), marks(), DAY).vector_weights == ()


def test_a_file_without_vectors_is_read_as_before() -> None:
    """What 0.2 wrote is still a model, and is written back unchanged."""
    text = train(topic(), marks(), DAY).write()
    assert "vector" not in text
    assert parse_model(text, "o.json").write() == text


def test_a_file_with_too_few_numbers_is_refused(encoder: Meanings) -> None:
    """A damaged file is named, and not used."""
    data = json.loads(train(topic(), marks(encoder), DAY, encoder.name).write())
    data["vector_weights"].pop()
    with pytest.raises(TopicError, match=r"o\.json: vector_weights has 511 numbers, not 512; learn it again"):
        parse_model(json.dumps(data), "o.json")


def test_reviews_are_learnt_from(encoder: Meanings, facts: Facts) -> None:
    """What a person accepts becomes likelier, whatever was rejected like it before."""
    carry(facts, [about(number, "petal") for number in range(24)])
    without = learn(facts, topic(), documents(), DAY)
    for stored in facts.items.all():
        Reviews(facts).put(stored.row, "harbour", Verdict.ACCEPT, "", NOON)
    model = learn(facts, topic(), documents(), DAY)
    petal = encoder.encode("", "petal")
    assert (model.accepted, model.rejected) == (without.accepted + 24, without.rejected)
    assert model.probability_by_vector(petal) > without.probability_by_vector(petal) + 0.2


# Vectors are kept


def test_a_text_is_encoded_once(encoder: Meanings, facts: Facts) -> None:
    """Until it changes, or another encoder asks."""
    carry(facts, [about(1, "tug"), about(2, "rose")])
    model = train(topic(), marks(encoder), DAY, encoder.name)
    opinion, before = SecondOpinion(model, encoder), encoder.encoded
    for _ in range(2):
        opinion.probabilities(facts, list(facts.items.all()))
        assert encoder.encoded == before + 2
    carry(facts, [about(2, "petal")])
    opinion.probabilities(facts, list(facts.items.all()))
    assert encoder.encoded == before + 3
    other = Meanings("meanings 2")
    SecondOpinion(model, other).probabilities(facts, list(facts.items.all()))
    assert other.encoded == 2
    assert SentenceVectors(facts).known(facts.items.all(), encoder.name) == {}


# Without the encoder


def test_without_the_encoder_it_learns_words_and_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command says what is in use, and what to install for more."""
    install(monkeypatch, None)
    done = taught(home)
    assert "ranks by words alone" in done.stdout
    assert "no encoder of sentence vectors is installed: pip install 'topicwire[learn]'" in done.stderr


def test_with_the_encoder_the_command_names_it(home: Path, encoder: Meanings) -> None:
    """So that anybody can say later what a ranking rests on."""
    done = taught(home)
    assert f"ranks by sentence vectors ({encoder.name})" in done.stdout
    assert done.stderr == ""


def test_too_few_marks_in_known_languages_are_named(home: Path, encoder: Meanings) -> None:
    """Marks in other languages train the words alone, and the command says why."""
    done = taught(home, language="he")
    assert "ranks by words alone" in done.stdout
    assert "10 accepted and 10 rejected texts in the languages of their encoder" in done.stderr
    assert encoder.encoded == 0


def test_a_model_whose_encoder_is_gone_goes_by_words(home: Path, encoder: Meanings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing fails when the extra is uninstalled or brings another encoder; the list says what it is ranked by."""
    taught(home)
    for other in (None, Meanings("meanings 2")):
        install(monkeypatch, other)
        opinion = read_opinion(home, "harbour")
        assert opinion is not None
        assert (opinion.encoder, opinion.model.encoder) == (None, encoder.name)
        with home_at(home).facts() as facts:
            carry(facts, [about(1, "tug")])
            stored = next(facts.items.all())
            by_words = opinion.model.probability(stored.item.title, stored.item.text)
            assert opinion.probabilities(facts, [stored]) == {stored.row: by_words}
        said = Cli(home)("review", "list", "harbour").stderr
        assert "by words alone; the encoder of its sentence vectors is not installed" in said


def test_a_foreign_language_is_judged_by_its_words(encoder: Meanings, facts: Facts) -> None:
    """A vector of a language that the encoder does not know is worse than chance."""
    model = train(topic(), marks(encoder), DAY, encoder.name)
    carry(facts, [item(guid="h", url="http://post.example/h", title="rose rose", text="rose", language="he")])
    stored = next(facts.items.all())
    assert SecondOpinion(model, encoder).probabilities(facts, [stored]) == {stored.row: model.probability("rose rose", "rose")}


def taught(home: Path, language: str = "en") -> Result:
    """Run `topics learn` with labelled rows."""
    write_topic(home)
    rows = [
        {"title": one.title, "summary": one.text, "lang": language, "label": "pos" if one.accepted else "neg"} for one in marks()
    ]
    (home / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    done = Cli(home)("topics", "learn", "harbour", "--labels", str(home / "rows.jsonl"))
    assert done.exit_code == 0
    return done


# The order of the list


def stories() -> Iterator[tuple[str, Item]]:
    """Yield items by what is expected of them: the rules, and what the model says."""
    texts = {
        "tagged core, likely": ("The ferry left the harbour", "a tug came"),
        "tagged core, unlikely": ("The ferry left the harbour", "a rose and a petal"),
        "mention": ("News", far("A ferry came to the harbour.")),
        "missed, a term, likely": ("The ferry is late", "tug tow"),
        "missed, a term, unlikely": ("A ferry of roses", "rose petal rose"),
        "no term": ("Tug and tow", "tug"),
    }
    for number, (what, (title, text)) in enumerate(texts.items()):
        yield what, item(guid=what, url=f"http://post.example/{number}", title=title, text=text, summary="", published=None)


@pytest.fixture
def filled(home: Path) -> Path:
    """Fill a home, one item an hour."""
    write_topic(home)
    with home_at(home).facts() as facts:
        for number, (_, what) in enumerate(stories()):
            carry(facts, [what], at=NOON - timedelta(hours=number))
        classify_new(facts, Classifications(facts), (topic(),), NOON)
    return home


def test_first_comes_where_model_and_rules_contradict_each_other(filled: Path, encoder: Meanings) -> None:
    """An unlikely tag and a likely miss come before what both agree on; an item without any term is not listed."""
    with home_at(filled).facts() as facts:
        opinion = SecondOpinion(train(topic(), marks(encoder), DAY, encoder.name), encoder)
        found = uncertain_items(facts, topic(), opinion)
        names = [next(name for name, what in stories() if what.url == one.stored.item.url) for one in found]
    assert set(names[:2]) == {"tagged core, unlikely", "missed, a term, likely"}
    assert set(names[3:]) == {"tagged core, likely", "missed, a term, unlikely"}
    assert names[2] == "mention"
    assert [one.doubt for one in found] == sorted((one.doubt for one in found), reverse=True)


def test_without_a_model_the_unsure_come_newest_first(filled: Path) -> None:
    """As before: mere mentions and near misses."""
    with home_at(filled).facts() as facts:
        assert [one.answer.grade for one in uncertain_items(facts, topic(), None)] == ["mention"]
        assert uncertain_items(facts, topic(), None)[0].doubt == 0


def test_a_topic_that_takes_everything_asks_nobody(filled: Path, encoder: Meanings) -> None:
    """It is sure of all its items."""
    everything = topic('title = "All"')
    with home_at(filled).facts() as facts:
        opinion = SecondOpinion(train(everything, marks(encoder), DAY, encoder.name), encoder)
        assert uncertain_items(facts, everything, opinion) == ()


def candidate(row: int, *groups: str, tagged: bool = False, reviewed: bool = False) -> Candidate:
    """Make a candidate; a greater number was seen later."""
    return Candidate(float(row), row, tagged, reviewed, frozenset(groups))


def test_of_many_items_the_newest_tags_and_the_rarest_words_are_asked_about() -> None:
    """Of the missed those with a rare group come before newer ones with a common one; what holds no term is left out."""
    tags = [candidate(row, "ship", "place", tagged=True) for row in range(10)]
    common = [candidate(row, "place") for row in range(10, 50)]
    rare = [candidate(row, "ship") for row in range(50, 53)]
    found = [*tags, *rare, *common, *(candidate(row) for row in range(53, 99))]
    assert [one.row for one in candidates(found, 3, 5)] == [52, 51, 50, 49, 48, 9, 8, 7]
    assert candidates([], 3, 5) == []


def test_marks_make_room_for_older_items() -> None:
    """What is reviewed stays in the list, so that a review can be taken back, and takes no place from others."""
    found = [candidate(row, "ship", tagged=row < 4, reviewed=row in {3, 7}) for row in range(8)]
    assert [one.row for one in candidates(found, 2, 2)] == [7, 6, 5, 3, 2, 1]


def test_the_list_is_there_for_programs(filled: Path, encoder: Meanings) -> None:
    """`--json` writes one object a line; what the ranking rests on goes to standard error."""
    cli = Cli(filled)
    assert [row["likely"] for row in cli.rows("review", "list", "harbour", "--json")] == [None]
    taught(filled)
    done = cli("review", "list", "harbour", "--json", "--limit", "2")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(row["tagged"], row["grade"], row["likely"] > 0.5) for row in rows} == {(True, "core", False), (False, None, True)}
    assert list(rows[0]) == ["id", "tagged", "grade", "likely", "language", "title", "why"]
    assert "ranked by a model learnt 2026-03-02 from 13 accepted and 13 rejected texts, by sentence vectors" in done.stderr
    assert encoder.name in done.stderr


def test_the_page_follows_what_was_learnt_last(filled: Path, encoder: Meanings) -> None:
    """A model that is learnt while the page is open orders it at once; no tag changes."""
    before = Cli(filled)("items").stdout
    with served(home_at(filled)) as site:
        assert "1 story to review" in site.ask("/review").text
        taught(filled)
        page = site.ask("/review").text
    assert "5 stories to review" in page
    assert "First comes where the second opinion contradicts the rules most." in page
    assert f"It was learnt 2026-03-02 from 13 accepted and 13 rejected texts, by sentence vectors ({encoder.name})." in page
    assert Cli(filled)("items").stdout == before


def test_many_new_reviews_are_offered_to_be_learnt_from(filled: Path, encoder: Meanings) -> None:
    """After twenty of them the list says how; once they are learnt from, no more."""
    taught(filled)
    with home_at(filled).facts() as facts:
        carry(facts, [about(number, "ferry tug") for number in range(20)])
        for stored in list(facts.items.all())[-20:]:
            Reviews(facts).put(stored.row, "harbour", Verdict.ACCEPT, "", NOON)
    cli = Cli(filled)
    assert "; 20 reviews since: `topicwire topics learn harbour` takes them in" in cli("review", "list", "harbour").stderr
    assert cli("topics", "learn", "harbour", "--labels", str(filled / "rows.jsonl")).exit_code == 0
    said = cli("review", "list", "harbour").stderr
    assert "learnt 2026-03-02 from 33 accepted and 13 rejected texts, by sentence vectors" in said
    assert "since" not in said
    assert encoder.name in said


def test_what_is_erased_is_unlearnt(filled: Path, encoder: Meanings) -> None:
    """A model that has learnt from an item holds its words: it is deleted with the item, and only then."""
    cli, model = Cli(filled), filled / "opinions" / "harbour.json"
    cli("review", "accept", "http://post.example/0", "--topic", "harbour")
    taught(filled)
    cli("review", "list", "harbour")
    assert cli("forget", "http://post.example/4", "--yes").exit_code == 0
    assert model.exists()
    done = cli("forget", "http://post.example/0", "--yes")
    assert not model.exists()
    assert "what was learnt from reviews of harbour is deleted: `topicwire topics learn harbour`" in done.stderr
    with home_at(filled).facts() as facts:
        rows = [stored.row for stored in facts.items.all()]
        assert set(SentenceVectors(facts).known(facts.items.all(), encoder.name)) <= set(rows)


def test_a_damaged_model_keeps_nobody_from_reviewing(filled: Path) -> None:
    """The page says what is wrong and shows the newest first; the command ends with the cure."""
    (filled / "opinions").mkdir()
    (filled / "opinions" / "harbour.json").write_text("{}", "utf-8")
    with served(home_at(filled)) as site:
        page = site.ask("/review")
    assert page.status == 200
    assert "1 story to review" in page.text
    assert "learn it again or delete it" in page.text
    done = Cli(filled)("review", "list", "harbour")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "harbour.json" in done.stderr


# The encoder


def test_a_vector_keeps_its_direction() -> None:
    """Quantised to bytes it points where it did, has length 1, and nothing has no direction."""
    vector = np.sin(np.arange(SIZE))
    kept = direction(quantised(vector))
    assert float(kept @ vector) / float(np.linalg.norm(vector)) > 0.9999
    assert float(np.linalg.norm(kept)) == pytest.approx(1)
    assert not direction(quantised(np.zeros(SIZE))).any()


def test_the_real_encoder_knows_what_means_the_same() -> None:
    """A sentence and its translation are closer than another sentence; a text has one vector, whatever came before."""
    encoder = installed_encoder()
    if encoder is None:
        pytest.skip("the encoder of the extra `learn` is not installed")
    english = encoder.encode("The ferry did not sail because of the storm", IDLE)
    french, other = (encoder.encode(title, "") for title in ("Le ferry n'est pas parti : tempête", "Le maire présente le budget"))
    short = encoder.encode("The ferry did not sail because of the storm", "")
    assert len(english) == SIZE
    assert float(direction(short) @ direction(french)) > float(direction(short) @ direction(other)) + 0.2
    assert encoder.encode("The ferry did not sail because of the storm", IDLE) == english
    assert encoder.name == "universal-sentence-encoder-multilingual-3 55462a183cc5"
    assert encoder.knows("ar")
    assert not encoder.knows("he")
    assert not encoder.knows(None)
