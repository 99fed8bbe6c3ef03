from dataclasses import MISSING, dataclass, fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON, TEXT

from ingest import identity
from ingest.identity import KnownItem, digest, document_keys, keys, public_id, same, titles_alike
from ingest.model import Author, Category, Enclosure, Item, Place, Source, SourceKind

FEED = Source("http://feed.example/rss")
SEED = Source("seeds:", SourceKind.DOCUMENT)
ITEM = Item(guid="g1", url="http://site.example/a", title="Last ferry sails", text=TEXT, content=f"<p>{TEXT}</p>")


def known(item: Item, *, same_source: bool = False, document: bool = False) -> KnownItem:
    """Return an item as the database knows it."""
    key = keys(item)
    return KnownItem(1, same_source, document, key.guid, key.url, key.text, item.title, item.published)


def why(item: Item, other: Item, *, same_source: bool = False, document: bool = False) -> str | None:
    """Say why `item` is the known `other`."""
    return same(item, keys(item), known(other, same_source=same_source, document=document))


# Keys


def test_a_digest_keeps_its_parts_apart() -> None:
    """Nothing, the empty text and a moved border are three different things."""
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", None), digest("abc", "")}) == 5
    assert digest("a", None) == digest("a", None)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "x"},
        {"guid": "g2"},
        {"url": None},
        {"authors": (Author("A"),)},
        {"published_raw": "2026"},
        {"content": "c"},
    ],
)
def test_the_fingerprint_sees_everything(change: dict[str, Any]) -> None:
    """Whatever the source changes, it has served something else."""
    assert keys(replace(ITEM, **change)).fingerprint != keys(ITEM).fingerprint


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"title": "x"}, True),
        ({"text": "x"}, True),
        ({"summary": "x"}, True),
        ({"guid": "x"}, False),
        ({"url": "http://x.example/y"}, False),
        ({"updated_raw": "2026"}, False),
        ({"authors": (Author("A"),)}, False),
    ],
)
def test_the_content_key_sees_what_a_reader_sees(change: dict[str, Any], *, differs: bool) -> None:
    """A version is another text, not another guid or date."""
    assert (keys(replace(ITEM, **change)).content != keys(ITEM).content) is differs


def test_the_address_key_is_canonical_and_no_front_page() -> None:
    """Tracking makes no difference, and a link to the whole site recognises nothing."""
    assert keys(replace(ITEM, url="https://www.site.example/a?utm_source=rss")).url == keys(ITEM).url
    assert keys(replace(ITEM, url="http://site.example/")).url is None
    assert keys(replace(ITEM, url=None)).url is None


@pytest.mark.parametrize(
    "text",
    [TEXT.upper(), TEXT.replace(" ", "\n"), TEXT.replace(",", " –"), TEXT.replace("captain", "cáptain")],
)
def test_the_text_key_sees_words_alone(text: str) -> None:
    """Case, wrapping, punctuation and accents make no other text."""
    assert keys(replace(ITEM, text=text)).text == keys(ITEM).text


def test_the_text_key_counts_the_title_once() -> None:
    """A first line read as title, or left in the text, gives the same key."""
    parted = Item(guid=None, url=None, title="Last ferry sails", text=TEXT)
    joined = Item(guid=None, url=None, title="Last ferry sails", text=f"Last ferry sails\n{TEXT}")
    inferred = replace(joined, title="Last ferry…", title_inferred=True)
    assert keys(parted).text == keys(joined).text == keys(inferred).text


def test_what_was_cut_counts_for_the_text_key() -> None:
    """A better cleaner must not make a second item."""
    whole = Item(guid=None, url=None, title="T", text=f"{TEXT}\nShare this")
    cleaned = Item(guid=None, url=None, title="T", text=TEXT, boilerplate="Share this")
    assert keys(whole).text == keys(cleaned).text


def test_a_short_text_recognises_nothing() -> None:
    """Fewer than twenty words are no key."""
    assert keys(replace(ITEM, text="word " * 19)).text is None
    assert keys(replace(ITEM, text="word " * 20)).text is not None


# An item's own id


def test_the_id_comes_from_the_address() -> None:
    """Whoever carries an address, under whatever guid, the id is the same."""
    other = replace(ITEM, guid="other", title="Other", url="https://www.site.example/a#x")
    assert public_id(keys(ITEM), FEED) == public_id(keys(other), SEED)
    assert len(public_id(keys(ITEM), FEED)) == 16


def test_without_an_address_the_guid_is_the_id_within_its_feed() -> None:
    """Two feeds may use one guid for two things."""
    item = replace(ITEM, url=None)
    assert public_id(keys(item), FEED) == public_id(keys(replace(item, title="x", text="y")), FEED)
    assert public_id(keys(item), FEED) != public_id(keys(item), Source("http://other.example/rss"))


def test_a_document_is_called_by_its_words() -> None:
    """A file's name is no guid: the same words in another file have the same id."""
    one, two = replace(ITEM, url=None, guid="a.txt"), replace(ITEM, url=None, guid="b.txt")
    assert public_id(keys(one), SEED) == public_id(keys(two), SEED)
    short = replace(one, text="few words")
    assert public_id(keys(short), SEED) != public_id(keys(one), SEED)


# The same article


def test_the_same_guid_in_one_source_is_the_same_article() -> None:
    """An edited title or text changes nothing about it."""
    assert why(replace(ITEM, title="Wholly different words", text="x"), ITEM, same_source=True) == "guid"


def test_the_same_guid_elsewhere_means_nothing() -> None:
    """A guid counts within its own source only."""
    assert why(replace(ITEM, url="http://x.example/b", text="x"), ITEM) is None


