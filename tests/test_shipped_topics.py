from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from support import NOON

import feeds
from feeds.model import Document
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.loader import read_topic
from feeds.tagging.topic.model import Topic
from ingest.documents.document import parse_document

FOLDER: Final = Path(feeds.__file__).with_name("topics")
SEEDS: Final = Path(__file__).parents[1] / "seeds"
FILES: Final = sorted(FOLDER.glob("*.toml"))
LANGUAGES: Final = "en fr de es it nl pl ru uk he ar hu pt".split()
ON: Final = (
    "fr-plateforme-president en-forum-moderation-audit de-urteil-messenger-kanal es-regulador-red-de-video he-chatbot-bedika"
    " ru-igrovoy-chat ar-dirasat-taliqat".split()
)
OFF: Final = (
    "en-arson-condemned it-mostra-medioevo pl-wyklad-sredniowiecze pt-tiktok-anunciantes ar-lughat-samiya nl-voetbal-joden".split()
)


@cache
def matcher(name: str) -> Matcher:
    """Compile a shipped topic once."""
    return Matcher([read_topic(FOLDER / f"{name}.toml")])


@cache
def shipped() -> Topic:
    """Return the starter topic."""
    return matcher("antisemitism-online").topics[0]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_example_of_a_shipped_topic_is_as_declared(path: Path) -> None:
    """A shipped topic file loads, and each of its examples comes out as it declares."""
    topic = read_topic(path)
    assert topic.examples, "a topic without examples is untested"
    wrong = [
        f"{'not ' * answer.tagged}tagged was declared ({answer.why}): {example.title} {example.text}"
        for example in topic.examples
        if (answer := classify(matcher(path.stem), Document(example.title, example.text, example.language))[0]).tagged
        != example.tagged
    ]
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_shipped_topic_says_what_it_is(path: Path) -> None:
    """What a subscriber is shown is there: title, description, what it means and does not mean, limits, status, date."""
    topic = read_topic(path)
    assert topic.title != topic.name
    assert all((topic.description, topic.means, topic.does_not_mean, topic.limits, topic.updated))
    assert topic.status in {"draft", "stable"}


def test_the_starter_topic_ships() -> None:
    """The topic of the README is there under its name."""
    assert "antisemitism-online" in [path.stem for path in FILES]


def test_the_starter_topic_has_examples_enough() -> None:
    """At least 120 examples, and in each of thirteen languages four that are tagged and four that are not."""
    counts = Counter((example.language, example.tagged) for example in shipped().examples)
    assert counts.total() >= 120
    assert {(language, tagged): counts[language, tagged] for language in LANGUAGES for tagged in (True, False)} == {
        (language, tagged): max(counts[language, tagged], 4) for language in LANGUAGES for tagged in (True, False)
    }


def test_no_example_stands_twice() -> None:
    """Each example tests something of its own."""
    texts = Counter((example.title, example.text) for example in shipped().examples)
    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.parametrize(("name", "tagged"), [*((name, True) for name in ON), *((name, False) for name in OFF)])
def test_a_seed_is_tagged_as_it_was_written(name: str, *, tagged: bool) -> None:
    """The documents in `seeds/` were written to belong to the starter topic, or to look as if they did."""
    (item,) = (item for item, _ in parse_document((SEEDS / f"{name}.txt").read_bytes(), f"{name}.txt", NOON).items)
    assert item.language == name[:2]
    answer = classify(matcher("antisemitism-online"), Document(item.title, item.text, item.language, ("Seed documents",)))[0]
    assert answer.tagged is tagged, answer.why


def test_every_seed_is_on_one_of_the_lists() -> None:
    """A new seed document says here whether it is on topic."""
    assert {path.stem for path in SEEDS.glob("*.txt")} == {*ON, *OFF}
