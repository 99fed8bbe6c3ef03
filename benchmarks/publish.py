"""Rendering a feed as a ratio to a bare lxml build of the same bytes, and what publishing touches after one new item.

    python benchmarks/publish.py [--entries 5000] [--topics 20] [--rounds 5]

The items are sentences made up by a seeded random number generator; the bare build is lxml alone,
which makes the same elements with the same attributes and texts from a list, and writes them out.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from feeds.model import document_of
from feeds.publication.document import FeedDocument
from feeds.publication.edition import Target
from feeds.publication.entry import FeedEntry, PublishingPolicy, StoryEntry, feed_id, make_entry
from feeds.publication.formats import atom, jsonfeed, rss
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.loader import parse_topic
from feeds.tagging.topic.model import Topic
from ingest.identity import document_keys
from ingest.model import Category, Item, ParsedFeed, Sighting, Source, StoredItem
from ingest.poll_state import Outcome, SourceState
from ingest.settings import Settings
from ingest.store.facts import Facts

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BASE = "https://feeds.example/"
WORDS = "ferry boat harbour quay crew tide storm light captain cargo rope net engine island mayor ticket winter summer wind".split()
TOPIC = 'title = "Topic {0}"\nrequire = ["it"]\n[group.it]\nany = ["word{0}"]\n'


def items(count: int, chance: random.Random, topics: int = 1) -> list[Item]:
    """Make items of about 150 words, each about one of the topics."""
    made = []
    for number in range(count):
        text = " ".join(f"{' '.join(chance.choices(WORDS, k=12)).capitalize()}." for _ in range(12))
        made.append(
            Item(
                guid=f"urn:item:{number}",
                url=f"http://post.example/{number}",
                title=f"{' '.join(chance.choices(WORDS, k=6))} word{number % topics} {number}",
                summary=f"<p>{text}</p>",
                text=text,
                language="en",
                published=NOON - timedelta(minutes=number),
                categories=(Category("Boats"),),
            )
        )
    return made


def entries(count: int, topic: Topic) -> tuple[FeedEntry, ...]:
    """Make entries as they stand in a feed."""
    source = Source("http://post.example/feed.xml", title="The Post", site_url="http://post.example/", feed_id="urn:post")
    matcher, policy = Matcher([topic]), PublishingPolicy(UUID(int=1), full=False)
    made = []
    for number, item in enumerate(items(count, random.Random(1)), 1):
        seen = Sighting(source, item.guid, item.url, "first", item.title, item.published, NOON, NOON)
        stored = StoredItem(number, f"{number:016x}", number, item, NOON, NOON, 1, (seen,))
        classified = classify(matcher, document_of(stored))[0]
        made.append(make_entry(StoryEntry(stored, classified), topic, f"urn:x:{number}", policy))
    return tuple(made)


Plan = tuple[str, dict[str, str], str | None, dict[str | None, str], list["Plan"]]


def plan(element: etree._Element) -> Plan:
    """List an element with all below it."""
    attributes = {str(name): str(value) for name, value in element.attrib.items()}
    return str(element.tag), attributes, element.text, dict(element.nsmap), [plan(child) for child in element]


def bare(root: Plan) -> bytes:
    """Build the listed elements with lxml and nothing else."""
    top = etree.Element(root[0], root[1], root[3])
    top.text = root[2]
    _below(top, root[4])
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _below(parent: etree._Element, plans: list[Plan]) -> None:
    for tag, attributes, text, _, children in plans:
        element = etree.SubElement(parent, tag, attributes)
        if children:
            _below(element, children)
        else:
            element.text = text


def best(rounds: int, *work: Callable[[], bytes]) -> list[float]:
    """Time several works in turns; give the best of each in seconds."""
    times: list[list[float]] = [[] for _ in work]
    for _ in range(rounds):
        for one, spent in zip(work, times, strict=True):
            begun = time.perf_counter()
            one()
            spent.append(time.perf_counter() - begun)
    return [min(spent) for spent in times]


def rendering(count: int, rounds: int) -> None:
    """Print what rendering costs."""
    topic = parse_topic(TOPIC.format(0), "t0", "t0.toml")
    document = FeedDocument(topic, feed_id(UUID(int=1), "t0"), BASE, BASE, entries(count, topic))
    data = atom.render(document)
    wanted = plan(etree.fromstring(data, etree.XMLParser(remove_blank_text=True)))
    assert bare(wanted) == data, "the baseline makes other bytes"
    forms = {"atom": atom.render, "rss": rss.render, "json": jsonfeed.render}
    base, *spent = best(rounds, lambda: bare(wanted), *(lambda render=render: render(document) for render in forms.values()))
    print(f"{count} entries, {len(data) / 1e6:.1f} MB of Atom; a bare lxml build of the same bytes: {base * 1000:.0f} ms")
    for name, seconds in zip(forms, spent, strict=True):
        print(f"  {name:5} {seconds * 1000:6.0f} ms  {seconds / base:5.2f} of the bare build")


def carry(facts: Facts, found: list[Item], at: datetime) -> None:
    """Store items as if a source had served them."""
    source = Source("http://post.example/feed.xml", title="The Post")
    feed = ParsedFeed(document_keys(tuple(found)), source.title, None, None, at)
    facts.polls.record([(Outcome(source, at, feed=feed), SourceState(last_poll=at))])


def touching(count: int, number: int) -> None:
    """Print what publishing touches, first of all, with nothing new, and after one new item."""
    topics = tuple(parse_topic(TOPIC.format(n), f"t{n}", f"t{n}.toml") for n in range(number))
    with tempfile.TemporaryDirectory() as folder, Facts(Path(folder) / "topicwire.db") as facts:
        classifications = Classifications(facts)
        target = Target(Path(folder) / "public", UUID(int=1), Settings(), NOON)
        made = items(count + 1, random.Random(2), number)
        carry(facts, made[1:], NOON)
        for what, found in (("everything", []), ("nothing new", []), ("one new item", made[:1])):
            if found:
                carry(facts, found, NOON + timedelta(hours=1))
            classify_new(facts, classifications, topics, NOON + timedelta(hours=1))
            begun = time.perf_counter()
            done = publish(facts, classifications, topics, replace(target, now=NOON + timedelta(hours=1)))
            spent = time.perf_counter() - begun
            feeds = [path.name for path in done.written if path.suffix in {".atom", ".rss", ".json", ".opml"}]
            print(f"{what}: {len(done.written)} files, {len(feeds)} of them feeds, in {spent:.2f} s")
            if len(done.written) < 20:
                print("  " + " ".join(sorted(path.name for path in done.written)))


def main() -> None:
    """Measure."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--entries", type=int, default=5_000)
    arguments.add_argument("--topics", type=int, default=20)
    arguments.add_argument("--rounds", type=int, default=5)
    chosen = arguments.parse_args()
    rendering(chosen.entries, chosen.rounds)
    touching(chosen.entries, chosen.topics)


if __name__ == "__main__":
    main()
