"""How fast and how small a pass is in which nothing is new.

`python benchmarks/steady.py [--sources N]` polls N sources (5,000) that all answer 304 on loopback, with
`topicwire poll --all` and with a bare loop of aiohttp that asks for the same addresses with the same validators and
stores nothing. Server and clients are processes of their own; the two clients take turns. It prints the ratio of
polls per second, best round of each, and the memory that a pass over all sources needs beyond one over a few.

`python benchmarks/steady.py --service [--sources N] [--silent]` starts the service (`topicwire run --no-serve`) in a home
in which all N sources are overdue, waits until each was polled once, and prints polls per second from the first poll to the
last, with the seconds of the processor and the memory of the service. With `--silent` one source in a hundred gives no
answer, and half of these failed before; then what is printed is the time until all others were polled.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import aiohttp

from ingest.model import Source
from ingest.poll_state import Outcome, SourceState
from ingest.store.facts import Facts

_AT_ONCE: Final = 200  # requests
_PER_HOST: Final = 2  # sources: most hosts have one feed, some have several
_ETAG: Final = '"steady"'
_ANSWER: Final = f"HTTP/1.1 304 Not Modified\r\nETag: {_ETAG}\r\nContent-Length: 0\r\n\r\n".encode()
_TOPIC: Final = """title = "Ferries"
description = "What sails."
means = ["Ships."]
does_not_mean = ["Ports of computers."]
limits = ["Misses rowing."]
contact = "desk@harbour.example"
updated = 2026-01-05
require = ["ship"]
[group.ship]
any = ["ferry"]
"""
_FEW: Final = 100
_ROUNDS: Final = 5
_SILENT: Final = 100  # one in so many sources gives no answer
_PATIENCE: Final = 300.0  # seconds in which the service must have polled all
_SETTINGS: Final = {"TOPICWIRE_FETCH__ALLOW": "127.0.0.0/8", "TOPICWIRE_FETCH__HOST_PAUSE": "0"}


class Unchanged(asyncio.Protocol):
    """Answers 304 to whatever is asked, as cheaply as Python can."""

    def connection_made(self, transport: Any) -> None:
        """Keep the connection."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that ends here, but for those that are to get no answer."""
        if b"/silent/" not in data:
            self._transport.write(_ANSWER * data.count(b"\r\n\r\n"))


def host(number: int) -> str:
    """Return an address of the loopback network: each is a host of its own."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def serve(ready: Connection, hosts: int) -> None:
    """Serve on every host, on one port, until killed."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

    async def forever() -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(Unchanged, host(0), 0)
        port = first.sockets[0].getsockname()[1]
        await loop.create_server(Unchanged, [host(n) for n in range(1, hosts)], port)
        ready.send(port)
        await asyncio.Event().wait()

    asyncio.run(forever())


def addresses(number: int, port: int, *, silent: bool = False) -> list[str]:
    """Return the addresses of the sources, those of one host together; of some it is known that they get no answer."""
    paths = (f"silent/{n}.xml" if silent and n % _SILENT == 0 else f"{n}.xml" for n in range(number))
    return [f"http://{host(n // _PER_HOST)}:{port}/{path}" for n, path in enumerate(paths)]


# The two clients, each in a process of its own


async def _bare(urls: list[str]) -> None:
    hosts = defaultdict(list)
    for url in urls:
        hosts[url.split("/")[2]].append(url)
    connector = aiohttp.TCPConnector(limit=_AT_ONCE, limit_per_host=1)
    waiting = iter(hosts.values())

    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask() -> None:
            for url in chain.from_iterable(waiting):
                async with session.get(url, headers={"If-None-Match": _ETAG}, allow_redirects=False) as response:
                    assert response.status == 304
                    await response.read()

        await asyncio.gather(*(ask() for _ in range(_AT_ONCE)))


def bare(urls: list[str]) -> None:
    """Ask for all addresses with aiohttp alone, a host's in turn."""
    asyncio.run(_bare(urls))


def ours(home: Path) -> None:
    """Run `topicwire poll --all`."""
    from ingest.cli.console import command  # noqa: PLC0415 - what a process needs to begin is not what a pass costs
    from scheduler import collect_garbage_rarely  # noqa: PLC0415

    collect_garbage_rarely()  # as `main` does
    try:
        command(["--home", str(home), "poll", "--all", "--strict"], standalone_mode=False)
    except SystemExit as end:
        if end.code:
            raise


