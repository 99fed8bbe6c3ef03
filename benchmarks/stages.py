"""Processor seconds of each stage of a pass, without a network: cold, again with a tenth changed, and with nothing to do.

    python benchmarks/stages.py --corpus DIR [--profile STAGE]

DIR holds `feeds/`. Everything runs in one process, one stage after another, with a clock that stands still within a pass,
so that two runs give the same database and the same files. The stages whose names begin with `again-` are those of an hour
later, when an entry in each tenth document has another title; `still-publish` publishes once more. `--profile` prints
where the time of one stage goes.
"""

import argparse
import cProfile
import pstats
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from feeds.cli.home import target_of, topics_of
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.stories.grouping_pass import group_new
from feeds.tagging.classification_pass import classify_new
from ingest.errors import ParseError
from ingest.model import NOTHING, ParsedFeed, Source
from ingest.poll_state import Outcome, SourceState
from ingest.polling.home import Home
from ingest.polling.parsers import Job, read
from ingest.store.facts import Facts
from ingest.text.markup import pack_feed
from scheduler import collect_garbage_rarely

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_COMMIT = 40  # documents
_TITLE = re.compile(rb"(<(?:item|entry)\b.*?<title[^>]*>(?:\s*<!\[CDATA\[)?)", re.DOTALL)
_STAGES = ("read", "record", "group", "classify", "publish")
_STILL = "still-publish"
_T = TypeVar("_T")


class Stages:
    """Runs stages and prints what each cost."""

    def __init__(self, profiled: str | None) -> None:
        self._profiled = profiled

    def run(self, name: str, work: Callable[[], _T]) -> _T:
        """Run one stage."""
        profile = cProfile.Profile() if name == self._profiled else None
        begin = time.process_time()
        done = profile.runcall(work) if profile else work()
        print(f"{name:14} {time.process_time() - begin:7.3f} s")
        if profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        return done


def documents(folder: Path) -> dict[str, bytes]:
    """Return the documents by the addresses at which they are said to lie."""
    return {f"http://feeds.example/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}


def changed(found: dict[str, bytes]) -> dict[str, bytes]:
    """Return a tenth of the documents, each with another title of its first entry."""
    return {url: _TITLE.sub(rb"\1Changed: ", body, count=1) for url, body in list(found.items())[::10]}


def parsed(facts: Facts, found: dict[str, bytes], now: datetime) -> list[tuple[Source, ParsedFeed]]:
    """Read every document that can be read, of what is known only what differs."""
    feeds, before = [], facts.polls.before_all(found)
    for url, body in found.items():
        with suppress(ParseError):
            feeds.append((Source(url), pack_feed(read(Job(body, now, url, before=before.get(url, NOTHING))))))
    return feeds


def record(facts: Facts, feeds: list[tuple[Source, ParsedFeed]], now: datetime) -> None:
    """Store them as a pass does, some documents a transaction."""
    for at in range(0, len(feeds), _COMMIT):
        facts.polls.record([(Outcome(source, now, feed=feed), SourceState()) for source, feed in feeds[at : at + _COMMIT]])


def one_pass(stages: Stages, app: Home, facts: Facts, found: dict[str, bytes], prefix: str = "") -> None:
    """Run all stages once."""
    now, classifications, topics = app.clock(), Classifications(facts), topics_of(app)
    feeds = stages.run(f"{prefix}read", lambda: parsed(facts, found, now))
    stages.run(f"{prefix}record", lambda: record(facts, feeds, now))
    stages.run(f"{prefix}group", lambda: group_new(facts, now))
    stages.run(f"{prefix}classify", lambda: classify_new(facts, classifications, topics, now))
    stages.run(f"{prefix}publish", lambda: publish(facts, classifications, topics, target_of(app, facts)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--profile", choices=(*_STAGES, *(f"again-{stage}" for stage in _STAGES), _STILL))
    chosen = parser.parse_args()
    collect_garbage_rarely()
    stages, found = Stages(chosen.profile), documents(chosen.corpus / "feeds")
    with tempfile.TemporaryDirectory(prefix="stages-") as home:
        app, later = (Home(Path(home), {}, clock=lambda now=now: now) for now in (NOW, NOW + timedelta(hours=1)))
        with app.facts() as facts:
            one_pass(stages, app, facts, found)
            one_pass(stages, later, facts, changed(found), "again-")
            topics = topics_of(app)
            stages.run(_STILL, lambda: publish(facts, Classifications(facts), topics, target_of(later, facts)))


if __name__ == "__main__":
    main()