def test_a_reused_guid_loses_no_story() -> None:
    """Another address and another title under an old guid is another article."""
    reused = replace(ITEM, url="http://site.example/b", title="Bakery burns down", text="x")
    assert why(reused, ITEM, same_source=True) is None
    assert why(replace(reused, title="Last ferry sails away"), ITEM, same_source=True) == "guid"


def test_a_reused_file_name_is_another_document() -> None:
    """A file overwritten with another title is another article, with a like title an edited one."""
    stored = replace(ITEM, url=None, guid="a.txt")
    assert why(replace(stored, title="Bakery burns down", text="x"), stored, same_source=True, document=True) is None
    assert why(replace(stored, title="Last ferry sailed", text="x"), stored, same_source=True, document=True) == "guid"


def test_an_address_is_the_same_article_everywhere() -> None:
    """Another source may call it what it likes."""
    assert why(replace(ITEM, guid="x", title="Bakery burns down", text="x"), ITEM) == "address"


def test_one_source_may_put_several_articles_under_one_address() -> None:
    """Within a source the address counts only if the titles are alike."""
    assert why(replace(ITEM, guid="x", title="Bakery burns down", text="x"), ITEM, same_source=True) is None
    assert why(replace(ITEM, guid="x", text="x"), ITEM, same_source=True) == "address"


def test_the_same_words_elsewhere_are_the_same_article() -> None:
    """An agency's text is one article under any address, unless the dates say it is another edition."""
    copy = replace(ITEM, guid="x", url="http://other.example/z")
    assert why(copy, ITEM) == "text"
    dated = replace(ITEM, published=NOON)
    assert why(replace(copy, published=NOON + timedelta(days=3)), dated) == "text"
    assert why(replace(copy, published=NOON + timedelta(days=4)), dated) is None
    assert why(replace(copy, published=NOON + timedelta(days=400)), ITEM) == "text"


def test_the_same_words_twice_in_one_feed_are_two_articles() -> None:
    """A feed that gives them two guids means two; two files in a folder do not."""
    assert why(replace(ITEM, guid="x", url="http://site.example/z"), ITEM, same_source=True) is None
    stored = replace(ITEM, url=None, guid="a.txt")
    assert why(replace(stored, guid="b.txt"), stored, same_source=True, document=True) == "text"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Last ferry sails", "UPDATE: Last ferry sails tonight", True),
        ("Last ferry sails", "LAST FERRY SAILS", True),
        ("Last ferry sails", "Bakery burns down", False),
        ("one two three four", "one two five six", False),
        ("", "anything", True),
        ("!!!", "anything", True),
    ],
)
def test_titles_are_alike_when_they_share_most_words(one: str, other: str, *, alike: bool) -> None:
    """More than half of the shorter title's words, whichever comes first; no title speaks against nothing."""
    assert titles_alike(one, other) is alike
    assert titles_alike(other, one) is alike


# One document


def test_the_same_entry_twice_is_kept_once() -> None:
    """A document that repeats itself says no more."""
    assert document_keys((ITEM, replace(ITEM))) == ((ITEM, keys(ITEM)),)


def test_shared_addresses_and_guids_recognise_nothing() -> None:
    """What entries with different titles share is no name of any of them."""
    other = replace(ITEM, title="Bakery burns down")
    assert [(key.url, key.guid) for _, key in document_keys((ITEM, other))] == [(None, None), (None, None)]


def test_an_edited_entry_beside_its_old_self_keeps_its_names() -> None:
    """Two entries of one title may be two states of one article."""
    both = document_keys((ITEM, replace(ITEM, text="x")))
    assert [(key.url, key.guid) for _, key in both] == [(keys(ITEM).url, "g1")] * 2


texts = st.text(max_size=40)
items = st.builds(
    Item,
    guid=texts | st.none(),
    url=st.sampled_from([None, "http://a.example/x", "http://[::1]@"]),
    title=texts,
    text=texts,
)


@given(one=items, other=items, same_source=st.booleans(), document=st.booleans())
def test_any_two_items_can_be_compared(one: Item, other: Item, *, same_source: bool, document: bool) -> None:
    """No pair breaks the comparison, and keys are the same each time."""
    assert why(one, other, same_source=same_source, document=document) in {None, "guid", "address", "text"}
    assert keys(one) == keys(replace(one))


def test_the_keys_of_an_item_never_change() -> None:
    """Databases hold these hashes: a renamed class or field of the model would make every stored item look corrected."""
    one = Item(
        guid="g",
        url="https://a.example/x",
        title="T",
        text="hello world " * 20,
        authors=(Author("A"),),
        categories=(Category("c"),),
        enclosures=(Enclosure("https://a.example/e"),),
        places=(Place("point", "1 2"),),
    )
    assert (keys(one).fingerprint, keys(one).content) == ("bfc6e132baeaabd99bb34a75", "f4ad01b42c9f2d3624363325")


@dataclass(frozen=True, slots=True)
class _LaterItem(Item):
    """An item of a later program, which reads one thing more."""

    of_tomorrow: str | None = None


def test_a_field_that_is_added_later_changes_no_stored_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    """An item without it has the keys that it had; where it is set, the source has served something else."""
    known = keys(ITEM)
    monkeypatch.setattr(identity, "_LATER", (("of_tomorrow", None),))
    values = {one.name: getattr(ITEM, one.name) for one in fields(ITEM)}
    assert keys(_LaterItem(**values)) == known
    prints = {keys(_LaterItem(**values, of_tomorrow=of_tomorrow)).fingerprint for of_tomorrow in (None, "Ann", "Ben")}
    assert len(prints) == 3


def test_every_later_field_has_a_default() -> None:
    """Else it would count for every stored item; what today's items have is counted already."""
    assert [name for name, default in identity._LATER if default is MISSING] == []
    assert identity.later_fields(replace(ITEM, authors=(Author("A"),), language="en")) == ()
