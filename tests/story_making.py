"""Makes what the tests of stories need: articles, and a news wire stored from many sources."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from making import carry
from support import NOON

from benchmarks.wire import START, Piece
from feeds.stories.features import DocumentFeatures, StoryDocument, extract
from feeds.stories.sketch import digest
from ingest.model import Item, Source
from ingest.store.facts import Facts

BODY: Final = (
    "The old swing bridge at Norwick will close from Tuesday for the most thorough repairs in its history, the harbour "
    "office said. Engineers found cracks in two of the pillars after a routine dive in the autumn, and forty lorries a day "
    "have since been sent over the longer road through Veldrin. Shopkeepers on the quay fear for their summer, while the "
    "ferry company has offered to run a small boat every half hour. The mayor, Anna Dorval, called the closure painful but "
    "overdue. Work is to go on slowly through the night when tides allow, and the council hopes to open one lane before the "
    "regatta."
)


def article(  # noqa: PLR0913 - each is what one test is about
    title: str,
    text: str = "",
    *,
    hours: float = 0,
    source: str = "Post",
    url: str | None = "",
    language: str | None = None,
    name: str = "",
) -> DocumentFeatures:
    """Return an article of a source, some hours after noon, at an address of its own unless told otherwise."""
    said = name or f"{title}{text}{hours}{source}"
    where = f"http://{source.replace(' ', '').lower()}.example/{digest(said).hex()}" if url == "" else url
    return extract([StoryDocument(said, title, text, NOON + timedelta(hours=hours), language, where, (source,))])[0]


def item_of(piece: Piece) -> Item:
    """Return a piece of the synthetic wire as an item."""
    return Item(piece.id, piece.url, piece.title, text=piece.text, language="en", published=piece.published)


def store(facts: Facts, pieces: Iterable[Piece]) -> None:
    """Store each piece as its own source serves it."""
    for piece in pieces:
        carry(facts, [item_of(piece)], Source(f"http://{piece.source.lower()}.example/feed", title=piece.source), LATER)


LATER: Final = START + timedelta(days=6)
"""When a wire has come in whole."""


def grouped(facts: Facts) -> set[frozenset[str]]:
    """Return the stories of a database, as the guids of their items."""
    rows = facts.database.execute(
        "select s.story_id, group_concat(g.guid) from story s join sighting g on g.item_id = s.item_id group by s.story_id"
    )
    return {frozenset(guids.split(",")) for _, guids in rows}
