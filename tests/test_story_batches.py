"""Items are read, sketched and compared many at a time, with the answers that they would have one by one."""

import pickle
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import GAZETTE, POST, carry, item
from story_making import BODY, LATER, store
from support import NOON

from benchmarks.wire import wire
from feeds.store import stories
from feeds.store.stories import Sketch, StoryTables
from feeds.stories import grouping_pass
from feeds.stories.features import DocumentFeatures, StoryDocument, extract
from feeds.stories.grouping_pass import group_new, story_document_of
from feeds.stories.pair import WINDOW, keys
from feeds.stories.sketch import bands, common, digest, distinct, hashes, shingled
from feeds.stories.words import digests, tokens_of
from ingest.model import StoredItem
from ingest.store.facts import Facts

WORDS = st.sampled_from("bridge l'orage d’été 東京都庁 ข่าว Straße мост д'Арк s ﷺ ــ ½ e\u0301t\u0301 a_b x-y 3,5\u00a0%".split(" "))
TEXT = st.one_of(
    st.text(max_size=60), st.text(st.characters(categories=("Cs", "Lo", "Zs"))), st.lists(WORDS, max_size=60).map(" ".join)
)
NUMBERS = st.lists(st.integers(0, 40), max_size=30)
ALL = 2**64 - 1


def raw(text: str) -> StoryDocument:
    """Return an item with the same words as title and text."""
    return StoryDocument("x", text, text, NOON)


def as_hashes(numbers: Sequence[int]) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint64]]":
    """Return numbers as hashes."""
    return np.array(numbers, dtype=np.uint64)


# Reading


@given(TEXT)
def test_digests_are_those_of_the_words(text: str) -> None:
    """The short way to the digests of a text gives those of its words, in every script."""
    assert digests(text) == b"".join(map(digest, tokens_of(text)))


@given(st.lists(TEXT, max_size=5))
def test_many_are_read_as_each_alone(texts: list[str]) -> None:
    """An article and its keys are the same, whatever is read beside it."""
    together, alone = extract(map(raw, texts)), [extract([raw(text)])[0] for text in texts]
    assert together == alone
    assert [one.rolled.tolist() for one in together] == [one.rolled.tolist() for one in alone]
    assert keys(together) == [keys([one])[0] for one in alone]


@given(TEXT, st.integers(0, 8))
def test_what_an_end_is_taken_from_is_read_as_the_rest(text: str, words: int) -> None:
    """An article without its last words is what its first words alone would be."""
    whole = extract([raw(text)])[0]
    less = whole.without_last(min(words, whole.length))
    rest = [digest(word) for word in less.body]
    assert less.body == whole.body[: less.length]
    assert less.rolled.tolist() == shingled([b"".join(rest)])[0].tolist()


def test_an_article_goes_to_another_process_and_back() -> None:
    """Reading needs nothing but the text: an article can be made by another process."""
    there: list[DocumentFeatures] = pickle.loads(pickle.dumps(extract([raw(BODY), raw("")])))  # noqa: S301 - our own bytes
    assert there == extract([raw(BODY), raw("")])
    assert keys(there) == keys(extract([raw(BODY), raw("")]))


# Sketches


@given(NUMBERS, NUMBERS)
def test_sorted_hashes_are_sets(first: list[int], second: list[int]) -> None:
    """What two texts share is counted as with sets."""
    a, b = distinct(as_hashes(first)), distinct(as_hashes(second))
    assert a.tolist() == sorted(set(first))
    assert common(a, b) == len(set(first) & set(second))


@given(st.lists(st.lists(st.text("ab", max_size=2), max_size=6), max_size=4))
def test_three_words_in_a_row_have_a_hash(texts: list[list[str]]) -> None:
    """Each three words in a row have one hash, which is theirs alone; a shorter text has that of its first word."""
    found = shingled([b"".join(map(digest, text)) for text in texts])
    for text, rolled in zip(texts, found, strict=True):
        rows = [tuple(text[at : at + 3]) for at in range(len(text) - 2)]
        assert len(rolled) == (len(rows) or min(len(text), 1))
        assert len(set(rolled.tolist())) == len(set(rows or text[:1]))


@given(st.lists(st.lists(st.integers(0, ALL), max_size=9), max_size=4), st.integers(1, 5))
def test_keys_are_the_least_hashes_two_by_two(sets: list[list[int]], count: int) -> None:
    """A key mixes the least of a set under two turns, as reckoned here number by number."""
    factors, summands = np.random.default_rng(20_260_302).integers(1, 2**63, size=(2, 40), dtype=np.uint64).tolist()
    one, two, three = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
    name = hashes([digest("title")]).tolist()[0]

    def least(values: list[int], turn: int) -> int:
        turned = [(value * (factors[turn] | 1) + (summands[turn] | 1)) & ALL for value in values]
        return int(min(((value ^ value >> 31) * two) & ALL for value in turned))

    def key(values: list[int], band: int) -> int:
        return int((least(values, 2 * band) * one ^ least(values, 2 * band + 1) * three ^ name ^ band * three) & ALL)

    expected = [tuple(key(values, band) >> 1 for band in range(count)) if values else () for values in sets]
    assert bands([as_hashes(values) for values in sets], count, "title") == expected


