"""What hostile and broken feeds carry, published: valid, safe, and the same to every reader."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from lxml import etree
from making import revised, topic
from schema import valid
from support import NOON

from feeds.publication.edition import Target
from feeds.publication.formats import atom, jsonfeed, rss
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from ingest.model import Source
from ingest.poll_state import Outcome, SourceState
from ingest.polling.parsers import Job, read
from ingest.settings import Settings
from ingest.store.facts import Facts

FEEDS: Final = sorted(path for path in (Path(__file__).parent / "golden" / "feeds").iterdir() if path.suffix != ".json")
EVERYTHING: Final = topic('title = "Everything"\n[publish]\ncontent = "full"\n', "everything")


class Danger(HTMLParser):
    """Reads HTML as a browser would and notes what could act."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note elements and attributes that run, load or submit something."""
        if tag in {"script", "style", "iframe", "object", "embed", "form", "input", "svg", "math", "base", "meta", "link"}:
            self.found.append(tag)
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or address.startswith(("javascript:", "data:", "vbscript:")):
                self.found.append(f"{name}={value}")


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_whatever_comes_in_goes_out_valid_and_safe(path: Path, tmp_path: Path) -> None:
    """Each kept feed, however broken, is published as valid Atom, well-formed RSS and JSON, and nothing in it can act."""
    source = Source("http://host.example/feed.xml", title="Host")
    with Facts(tmp_path / "topicwire.db") as facts:
        feed = read(Job(path.read_bytes(), NOON, url=source.url))
        facts.polls.record([(Outcome(source, NOON, feed=feed), SourceState(last_poll=NOON))])
        classifications = Classifications(facts)
        classify_new(facts, classifications, (EVERYTHING,), NOON)
        target = Target(tmp_path, UUID(int=1), Settings(), NOON)
        with facts.transaction():
            document = revised(facts, classifications, EVERYTHING, target)[0]
    root = valid(atom.render(document))
    texts = [node.text or "" for node in root.iter("{*}summary", "{*}content")]
    texts += [node.text or "" for node in etree.fromstring(rss.render(document)).iter("description", "{*}encoded")]
    items = json.loads(jsonfeed.render(document))["items"]
    texts += [found["content_html"] for found in items]
    assert len(items) == len(root.findall("{*}entry")) == len(feed.items)
    danger = Danger()
    danger.feed("".join(texts))
    assert danger.found == []
