"""docs/life-of-an-item.md is printed by this test, so that it cannot tell an old story."""

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from feeds.publication.edition import Target
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.quality import reports
from feeds.tagging.topic.folders import SHIPPED
from feeds.tagging.topic.loader import read_topic
from feeds.tagging.topic.model import Topic
from ingest.model import ParsedFeed, Source, StoredItem
from ingest.poll_state import Outcome, SourceState
from ingest.polling.parsers import Job, read
from ingest.polling.pipeline import SEEDS
from ingest.settings import Settings
from ingest.store.facts import Facts

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "life-of-an-item.md"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FEED_URL = "https://gazette.example/feed.xml"
OTHER_URL = "https://wire.example/atom.xml"
SEED = "en-forum-moderation-audit.txt"
FEED = """<rss version="2.0"><channel><title>The Gazette</title><link>https://gazette.example/</link>
<language>en-gb</language>
<item><guid isPermaLink="false">gazette-4711</guid>
<title>Antisemitic posts stay up for days, audit of video platform finds</title>
<link>/news/4711.html?utm_source=rss</link><pubDate>Sun, 22 Nov 2026 09:30:00 +0100</pubDate>
<category>Media</category>
<description>&lt;p onclick="x()"&gt;Reviewers reported 400 antisemitic videos. The platform removed
 half of them.&lt;/p&gt;&lt;img src="https://t.example/p.gif" width="1" height="1"&gt;</description>
</item></channel></rss>"""
ELSEWHERE = "http://www.gazette.example/news/4711.html"
OTHER = FEED.replace("The Gazette", "The Wire").replace("/news/4711.html?utm_source=rss", ELSEWHERE)


def record(facts: Facts, url: str, body: str) -> ParsedFeed:
    """Store a feed as a poll does."""
    feed = read(Job(body.encode(), NOW, url))
    facts.polls.record([(Outcome(Source(url), NOW, feed=feed, http_status=200), SourceState(last_poll=NOW, next_poll=NOW))])
    return feed


def block(text: str, language: str = "") -> str:
    """Return a fenced block."""
    return f"```{language}\n{text.strip()}\n```\n"


def parsed(feed: ParsedFeed) -> str:
    """Show what parsing made of the first item."""
    item, keys = feed.items[0]
    shown = "guid url title title_inferred language language_from published summary text boilerplate".split()
    lines = [f"{name:15} {str(value)[:160]!r}" for name in shown if (value := getattr(item, name)) not in {None, ""}]
    return block("\n".join([*lines, f"keys            url={keys.url} guid={keys.guid} text={keys.text}"]))


def explained(stored: StoredItem, topic: Topic, classifications: Classifications) -> str:
    """Show what `topicwire explain` says."""
    kept = classifications.of(stored.row)[0]
    return block("\n".join([*reports.about_item(stored), *reports.about_classification(topic, kept, kept)]))


def page(folder: Path) -> str:
    """Tell the story with the real values."""
    topic = read_topic(SHIPPED / "antisemitism-online.toml")
    with Facts(folder / "topicwire.db") as facts:
        classifications = Classifications(facts)
        feed = record(facts, FEED_URL, FEED)
        record(facts, OTHER_URL, OTHER)
        seed = read(Job((ROOT / "seeds" / SEED).read_bytes(), NOW, name=SEED))
        facts.documents.record(Outcome(SEEDS, NOW, feed=seed, body_hash="x"), SEED)
        classify_new(facts, classifications, (topic,), NOW)
        entry_item, seed_item = facts.items.all()
        target = Target(folder / "public", UUID(int=1), Settings(), NOW)
        publish(facts, classifications, (topic,), target)
        document = (folder / "public" / f"{topic.name}.atom").read_text(encoding="utf-8")
        parts = [f"<entry{part.partition('</entry>')[0]}</entry>" for part in document.split("<entry")[1:]]
        published = {title: part for part in parts for title in (entry_item.item.title, seed_item.item.title) if title in part}
        return f"""# The life of an item

This page follows one entry of a feed and one seed document from bytes to the published feed. A test prints the page and
compares it, so all values are real.

## An entry

**1. Fetch.** A source serves these bytes. The HTTP client requests them with a conditional request, checks the address before
it connects, and limits size and time (`ingest/http/client.py`).

{block(FEED, "xml")}
**2. Parse and normalise**, in a child process (`ingest/formats/`, `ingest/normalize.py`). The link becomes absolute, HTML is
reduced to an allow-list, the tracking pixel is removed, the date becomes UTC. The keys will recognise the article later
(`ingest/identity.py`): the guid, and the normalised address, in which tracking parameters, `www.` and the difference between
http and https do not count. A key of the text needs at least twenty words.

{parsed(feed)}
**3. Store**, in one transaction with the validators and the next poll of the source (`ingest/store/`). A second source,
`{OTHER_URL}`, carries the same article under an address that differs in scheme and host. That makes a second
sighting and no second item ([when two sightings are one article](identity.md)).

**4. Group.** Items that are copies of one article under other titles or wordings become one story (`feeds/stories/`, [one
story, all its carriers](stories.md)). This item has no such copy, so it is a story of its own.

**5. Classify**, from what is stored (`feeds/tagging/classifier.py`). `topicwire explain {entry_item.id}` prints:

{explained(entry_item, topic, classifications)}
**6. Publish** (`feeds/publication/entry.py`, `feeds/publication/formats/atom.py`). The entry has the address of the first carrier
and names both carriers, with the reason of the tag in its last line and again for programs (`tw:`, see [the evidence
namespace](evidence-namespace.md)). The file is replaced in one step, because its bytes changed:

{block(published[entry_item.item.title], "xml")}
## A seed document

`seeds/{SEED}` is plain text, wrapped at 72 columns.

**1. Read** (`ingest/documents/`). The lines of each paragraph are joined again, the title is the first line, the language is
detected, and no date is invented:

{parsed(seed)}
**2. Then it goes the same way as an entry.** `topicwire explain {seed_item.id}` prints:

{explained(seed_item, topic, classifications)}
It has no address, so it is published with its text. `published` is absent, because nobody said when it was published:

{block(published[seed_item.item.title][:900] + " …", "xml")}"""


def test_the_page_tells_the_story_as_it_is(tmp_path: Path) -> None:
    """The page in docs is what the program does today; TOPICWIRE_WRITE_DOCS=1 writes it anew."""
    told = page(tmp_path)
    if os.environ.get("TOPICWIRE_WRITE_DOCS"):
        PAGE.write_text(told, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == told