# Tables


def test_an_item_meets_those_before_it(facts: Facts) -> None:
    """Likely copies are what is stored or came before in the batch, within the week, most shared first, then the latest."""
    carry(facts, [item(guid=f"{number}", url=f"http://post.example/{number}", title=f"{number}") for number in range(5)], POST)
    tables = StoryTables(facts)
    shared = [(1, (10, 11, 12)), (2, (10, 11, 20)), (3, (10, 30, 31)), (4, ())]
    assert tables.likely((Sketch(row, found, NOON) for row, found in shared), WINDOW) == [[], [1], [2, 1], []]
    assert tables.likely([Sketch(5, (10, 11), NOON + timedelta(days=6))], WINDOW) == [[2, 1, 3]]
    assert tables.likely([Sketch(5, (10, 11), NOON + timedelta(days=16))], WINDOW) == [[]]


@pytest.mark.parametrize("rows", [1, 7, 10_000])
def test_a_flood_is_read_key_by_key_with_the_same_answers(facts: Facts, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Likely copies do not depend on how much is read at once; under a key of many only its latest items count."""
    monkeypatch.setattr(stories, "_ROWS", rows)
    monkeypatch.setattr(stories, "_COMMON", 3)
    flood = [Sketch(row, (10, 11, row), NOON) for row in range(1, 9)]
    found = StoryTables(facts).likely([*flood, Sketch(9, (10, 3, 100, 101, 102, 103), NOON)], WINDOW)
    assert found[:5] == [[], [1], [2, 1], [3, 2, 1], [4, 3, 2, 1]]
    assert found[8] == [3, 8, 7, 6, 5]


def test_a_batch_is_compared_as_one_by_one(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories, likenesses with their evidence, and keys are the same whatever the size of a batch, also when texts have changed."""
    pieces = wire(8, seed=3)
    store(facts, pieces)
    group_new(facts, LATER)
    carry(facts, [item(guid=one.id, url=one.url, title=one.title, text=pieces[0].text) for one in pieces[8:12]], POST)
    found = []
    for size in (1, 3, 200):
        monkeypatch.setattr(grouping_pass, "_BATCH", size)
        group_new(facts, LATER, version=f"batches of {size}")
        found.append(contents(facts))
    assert found[0] == found[1] == found[2]


def test_two_that_change_together_are_compared_once(facts: Facts) -> None:
    """Two items of a story that change in one batch are compared by what they say now."""
    paper, other = (
        item(guid=source.title, url=f"{source.url}/bridge", title="Norwick bridge closes", text=BODY) for source in (POST, GAZETTE)
    )
    for changed in (BODY, BODY.replace("Tuesday", "Sunday")):
        carry(facts, [item(guid=paper.guid, url=paper.url, title=paper.title, text=changed)], POST)
        carry(facts, [item(guid=other.guid, url=other.url, title=other.title, text=f"Norwick. {changed}")], GAZETTE)
        assert group_new(facts, NOON) == 2
    now = contents(facts)
    group_new(facts, NOON, version="anew")
    assert contents(facts)[:2] == now[:2]
    assert len(now[1]) == 1


def contents(facts: Facts) -> list[list[tuple[object, ...]]]:
    """Return the rows of the stories, the likenesses and the keys."""
    order = {"story": "item_id", "story_edge": "a, b", "story_band": "span, key, item_id"}
    return [facts.database.execute(f"select * from {name} order by {by}").fetchall() for name, by in order.items()]  # noqa: S608


def test_what_is_compared_is_what_the_item_says(facts: Facts) -> None:
    """Of an item its words, the first address, the date of its text or of a carrier, and each carrier's name once are read."""
    carry(facts, [item(guid="a", url=None, published=None, title="Harbour", title_inferred=True)], POST)
    carry(facts, [item(guid="b", url="http://gazette.example/b", published=NOON - timedelta(days=1), title="Quay")], GAZETTE)
    carry(facts, [item(guid="c", url="http://post.example/c", published=NOON + timedelta(days=1))], POST)
    carry(facts, [item(guid="c", url="http://post.example/c", published=NOON - timedelta(hours=1))], GAZETTE)
    items = list(facts.items.all())
    found = map(story_document_of, facts.items.texts([one.row for one in items]))
    assert {one.row: one for one in found} == {one.row: compared(one) for one in items}
    latest = sorted(items, key=lambda one: one.seq)
    assert [*map(story_document_of, facts.items.texts_after(latest[0].seq, 9))] == [compared(one) for one in latest[1:]]


def compared(stored: StoredItem) -> StoryDocument:
    """Return what is compared of an item that was read whole."""
    said = stored.item
    moment = min(said.published or stored.first_seen, stored.first_seen)
    names = tuple(dict.fromkeys(seen.source.name for seen in stored.sightings))
    title = "" if said.title_inferred else said.title
    at, row, seq = stored.first_seen, stored.row, stored.seq
    return StoryDocument(stored.id, title, said.text, moment, said.language, said.url, names, row, seq, at)