def child(kind: str, argument: str) -> None:
    """Run a client; print the seconds that it took and the most memory that it had, in kB."""
    if kind == "ours":
        import scheduler  # noqa: F401, PLC0415
    urls = json.loads(Path(argument).read_text()) if kind == "bare" else []
    began = time.perf_counter()
    bare(urls) if kind == "bare" else ours(Path(argument))
    seconds = time.perf_counter() - began
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))


def run(kind: str, argument: Path) -> tuple[float, float]:
    """Run a client in a process of its own: (seconds, kB)."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", kind, str(argument)],
        env={**os.environ, **_SETTINGS},
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), float(memory)


def fill(home: Path, urls: list[str]) -> None:
    """Make a home whose sources have all been polled before."""
    now = datetime.now(UTC) - timedelta(hours=1)
    home.mkdir()
    outlines = "".join(f'<outline text="{n}" xmlUrl="{url}"/>' for n, url in enumerate(urls))
    (home / "topics").mkdir()
    (home / "topics" / "one.toml").write_text(_TOPIC, encoding="utf-8")  # what is measured is polling
    (home / "sources.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
    state = SourceState(etag=_ETAG, body_hash="0" * 32, last_poll=now, last_success=now, http_status=200, next_poll=now)
    failed = replace(state, error="no answer", failures=1)
    states = {url: failed if "/silent/" in url and int(Path(url).stem) % (2 * _SILENT) else state for url in urls}
    with Facts(home / "topicwire.db") as facts:
        facts.sources.add((Source(url, origin="opml") for url in urls), now)
        facts.polls.record([(Outcome(Source(url), now, http_status=200, etag=_ETAG), one) for url, one in states.items()])


def measure(folder: Path, number: int, port: int) -> None:
    """Let the clients take turns and print both figures."""
    urls = addresses(number, port)
    (folder / "urls.json").write_text(json.dumps(urls))
    fill(folder / "all", urls)
    fill(folder / "few", urls[:_FEW])
    run("ours", folder / "all")  # the first pass takes in sources.opml
    _, small = run("ours", folder / "few")
    bares, passes = [], []
    for _ in range(_ROUNDS):
        bares.append(run("bare", folder / "urls.json")[0])
        passes.append(run("ours", folder / "all"))
    alone, seconds = min(bares), min(seconds for seconds, _ in passes)
    growth = (max(memory for _, memory in passes) - small) / (number - _FEW)
    print(f"bare aiohttp loop   {number / alone:8.0f} polls/s")
    print(f"topicwire poll      {number / seconds:8.0f} polls/s  ratio {alone / seconds:.2f} (at least 0.80)")
    print(f"memory                 {growth:5.2f} kB a source beyond the first {_FEW} (under 5)")


# The service


def moments(home: Path, began: str) -> list[datetime]:
    """Return when sources that answer were polled since the service began."""
    query = "select last_poll from poll where last_poll > ? and error is null"
    with closing(sqlite3.connect(f"file:{home / 'topicwire.db'}?mode=ro", uri=True)) as db:
        return [datetime.fromisoformat(at) for (at,) in db.execute(query, [began])]


def service(folder: Path, urls: list[str]) -> None:
    """Let the service poll sources that are all overdue, and print how fast it was."""
    home, number = folder / "service", sum("/silent/" not in url for url in urls)
    fill(home, urls)
    began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    run_service = [sys.executable, str(ROOT / "scheduler.py"), "--home", str(home), "run", "--no-serve"]
    with subprocess.Popen(run_service, env={**os.environ, **_SETTINGS}, stderr=subprocess.DEVNULL) as running:
        end = time.monotonic() + _PATIENCE
        while len(polled := moments(home, began)) < number and time.monotonic() < end:
            time.sleep(1)
        running.send_signal(signal.SIGTERM)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = max((max(polled) - min(polled)).total_seconds(), 1.0)
    print(f"service      {len(polled):6} sources polled once, {len(polled) / seconds:6.0f} polls/s")
    print(f"processor    {spent.ru_utime + spent.ru_stime:6.1f} s, with the start of the service and of its parsers")
    print(f"memory       {spent.ru_maxrss / 1_024:6.0f} MB")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="a pass in which nothing is new")
    parser.add_argument("--sources", type=int, default=5_000)
    parser.add_argument("--service", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--child", nargs=2, metavar=("KIND", "ARGUMENT"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(*chosen.child)
        return
    receiver, sender = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(sender, -(-chosen.sources // _PER_HOST)), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        port = receiver.recv()
        if chosen.service:
            service(Path(folder), addresses(chosen.sources, port, silent=chosen.silent))
        else:
            measure(Path(folder), chosen.sources, port)
    server.terminate()
    server.join()


if __name__ == "__main__":
    main()
