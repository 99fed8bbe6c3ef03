"""How long the service takes to stop while it is busy.

`python benchmarks/stop.py [--items N] [--after SECONDS...]` makes a home with N items (20,000) of one topic that are neither
grouped nor tagged, and sixty feeds on loopback of which every third answers after 20 seconds. It starts `topicwire run` there,
sends SIGTERM after each of the times (5, 12, 25 and 40 seconds), and prints how long the service took, its exit code, and how
many of its processes were alive a second later.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[0:1] = [str(ROOT), str(ROOT / "tests")]  # not this folder: it has a script called as the package

from making import carry, home_at, item, write_topic
from processes import free_port, start
from support import NOON, FakeWeb, rss, rss_item

from ingest.model import Item

_FEEDS: Final = 60
_SLOW: Final = 20.0  # seconds before a slow server answers
_STEP: Final = 500
_WORDS: Final = "quay tide rope mast sail crew net fish salt storm bell deck pier wave gull".split()


def furnish(home: Path, items: int) -> None:
    """Make a home with a topic and items that wait to be grouped and tagged."""
    home.mkdir()
    write_topic(home)
    chance = random.Random(1)
    with home_at(home).facts() as facts:
        for begin in range(0, items, _STEP):
            carry(facts, [about(number, chance) for number in range(begin, min(begin + _STEP, items))])


def about(number: int, chance: random.Random) -> Item:
    """Return an item of the topic with words of its own."""
    return item(
        guid=f"urn:{number}",
        url=f"http://post.example/{number}",
        title=f"Story {number}: a ferry {chance.choice(_WORDS)} {number * 7919 % 100_003} in the harbour",
        text=f"{' '.join(chance.choices(_WORDS, k=80))} {number}",
        summary="",
        published=NOON - timedelta(minutes=number),
    )


def serve(web: FakeWeb) -> str:
    """Serve the feeds; return a list of them."""
    urls = []
    for feed in range(_FEEDS):
        boats = [
            rss_item(
                f"Boat {feed}-{one} in the harbour", f"http://h.example/{feed}/{one}", guid=f"b{feed}-{one}", text="word " * 2_000
            )
            for one in range(40)
        ]
        urls.append(web.serve(f"/{feed}", rss(*boats), delay=0.3 if feed % 3 else _SLOW))
    return f'<opml version="2.0"><body>{"".join(f"<outline xmlUrl={url!r}/>" for url in urls)}</body></opml>'


def alive(group: int) -> int:
    """Return how many processes of a group have not ended."""
    count = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its_group = path.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
            count += int(its_group) == group and state != "Z"
    return count


def main() -> None:
    """Start, stop, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--after", type=float, nargs="*", default=[5.0, 12.0, 25.0, 40.0])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, FakeWeb() as web:
        whole, home = Path(folder) / "whole", Path(folder) / "home"
        furnish(whole, asked.items)
        (whole / "sources.opml").write_text(serve(web), encoding="utf-8")
        for after in asked.after:
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(whole, home)
            service = start(home, "run", web=web, settings={"service.bind": f"127.0.0.1:{free_port()}"})
            time.sleep(after)
            began = time.monotonic()
            service.process.send_signal(signal.SIGTERM)
            code, lines = service.ended(60)
            took = time.monotonic() - began
            time.sleep(1)
            print(f"after {after:g} s: {took:.1f} s, exit code {code}, {alive(service.process.pid)} left: {lines[-1:]}", flush=True)


if __name__ == "__main__":
    main()
