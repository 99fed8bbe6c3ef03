"""Poll the same feeds by this process and by workers of Dask, in turns, and print ratios and the coordinator's processor time.

    python benchmarks/engine.py [--feeds 240] [--items 30] [--hosts 24] [--workers 2] [--rounds 2] [--latency 0]

It needs the extra `dask`. The feeds are served by another process over loopback; scheduler and workers run here too,
so with fewer processors than processes the clock shows little, and the processor time of the coordinator (all its
threads, without its children) is the figure that counts. With `--latency SECONDS` each answer takes so long, as those of
distant servers do, and with few items (`--feeds 640 --hosts 64 --items 2 --latency 0.3`) no processor is the limit but
the number of hosts that are asked at once, ten feeds of each one after another: then the clock shows whether two workers do
twice as much as one. A cold pass stores everything; in a warm one every document
has changed in a tenth of its items. Each round is a home of its own; seconds are of the polling alone.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # before this folder: `ingest` is the package, not the benchmark

from machines import Machines, running
from support import TEXT, FakeWeb, rss, rss_item

from ingest.model import Source
from ingest.polling.home import Home
from ingest.polling.parsers import Job
from ingest.polling.pipeline import Report, poll_sources

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a pass cost."""

    seconds: float  # by the clock
    processor: float  # seconds of this process
    items: int  # new or changed


def serve(feeds: int, items: int, hosts: int, latency: float) -> None:
    """Serve feeds until standard input ends; print their addresses. Each line of input is the next edition."""
    with ExitStack() as stack:
        webs = [stack.enter_context(FakeWeb(f"127.0.0.{number + 1}")) for number in range(hosts)]
        urls = edition(webs, feeds, items, 0, latency)
        print("\n".join(urls), flush=True)
        for number, _ in enumerate(sys.stdin, 1):
            edition(webs, feeds, items, number, latency)
            print("ready", flush=True)


def edition(webs: list[FakeWeb], feeds: int, items: int, number: int, latency: float) -> list[str]:
    """Serve an edition of all feeds, in which a tenth of the items is new."""
    new = -(-number * items // 10)
    urls = []
    for feed in range(feeds):
        entries = [
            rss_item(
                f"Part {part} of {feed}",
                f"http://site.example/{feed}/{part}",
                guid=f"{feed}-{part}",
                text=f"{TEXT} {feed} {part} " * 3,
            )
            for part in range(new, new + items)
        ]
        urls.append(webs[feed % len(webs)].serve(f"/{feed}", rss(*entries), delay=latency))
    return urls


class Passes:
    """Polls all sources of a home, and measures it."""

    def __init__(self, home: Home, stack: ExitStack, urls: list[str]) -> None:
        """Open the home, tell it of the sources, and start its parser processes."""
        self._home = home
        self._facts, self._engine = stack.enter_context(home.facts()), stack.enter_context(home.engine())
        self._facts.sources.add([Source(url) for url in urls], NOON)
        for one in [self._engine.submit(self._engine.parse(Job(b"A few words.", NOON, name="a.txt"))) for _ in range(8)]:
            one.result()

    def __call__(self) -> Spent:
        """Make one pass."""
        due = self._facts.sources.due(None)
        clock, processor = time.perf_counter(), time.process_time()
        report = sum(poll_sources(self._facts, self._engine, due, self._home.settings, lambda: 0.5), Report())
        assert not report.failed, report.failed[0].error
        return Spent(time.perf_counter() - clock, time.process_time() - processor, report.counts.new + report.counts.changed)


def measured(folder: Path, engine: str, urls: list[str], server: "subprocess.Popen[str]") -> tuple[Spent, Spent]:
    """Return what a cold and a warm pass cost with an engine; parser processes and workers have started before."""
    environment = {"TOPICWIRE_ENGINE": engine, "TOPICWIRE_FETCH__ALLOW": "127.0.0.0/8", "TOPICWIRE_FETCH__HOST_PAUSE": "0"}
    for name in ("first", "home"):
        (folder / name).mkdir(parents=True)
    with ExitStack() as stack:
        Passes(Home(folder / "first", environment, lambda: NOON), stack, urls[:40])()
    with ExitStack() as stack:
        one = Passes(Home(folder / "home", environment, lambda: NOON), stack, urls)
        cold = one()
        print("next", file=server.stdin, flush=True)
        assert server.stdout
        assert server.stdout.readline() == "ready\n"
        return cold, one()


def main() -> None:
    """Measure in turns, and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, usual in (("feeds", 240), ("items", 30), ("hosts", 24), ("workers", 2), ("rounds", 2)):
        options.add_argument(f"--{name}", type=int, default=usual)
    options.add_argument("--latency", type=float, default=0.0, help="seconds that each answer takes")
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        serve(chosen.feeds, chosen.items, chosen.hosts, chosen.latency)
        return
    sizes = [f"--{name}={getattr(chosen, name)}" for name in ("feeds", "items", "hosts", "latency")]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        engines = {"local": "local"}
        for workers in sorted({1, chosen.workers}):
            machines = stack.enter_context(running(Machines(Path(folder) / f"machines{workers}"), workers))
            engines[named(workers)] = machines.engine
        found: dict[str, list[tuple[Spent, Spent]]] = {name: [] for name in engines}
        for number in range(chosen.rounds):
            for name, engine in engines.items():
                server = subprocess.Popen(
                    [sys.executable, __file__, "--serve", *sizes], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
                assert server.stdout
                urls = [server.stdout.readline().strip() for _ in range(chosen.feeds)]
                found[name].append(measured(Path(folder) / f"{name}{number}", engine, urls, server))
                server.communicate()
    show(found)


def named(workers: int) -> str:
    """Return what so many workers are called."""
    return f"dask, {workers}"


def show(found: dict[str, list[tuple[Spent, Spent]]]) -> None:
    """Print a table, and the ratios."""
    print(f"{'engine':9}{'pass':6}{'items':>8}{'items/s':>10}{'coordinator ms/item':>22}")
    for name, rounds in found.items():
        for kind, passes in zip(("cold", "warm"), zip(*rounds, strict=True), strict=True):
            items, seconds = passes[0].items, median(one.seconds for one in passes)
            processor = median(one.processor for one in passes)
            print(f"{name:9}{kind:6}{items:8}{items / seconds:10.0f}{processor / items * 1000:22.3f}")
    one, *_, last = list(found)[1:] * 2
    for index, kind in enumerate(("cold", "warm")):
        for name, other in ((last, "local"), (last, one)):
            if name == other:
                continue
            clock, processor = (
                median(getattr(spent[index], what) for spent in found[name])
                / median(getattr(spent[index], what) for spent in found[other])
                for what in ("seconds", "processor")
            )
            print(f"{name} to {other}, {kind}: {clock:.2f} by the clock, {processor:.2f} of the coordinator's processor")


if __name__ == "__main__":
    main()
