import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from making import Cli, carry, home_at, item, write_topic
from support import NOON
from wording import wording

from feeds.model import Comparison, Relation
from feeds.store.stories import StoryTables
from feeds.tagging.suggestion.dictionary import languages_of_dictionary, read_dictionary
from feeds.tagging.suggestion.proposals import has_terms, proposals
from feeds.tagging.suggestion_pass import suggest_terms
from feeds.tagging.topic.model import Topic
from ingest.model import Item
from ingest.store.facts import IN_MEMORY, Facts

HEAD = 'require = ["ship", "place"]'
GROUPS = '[group.ship]\nen = ["ferr*", "boat", "Zephyrline"]\n[group.place]\nen = ["harbour*", "port"]\n'
ARTICLES = {
    "boat": "boat /bəʊt/\nbarca <fem>, lancha <fem>\n         Note: small\n   Synonym: {ship}\n see: {boats}\n",
    "ferry": "ferry /feri/ <n>\n1. transbordador [naut.] (grande)\n2. la, de\n",
    "ferrying": "ferrying\ntransporte\n",
    "ferromagnetic": "ferromagnetic\nferromagnético\n",
    "harbour": "harbour\npuerto; puerto de mar de pesca grande\n",
}
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def number(value: int) -> str:
    """Write a number as dictd does."""
    return (number(value // 64) if value >= 64 else "") + DIGITS[value % 64]


def dictd() -> tuple[str, bytes]:
    """Return the index and the articles of a small dictionary of our own."""
    index, text = ["00databaseshort\tA\tB", "\tA\tB"], b""
    for word, article in ARTICLES.items():
        body = article.encode()
        index.append(f"{word}\t{number(len(text))}\t{number(len(body))}")
        text += body
    return "\n".join(index) + "\n", text


def in_folder(folder: Path, name: str = "freedict-eng-spa") -> Path:
    """Write the dictionary as its package does."""
    folder.mkdir(exist_ok=True)
    index, text = dictd()
    (folder / f"{name}.index").write_text(index, encoding="utf-8")
    (folder / f"{name}.dict.dz").write_bytes(gzip.compress(text))
    return folder


def topic() -> Topic:
    """Return a topic with English words alone."""
    return wording(HEAD, GROUPS)


def news(n: int, title: str, language: str = "es", **changes: Any) -> Item:
    """Return an article of its own."""
    said = {"guid": f"urn:{n}", "url": f"http://post.example/{n}", "title": title, "text": "", "summary": "", "language": language}
    return item(**(said | {"published": NOON - timedelta(days=30)} | changes))


@pytest.fixture
def facts() -> Iterator[Facts]:
    """Return an empty database."""
    with Facts(IN_MEMORY) as opened:
        yield opened


# Dictionaries


@pytest.mark.parametrize(
    ("word", "beginning", "found"),
    [
        ("boat", False, ("barca", "lancha")),
        ("Boat", False, ("barca", "lancha")),
        ("ferr", False, ()),
        ("ferr", True, ("transbordador", "la", "de")),
        ("ferry", True, ("transbordador", "la", "de", "transporte")),
        ("harbour", False, ("puerto",)),
        ("quay", True, ()),
    ],
)
def test_a_word_is_translated_by_its_article(word: str, beginning: bool, found: tuple[str, ...]) -> None:  # noqa: FBT001
    """Grammar, notes, examples and cross-references are left out, and so is what is longer than three words."""
    assert read_dictionary(*dictd()).translations(word, beginning=beginning) == found


def test_an_index_that_is_none_is_refused() -> None:
    """A place that is no number is told with its word."""
    with pytest.raises(ValueError, match="boat: its place is no number"):
        read_dictionary("boat\t!\tA", b"")


@pytest.mark.parametrize(
    ("name", "codes"), [("freedict-eng-spa", ("eng", "spa")), ("gcide", None), ("freedict-eng-spa-2", None), ("freedict-e-s", None)]
)
def test_the_name_of_a_dictionary_tells_its_languages(name: str, codes: tuple[str, str] | None) -> None:
    """Other dictionaries of the folder are left alone."""
    assert languages_of_dictionary(name) == codes


# Proposals


def test_terms_are_translated_into_their_own_group() -> None:
    """A translation goes where its term stands; function words and words of two letters are left out."""
    made = proposals(topic(), ("ship", "place"), "es", {"en": read_dictionary(*dictd())})
    assert [(one.group, one.term.text, one.term.language) for one in made if not one.name] == [
        ("ship", "transbordador~", "es"),
        ("ship", "barca~", "es"),
        ("ship", "lancha~", "es"),
        ("place", "puerto~", "es"),
    ]
    assert next(one.why for one in made if not one.name) == "a translation of “ferr*” (en)"
    assert [one.term.text for one in made if one.name] == ["Zephyrline"]


def test_without_a_stemmer_or_with_compounds_a_translation_has_no_tilde() -> None:
    """A Ukrainian word has no stem, and a German one is found within longer words as it is."""
    for language in ("uk", "de"):
        made = proposals(topic(), ("place",), language, {"en": read_dictionary(*dictd())})
        assert [one.term.text for one in made] == ["puerto"]


def test_only_a_language_without_terms_is_helped() -> None:
    """Where the topic has words of its own for the language, its writer knows better."""
    assert has_terms(topic(), "en")
    assert not has_terms(topic(), "es")


def test_without_a_dictionary_nothing_is_translated(facts: Facts) -> None:
    """Nothing is downloaded, and nothing is asked of anybody."""
    carry(facts, [news(1, "El transbordador salió del puerto"), news(2, "Un puerto"), news(3, "The ferry in the harbour", "en")])
    assert suggest_terms(facts, topic(), NOON, language="es", dictionaries=None).proposed == ()


def test_what_translations_bring_is_counted_on_stored_items(facts: Facts, tmp_path: Path) -> None:
    """Those that stand in stories which all of them bring come first; a name is shown only where it stands in a text."""
    carry(
        facts, [news(1, "Los transbordadores salieron del puerto"), news(2, "Un puerto"), news(3, "The ferry in the harbour", "en")]
    )
    found = suggest_terms(facts, topic(), NOON, language="es", dictionaries=in_folder(tmp_path / "d"))
    assert [(one.term, one.group, one.others, one.adds) for one in found.proposed] == [
        ("puerto~", "place", 2, 1),
        ("transbordador~", "ship", 1, 1),
        ("barca~", "ship", 0, 0),
        ("lancha~", "ship", 0, 0),
    ]
    assert found.proposed[0].added == ("Los transbordadores salieron del puerto",)
    carry(facts, [news(4, "Zephyrline en el puerto")])
    named = suggest_terms(facts, topic(), NOON, language="es")
    assert [(one.term, one.why) for one in named.proposed] == [("Zephyrline", "a name among the words of en")]


def test_what_belongs_together_with_tagged_stories_counts_as_tagged(facts: Facts) -> None:
    """Words of articles that may be translations of tagged ones are suggested for a language without terms."""
    english = [news(n, f"Ferry {n} in the harbour", "en") for n in range(4)]
    spanish = [news(10 + n, f"Naufragio {n}") for n in range(4)]
    carry(facts, [*english, *spanish, *(news(20 + n, f"Lluvia {n}") for n in range(20))])
    rows = {stored.item.guid: stored.row for stored in facts.items.all()}
    alike = Comparison(Relation.TRANSLATION, "they may be translations", 0.5, 0.0, 0.0, (), timedelta(0))
    tables = StoryTables(facts)
    with facts.transaction():
        tables.add_edges((rows[f"urn:{n}"], rows[f"urn:{10 + n}"], alike) for n in range(4))
    found = suggest_terms(facts, topic(), NOON, language="es")
    assert (found.linked, found.tagged) == (4, 8)
    assert [(one.term, one.language, one.tagged, one.others) for one in found.words] == [("Naufragio", "es", 4, 0)]
    assert suggest_terms(facts, topic(), NOON, language="en").linked == 0


# The command


def test_the_command_reads_dictionaries_of_a_folder(home: Path, tmp_path: Path) -> None:
    """Its lines say that nobody has reviewed them; a dictionary for another language is not read."""
    write_topic(home, f"{HEAD}\n{GROUPS}")
    with home_at(home).facts() as opened:
        carry(opened, [news(1, "El transbordador salió del puerto")])
    folder = in_folder(tmp_path / "d")
    in_folder(folder, "freedict-eng-fra")
    (folder / "freedict-eng-fra.dict.dz").write_bytes(b"no gzip")
    result = Cli(home)("topics", "suggest", "harbour", "--language", "es", "--dictionaries", folder)
    assert (
        "# translations of the topic's terms, and names: what all of them together bring; nobody has reviewed them" in result.stdout
    )
    assert '"puerto~",' in result.stdout
    broken = Cli(home)("topics", "suggest", "harbour", "--language", "fr", "--dictionaries", folder)
    assert broken.exit_code == 2
    assert "freedict-eng-fra.dict.dz: the dictionary cannot be read" in broken.stderr
