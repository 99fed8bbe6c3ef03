"""The pages of items: of the newest as files, of all others drawn when somebody asks; the same bytes either way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from making import HARBOUR, about, carry, home_at, topic, write_topic
from served_site import Site, served
from support import NOON

from feeds.cli.home import target_of
from feeds.publication import files
from feeds.publication.files import PublishedFiles
from feeds.publication.publish import Published
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from ingest.settings import Publish, Settings
from ingest.store.facts import Facts


def run(home: Path, facts: Facts, pages: int) -> Published:
    """Publish with the pages of so many items as files."""
    target = replace(target_of(home_at(home), facts), settings=Settings(publish=Publish(item_pages=pages)))
    return publish(facts, Classifications(facts), (topic(),), target)


def names(home: Path) -> dict[str, bytes]:
    """Return the pages of items, by path."""
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in home.glob("public/item/*")}


@pytest.fixture
def filled(home: Path, facts: Facts) -> Path:
    """Return a home with three items of the topic and one of none."""
    carry(facts, [about(1), about(2), about(3), about(4, "nothing of the kind")])
    write_topic(home, HARBOUR)
    classify_new(facts, Classifications(facts), (topic(),), NOON)
    return home


@pytest.fixture
def site(filled: Path) -> Iterator[Site]:
    """Serve the home."""
    with served(home_at(filled)) as made:
        yield made


def test_older_items_have_no_file_and_the_same_page(filled: Path, facts: Facts, site: Site) -> None:
    """Whatever the setting, an item has its page at its address, with a tag that spares a second transfer."""
    run(filled, facts, -1)
    pages = {path: data for path, data in names(filled).items() if path.endswith(".html")}
    assert len(pages) == 3
    run(filled, facts, 1)
    left = names(filled)
    assert len([path for path in left if path.endswith(".html")]) == 1
    assert not any(path.endswith(".gone") for path in left), "they are not withdrawn"
    for path, data in pages.items():
        answer = site.ask("/" + path.removeprefix("public/"), via="1.1 a.example")
        assert (answer.status, answer.body) == (200, data)
        again = site.ask("/" + path.removeprefix("public/"), via="1.1 a.example", if_none_match=answer.headers["etag"])
        assert again.status == 304
    run(filled, facts, -1)
    assert {path: data for path, data in names(filled).items() if path.endswith(".html")} == pages


def test_what_has_no_page_is_not_drawn(filled: Path, facts: Facts, site: Site) -> None:
    """An item that no public topic has, one that is unknown, and one that was withdrawn have no page."""
    run(filled, facts, 0)
    uids = {stored.item.title: stored.id for stored in facts.items.all()}
    assert site.ask(f"/item/{uids['Story 1: ferry in the harbour']}.html").status == 200
    assert site.ask(f"/item/{uids['Story 4: nothing of the kind']}.html").status == 404
    assert site.ask("/item/0123456789abcdef.html").status == 404
    hidden = HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]")
    write_topic(filled, hidden)
    assert site.ask(f"/item/{uids['Story 1: ferry in the harbour']}.html").status == 404


def test_of_very_many_files_some_are_looked_at_each_minute(filled: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is looked at once in a few minutes; after a start of the machine all are read."""
    run(filled, facts, -1)
    monkeypatch.setattr(files, "_LOOKED_AT", 4)
    seen: list[str] = []

    def looked(path: str, *_: object) -> bool:
        seen.append(path)
        return True

    monkeypatch.setattr(files, "is_twinned", looked)
    with PublishedFiles(facts, filled, NOON) as pages:
        total = len(pages.paths(""))
    rounds = -(-total // 4)
    for minute in range(rounds):
        with PublishedFiles(facts, filled, NOON.replace(minute=minute)) as pages:
            before = len(seen)
            assert pages.damaged("") == frozenset()
            assert len(seen) - before <= 4
    assert len(seen) == len(set(seen)) == total
    (filled / seen[0]).write_bytes(b"x" * 9)
    with PublishedFiles(facts, filled, NOON) as pages:
        assert {str(filled / path) for path in pages.damaged("", read=True)} == {seen[0]}
