"""Hostile documents through the real engine: the verdict, the time and the memory of each.

    python benchmarks/hostile.py [--only WORD]

Each document goes to a parser process of its own, warm, under the limits of the service. Printed are the time by
the clock and of the processor, and the most memory that the process had; the target is 5 s and 300 MB.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0:1] = [str(ROOT), str(ROOT / "tests")]  # not this folder: it has a script called as the package

from hostile import DOCUMENTS, FILES
from support import NOON

from ingest.errors import ParseError
from ingest.model import ParsedFeed
from ingest.polling import engine as engine_module
from ingest.polling.engine import Engine
from ingest.polling.parsers import Job, read
from ingest.settings import Fetch


def spied(job: Job) -> ParsedFeed:
    """Read in the child; leave on record what the process has cost."""
    try:
        return read(job)
    finally:
        used = resource.getrusage(resource.RUSAGE_SELF)
        Path("/tmp/topicwire-hostile").write_text(f"{used.ru_utime + used.ru_stime} {used.ru_maxrss}")  # noqa: S108


def main() -> None:
    """Print a line for each document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    only = parser.parse_args().only
    engine_module.read = spied
    named = [(name, Job(make(), NOON, "http://a.example/feed")) for name, make in DOCUMENTS.items() if only in name]
    named += [(name, Job(make(), NOON, name=name)) for name, make in FILES.items() if only in name]
    print(f"{'document':40} {'MB':>5} {'seconds':>8} {'cpu':>6} {'peak MB':>8}  verdict")
    for name, job in named:
        print(_line(name, job), flush=True)


def _line(name: str, job: Job) -> str:
    record = Path("/tmp/topicwire-hostile")  # noqa: S108
    with Engine(Fetch(), lambda: NOON, processes=1) as engine:
        engine.submit(engine.parse(Job(b"some words", NOON, name="a.txt"))).result()
        before = float(record.read_text().split()[0])
        record.write_text("nan nan")
        begin = time.perf_counter()
        try:
            feed = engine.submit(engine.parse(job)).result()
            verdict = f"stored, {len(feed.items)} entries, by {feed.parser}; {'; '.join(feed.notes)}"
        except ParseError as fault:
            verdict = f"refused: {fault.what}"
        seconds = time.perf_counter() - begin
    cpu, peak = map(float, record.read_text().split())
    return f"{name:40} {len(job.body) / 1e6:5.1f} {seconds:8.2f} {cpu - before:6.2f} {peak / 1024:8.0f}  {verdict[:110]}"


if __name__ == "__main__":
    main()
