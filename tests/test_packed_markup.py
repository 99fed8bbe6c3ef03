"""Summary and markup are stored as what they have beyond the text, and are read as they were, also where they lie plainly."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from making import about, carry
from support import NOON

from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed
from ingest.store.facts import Facts
from ingest.text.markup import pack, pack_feed, unpack, unpack_feed

WORDS = "The last ferry leaves the harbour at nine, and forty passengers wave until it is out of sight. " * 20
MARKUP = f'<p>{WORDS}</p><p><a href="http://post.example/more">More</a></p>'
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")))


@given(st.none() | TEXTS, st.none() | TEXTS, TEXTS)
def test_what_is_packed_is_found_again(summary: str | None, content: str | None, text: str) -> None:
    """Whatever they are: nothing, empty, other than the text or part of it."""
    assert unpack(pack(summary, content, text), text) == (summary, content)


def test_the_words_are_stored_once() -> None:
    """Markup around a text costs little more than what is not in the text; a text longer than the window is found again too."""
    assert len(pack(WORDS, MARKUP, WORDS)) < 150
    for times in (30, 300):
        text = "".join(f"{number} ferries. " for number in range(times * 40))
        assert unpack(pack(None, f"<p>{text}</p>", text), text) == (None, f"<p>{text}</p>")


def test_a_packed_feed_holds_the_markup_of_its_items_beside_them() -> None:
    """It is found by the items' fingerprints, which are those of the whole items."""
    feed = ParsedFeed(document_keys((said(1), said(2, ""))))
    packed = pack_feed(feed)
    assert [(item.summary, item.content, item.text) for item, _ in packed.items] == [("", "", WORDS)] * 2
    assert [key for _, key in packed.items] == [key for _, key in feed.items]
    found = [unpack(packed.markups[key.fingerprint], item.text) for item, key in packed.items]
    assert found == [("A summary.", MARKUP), ("A summary.", "")]
    assert unpack_feed(packed) == unpack_feed(feed) == feed


def plainly(facts: Facts) -> None:
    """Store all markup as an earlier program did."""
    for row, markup, text in facts.database.execute("select id, markup, text from version").fetchall():
        query = "update version set summary = ?, content = ?, markup = null where id = ?"
        facts.database.execute(query, [*unpack(markup, text), row])
    facts.database.connection.commit()


def said(number: int, content: str = MARKUP) -> Item:
    """Return an item with markup."""
    return replace(about(number), summary="A summary.", content=content, text=WORDS)


def test_what_an_earlier_program_stored_is_packed_in_parts(facts: Facts) -> None:
    """It reads the same before and after, and what stops in between goes on where it stopped."""
    carry(facts, [said(number) for number in range(450)])
    before = list(facts.items.all())
    assert {(one.item.summary, one.item.content) for one in before} == {("A summary.", MARKUP)}
    plainly(facts)
    assert list(facts.items.all()) == before
    assert facts.pack(300, lambda: False) == 400
    assert facts.pack(300, lambda: True) == 0
    assert list(facts.items.all()) == before
    assert facts.pack(300, lambda: False) == 50
    assert facts.database.execute("select count(*) from version where markup is null or content is not null").fetchone() == (0,)
    assert list(facts.items.all()) == before


def test_a_correction_is_seen_in_either_form(facts: Facts) -> None:
    """Other markup around the same words is a correction of the version, whether it lies there plainly or packed."""
    carry(facts, [said(1)])
    for number, change in enumerate((lambda _: None, plainly)):
        change(facts)
        other = MARKUP.replace("more", f"other{number}")
        carry(facts, [said(1, other)], at=NOON)
        (stored,) = facts.items.all()
        assert (stored.item.content, stored.item.summary) == (other, "A summary.")
