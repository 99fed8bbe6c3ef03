"""Processor seconds of each stage of a cold pass, without a network: read, record, group, judge, publish.

    python benchmarks/stages.py --corpus DIR [--profile STAGE]

DIR holds `feeds/`. Everything runs in one process, one stage after another, with a clock that stands still, so that two
runs give the same database and the same files. `--profile` prints where the time of one stage goes.
"""

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from feeds.commands import target_of, topics_of
from feeds.judging import judge_new
from feeds.publish import publish
from feeds.store import Judgements
from feeds.story.judging import group_new
from ingest.console import App
from ingest.errors import ParseError
from ingest.item import Outcome, ParsedFeed, Source, SourceState
from ingest.reader import Job, read
from ingest.store import Facts
from scheduler import leave_memory_alone

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_COMMIT = 40  # documents
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
        print(f"{name:8} {time.process_time() - begin:6.2f} s")
        if profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        return done


def parsed(folder: Path) -> list[tuple[Source, ParsedFeed]]:
    """Read every document that can be read."""
    found = []
    for path in sorted(folder.iterdir()):
        url = f"http://feeds.example/{path.name}"
        with suppress(ParseError):
            found.append((Source(url), read(Job(path.read_bytes(), _NOW, url))))
    return found


def record(facts: Facts, feeds: list[tuple[Source, ParsedFeed]]) -> None:
    """Store them as a pass does, some documents a transaction."""
    for at in range(0, len(feeds), _COMMIT):
        facts.record([(Outcome(source, _NOW, feed=feed), SourceState()) for source, feed in feeds[at : at + _COMMIT]])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--profile", choices=("read", "record", "group", "judge", "publish"))
    chosen = parser.parse_args()
    leave_memory_alone()
    stages = Stages(chosen.profile)
    with tempfile.TemporaryDirectory(prefix="stages-") as home:
        app = App(Path(home), {}, clock=lambda: _NOW)
        with app.facts() as facts:
            feeds = stages.run("read", lambda: parsed(chosen.corpus / "feeds"))
            stages.run("record", lambda: record(facts, feeds))
            judgements, topics = Judgements(facts), topics_of(app)
            stages.run("group", lambda: group_new(facts, _NOW))
            stages.run("judge", lambda: judge_new(facts, judgements, topics, _NOW))
            stages.run("publish", lambda: publish(facts, judgements, topics, target_of(app, facts)))


if __name__ == "__main__":
    main()
