"""A home with stories of several topics, one of them private, one masked, one of links, as programs ask for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from making import HARBOUR, POST, Cli, about, carry, home_at, item, write_topic

from feeds.answers.audience import Audience
from feeds.answers.model import StoriesPage
from feeds.answers.reading import Reading
from feeds.answers.stories import stories_of, stories_query
from feeds.cli.home import target_of, topics_of
from feeds.store.reviews import Verdict
from feeds.tagging.review import record_review
from ingest.model import Item, Source
from ingest.store.facts import Facts
from topicwire_service import classify_and_publish

HERALD = Source("http://me:s3cr3t@herald.example/feed", title="The Herald")
QUIET = 'title = "Quiet matters"\nrequire = ["words"]\n[publish]\nprivate = true\n[group.words]\nany = ["ledger"]\n'
MASKED = (
    'title = "Tavern news"\nrequire = ["words"]\n[publish]\nmask = ["scoundrel"]\n[group.words]\nany = ["tavern", "scoundrel"]\n'
)
LINKS = 'title = "Links alone"\nrequire = ["words"]\n[publish]\ncontent = "links"\n[group.words]\nany = ["lighthouse"]\n'
POLE = HARBOUR.replace("Harbour news", "Le pôle 北").replace("ferr", "pole")
TOPICS = {"harbour": HARBOUR, "quiet": QUIET, "tavern": MASKED, "links": LINKS, "pole": POLE}
STORY = "The old ferry sailed from the quay for the last time on Monday, and forty passengers came to wave. " * 3


class Filled:
    """A home with a few topics, opened once."""

    def __init__(self, cli: Cli, facts: Facts) -> None:
        """Take its command line and its database."""
        self.cli, self.facts = cli, facts
        self.home = home_at(cli.home, cli.settings, cli.clock)

    def store(self, *items: Item, source: Source = POST) -> None:
        """Store items, and publish."""
        carry(self.facts, items, source, self.cli.clock())
        self.publish()

    def publish(self) -> None:
        """Publish what there is."""
        classify_and_publish(self.home, self.facts, topics_of(self.home))

    def read(self, *, owner: bool = False) -> Reading:
        """Read it as anybody, or as the owner."""
        full = self.home.settings.publish.full_content
        return Reading(self.facts, Audience.of(topics_of(self.home), owner=owner, full=full), target_of(self.home, self.facts))

    def page(self, topic: str = "harbour", *, owner: object = False, **asked: str) -> StoriesPage:
        """Return a page of stories."""
        return stories_of(self.read(owner=bool(owner)), stories_query(topic, asked))

    def uid(self, title: str) -> str:
        """Return the id of the item with a title."""
        (found,) = [one.id for one in self.facts.items.all() if one.item.title == title]
        return found

    def reject(self, title: str) -> str:
        """Reject an item for the harbour by hand; give its id."""
        (stored,) = self.facts.items.find(self.uid(title))
        harbour = self.read().audience.topic("harbour")
        record_review(self.facts, harbour, stored, (Verdict.REJECT, "not news"), self.cli.clock())
        return stored.id


@contextmanager
def filled(cli: Cli) -> Iterator[Filled]:
    """Open a home with stories of several topics."""
    for name, text in TOPICS.items():
        write_topic(cli.home, text, name)
    with home_at(cli.home, cli.settings, cli.clock).facts() as facts:
        made = Filled(cli, facts)
        made.store(*(about(number) for number in range(7)))
        cli.clock.forward(days=1)
        made.store(
            item(
                guid="u:q", url="http://h.example/q", title="The ledger of the desk", text="Nobody may read of it.", published=None
            ),
            item(guid="u:t", url="http://h.example/t", title="A scoundrel in the tavern", text="The scoundrel of the tavern sang."),
            item(guid="u:l", url="http://h.example/l", title="The lighthouse is lit", text="Its keeper said a long sentence."),
            item(guid="u:n", url="http://h.example/n", title="Nothing to see", text="Nobody asks for this."),
            source=HERALD,
        )
        yield made
