"""Whole passes over served documents: topicwire with everything on, beside lemon24/reader and a plain feedparser loop.

    pip install -e '.[bench]'
    python benchmarks/ingest.py --corpus DIR [--rounds 1] [--only topicwire,facts,reader,loop] [--peer node]

DIR holds `feeds/` and a `manifest.json` (a list of objects with `file` and `entries`). The documents are
served on loopback, each at an address of its own, so that they are many hosts. Each program runs in a process of
its own, as a service would: started first, then timed over three passes, cold, unchanged, and with a tenth changed. The
modules of topicwire are compiled before, as those of every package that pip installs. `facts` is
topicwire without judgements, as `ingest --no-publish`. `cores` are processor seconds by seconds of the clock, `MB` the
memory of all processes at the worst moment (proportional set size), and `rest` that after the last pass. With `service`
in `--only` the service is started as well: how long after the first response, and after its own start, does a published
feed have an entry? That is asked with the shipped topics, of which few documents may have something, and with the topic
that has every item, each time in a home that `topicwire init` has made. With `rest` the service is started with and without
the web server, and the memory of its processes is printed, at the worst moment and six minutes after its start.
`--peer node` adds a program in Node 20 or later with feedsmith and better-sqlite3, `peer.mjs`, that fetches, parses and
stores. npm installs both once into a folder for temporary files; where it must compile, that lasts some minutes.
Figures on other computers differ; read the ratios within one run.
"""

import argparse
import asyncio
import compileall
import hashlib
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing import Process
from pathlib import Path
from threading import Event, Thread
from typing import Any

import feedparser

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

ROOT = Path(__file__).resolve().parent.parent
_PORT = 18_400
_ON_LOOPBACK = {"TOPICWIRE_FETCH__ALLOW": "127.0.0.0/8", "TOPICWIRE_FETCH__HOST_PAUSE": "0"}
_PATIENCE = 300.0  # seconds until the service must have published something
_REST = 360.0  # seconds after which a service that has polled everything is at rest
_REQUEST = re.compile(rb"GET /(\S*) HTTP/1\.1\r\n")
_NAMED = re.compile(rb"\r\nif-none-match:[ \t]*([^\r]*)", re.IGNORECASE)
_PEER = Path(tempfile.gettempdir()) / "topicwire-bench-node"  # what npm installed stays there
_PEER_NEEDS = {"dependencies": {"feedsmith": "^3.0.0", "better-sqlite3": "^12.0.0"}, "allowScripts": {"better-sqlite3": True}}
_PHASES = ("cold", "unchanged", "tenth changed")
_TITLE = re.compile(rb"(<(?:item|entry)\b.*?<title[^>]*>(?:\s*<!\[CDATA\[)?)", re.DOTALL)


# The web


class Documents(asyncio.Protocol):
    """Answers for the documents of one table, with validators, as cheaply as Python can: it is not what is measured."""

    first: float | None = None  # when a document was asked for the first time

    def __init__(self, bodies: dict[bytes, bytes]) -> None:
        """Take name and body of each."""
        self._bodies = bodies

    def connection_made(self, transport: Any) -> None:
        """Keep the connection."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request; `/tenth` changes a tenth of the documents, `/first` says when the first one was asked for."""
        asked, named = _REQUEST.match(data), _NAMED.search(data)
        body = self._bodies.get(asked[1]) if asked else None
        if body is not None and Documents.first is None:
            Documents.first = time.time()
        if asked and asked[1] == b"first":
            body = str(Documents.first or "").encode()
        if asked and asked[1] == b"tenth":
            self._bodies |= {one: _TITLE.sub(rb"\1Changed: ", self._bodies[one], count=1) for one in sorted(self._bodies)[::10]}
        etag = b'"%s"' % hashlib.blake2b(body or b"", digest_size=8).hexdigest().encode()
        if body is None:
            answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        elif named and named[1] == etag:
            answer = b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % etag
        else:
            head = b"HTTP/1.1 200 OK\r\nETag: %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n"
            answer = head % (etag, len(body)) + body
        self._transport.write(answer)


def serve(folder: Path, names: list[str]) -> None:
    """Serve the documents, each at its own address. Runs until killed."""
    bodies = {name.encode(): (folder / name).read_bytes() for name in names}

    async def main() -> None:
        loop = asyncio.get_running_loop()
        await loop.create_server(lambda: Documents(bodies), [_host(number) for number in range(len(names))], _PORT)
        await asyncio.Event().wait()

    asyncio.run(main())


def _host(number: int) -> str:
    return f"127.1.{number // 250}.{number % 250 + 1}"


def addresses(names: list[str]) -> list[str]:
    """Return where the documents are served."""
    return [f"http://{_host(number)}:{_PORT}/{name}" for number, name in enumerate(names)]


@contextmanager
def served(folder: Path, names: list[str]) -> Iterator[None]:
    """Serve in a process of its own."""
    process = Process(target=serve, args=(folder, names), daemon=True)
    process.start()
    try:
        while not _answers("none"):
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.join()


def _answers(name: str) -> bool:
    try:
        _answer(name)
    except OSError:
        return False
    return True


def _answer(name: str) -> bytes:
    connection = HTTPConnection(_host(0), _PORT)
    connection.request("GET", f"/{name}")
    with connection.getresponse() as answer:
        return answer.read()


# What is measured: each gives a function that makes one pass


def reader_pass(home: Path, urls: list[str]) -> Callable[[], None]:
    """Return a pass of lemon24/reader, as its manual does it."""
    from reader import make_reader  # noqa: PLC0415 - an extra

    reader = make_reader(str(home / "reader.sqlite"))
    for url in urls:
        reader.add_feed(url)
    return lambda: reader.update_feeds(scheduled=False, workers=16)


def loop_pass(home: Path, urls: list[str]) -> Callable[[], None]:
    """Return a pass of the loop that everybody writes first: feedparser and sqlite-utils."""
    import sqlite_utils  # noqa: PLC0415 - started by this program alone
    import urllib3  # noqa: PLC0415 - started by this program alone

    db, pool = sqlite_utils.Database(home / "loop.db"), urllib3.PoolManager()
    etags: dict[str, str] = {}

    def one(url: str) -> None:
        answer = pool.request("GET", url, headers={"If-None-Match": etags[url]} if url in etags else {})
        if answer.status != 304:
            etags[url] = answer.headers["ETag"]
            entries = feedparser.parse(io.BytesIO(answer.data), response_headers={"content-type": "application/xml"}).entries
            rows = [
                {"feed": url, "id": key_of(e), "title": e.get("title"), "link": e.get("link"), "text": body_of(e)} for e in entries
            ]
            db["entries"].upsert_all(rows, pk=("feed", "id"))

    return lambda: [one(url) for url in urls] and None


def facts_pass(home: Path, urls: list[str]) -> Callable[[], None]:
    """Return a pass of the first half alone: poll, sanitise, store, index."""
    return topicwire_pass(home, urls, judged=False)


def list_sources(home: Path, urls: list[str]) -> None:
    """Write the list of sources of a home."""
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    (home / "sources.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")


def topicwire_pass(home: Path, urls: list[str], *, judged: bool = True) -> Callable[[], None]:
    """Return a pass of the service: poll, sanitise, store, index, and if `judged` classify by the shipped topics and publish."""
    from feeds.tagging.topic.cache import TopicCache  # noqa: PLC0415
    from feeds.tagging.topic.folders import topic_folders  # noqa: PLC0415
    from ingest.polling.home import Home  # noqa: PLC0415 - started by this program alone
    from ingest.polling.parsers import Job  # noqa: PLC0415
    from ingest.polling.passes import due_sources, poll_due  # noqa: PLC0415
    from scheduler import collect_garbage_rarely  # noqa: PLC0415
    from topicwire_service import classify_and_publish  # noqa: PLC0415

    list_sources(home, urls)
    app = Home(home, _ON_LOOPBACK)
    engine = app.engine().__enter__()
    warm = [engine.submit(engine.parse(Job(b"A few words.", app.clock(), name="a.txt"))) for _ in range(8)]
    facts = app.facts()
    for one in warm:
        one.result()

    cache = TopicCache(topic_folders(app.folder, app.settings), print)  # as the service does: only changed files are read
    collect_garbage_rarely()

    def one_pass() -> None:
        report = poll_due(app, facts, engine, due_sources(app, facts, set(), everything=True))
        if judged and report.looked > report.unchanged:  # else the service has nothing to classify
            classify_and_publish(app, facts, cache.topics())

    return one_pass


PASSES = {"topicwire": topicwire_pass, "facts": facts_pass, "reader": reader_pass, "loop": loop_pass}
_SIGHTINGS = ("topicwire.db", "select s.url, count(*) from sighting g join source s on s.id = g.source_id group by 1")
COUNTS = {
    "topicwire": _SIGHTINGS,
    "facts": _SIGHTINGS,
    "reader": ("reader.sqlite", "select feed, count(*) from entries group by 1"),
    "loop": ("loop.db", "select feed, count(*) from entries group by 1"),
    "node": ("node.db", "select feed, count(*) from entries group by 1"),
}


def key_of(entry: dict[str, str]) -> str:
    """Return what tells an entry from the others of its feed."""
    named = entry.get("id") or entry.get("link")
    return named or hashlib.sha1(f"{entry.get('title')}{body_of(entry)}".encode(), usedforsecurity=False).hexdigest()


def body_of(entry: dict[str, str]) -> str:
    """Return an entry's longest text."""
    contents = [one.get("value", "") for one in entry.get("content", ())]  # type: ignore[attr-defined]
    return max([entry.get("summary", ""), *contents], key=len)


def says_something(entry: dict[str, str]) -> bool:
    """Say whether there is anything in an entry."""
    return bool(entry.get("id") or entry.get("link") or entry.get("title") or body_of(entry))


def expected_of(folder: Path, names: list[str]) -> dict[str, int]:
    """Count the entries of each document that feedparser tells apart."""
    found = {}
    for name, url in zip(names, addresses(names), strict=True):
        entries = feedparser.parse(io.BytesIO((folder / name).read_bytes()), sanitize_html=False).entries
        # An element that says nothing at all is no entry; the same entry twice is one.
        found[url] = len(
            {(entry.get("id"), entry.get("link"), entry.get("title"), body_of(entry)) for entry in entries if says_something(entry)}
        )
    return found


# Measuring


@dataclass(frozen=True)
class Cost:
    """What a pass cost."""

    seconds: float
    cpu: float
    megabytes: float  # of all its processes, shared memory once, at the worst moment
    rest: float  # the same when the pass is over


def work(name: str, home: Path) -> None:
    """Be a program that is measured: ready, then a pass for each line read."""
    one_pass = PASSES[name](home, json.loads((home / "urls.json").read_text("utf-8")))
    print("ready", flush=True)
    for _ in sys.stdin:
        begin = time.perf_counter()
        one_pass()
        print(time.perf_counter() - begin, flush=True)
    os._exit(0)  # what is still open is thrown away with the home


def install_peer() -> None:
    """Install what the program in Node needs, unless it is there."""
    if not (shutil.which("node") and shutil.which("npm")):
        sys.exit("--peer node needs node and npm")
    _PEER.mkdir(exist_ok=True)
    shutil.copy(ROOT / "benchmarks" / "peer.mjs", _PEER)
    if not (_PEER / "node_modules" / "better-sqlite3" / "build").exists():
        (_PEER / "package.json").write_text(json.dumps(_PEER_NEEDS), "utf-8")
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=_PEER, check=True)


def compile_as_pip_does() -> None:
    """Compile the modules of topicwire: a checkout has none, and every process of it would compile them again."""
    for path in (ROOT / "ingest", ROOT / "feeds"):
        compileall.compile_dir(path, quiet=1)
    for path in (ROOT / "scheduler.py", ROOT / "topicwire_service.py"):
        compileall.compile_file(path, quiet=1)


def environment_of(**more: str) -> dict[str, str]:
    """Return the environment of a program that is measured; in it Python may write what it compiles."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return own | {"PYTHONPATH": str(ROOT)} | more


def command_of(name: str, home: Path) -> list[str]:
    """Return the command that starts a program that is measured."""
    if name == "node":
        return ["node", str(_PEER / "peer.mjs"), str(home)]
    return [sys.executable, "-P", "-W", "ignore", __file__, "--worker", name, str(home)]


@contextmanager
def started(name: str, home: Path, urls: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Start a program that is measured, and wait until it is ready."""
    (home / "urls.json").write_text(json.dumps(urls), encoding="utf-8")
    process = subprocess.Popen(
        command_of(name, home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment_of()
    )
    try:
        if _printed(process) != "ready":
            sys.exit(f"{name} could not start")
        yield process
    finally:
        for pid in reversed(_family(process.pid)):
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def _printed(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def measure(process: "subprocess.Popen[str]") -> Cost:
    """Let a started program make one pass."""
    assert process.stdin
    peak, over = [0.0], Event()
    watcher = Thread(target=_watch, args=(process.pid, peak, over))
    before = _effort(process.pid)
    watcher.start()
    process.stdin.write("go\n")
    process.stdin.flush()
    seconds = float(_printed(process))
    cpu = _effort(process.pid) - before
    over.set()
    watcher.join()
    return Cost(seconds, cpu, peak[0], _memory(process.pid))


def _effort(root: int) -> float:
    """Return the processor time of a program and its children so far, those that have ended among them, in seconds."""
    total = 0
    for pid in _family(root):
        with suppress(OSError):
            total += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def _watch(root: int, peak: list[float], over: Event) -> None:
    while True:  # at least once, however short the pass
        peak[0] = max(peak[0], _memory(root))
        if over.wait(0.2):
            return


def _family(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    family = [root]
    for one in family:  # grows while it is read
        family += parents.get(one, [])
    return family


def _memory(root: int) -> float:
    return sum(map(_share, _family(root)))


def _share(pid: int) -> float:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024
    return 0.0


def stored(name: str, home: Path) -> dict[str, int]:
    """Count what a pass has stored, by source."""
    file, query = COUNTS[name]
    with closing(sqlite3.connect(home / file)) as db:
        return dict(db.execute(query).fetchall())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--only", default="topicwire,reader,loop")
    parser.add_argument("--peer", choices=["node"], help="beside a program that is installed for this")
    parser.add_argument("--rounds", type=int, default=1, help="the best of so many is taken")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        work(chosen.worker[0], Path(chosen.worker[1]))
    if chosen.corpus is None:
        parser.error("--corpus is needed")
    compile_as_pip_does()
    names = chosen.only.split(",")
    if chosen.peer:
        install_peer()
        names.append(chosen.peer)
    if programs := [name for name in names if name in COUNTS]:
        compare(chosen.corpus / "feeds", programs, chosen.rounds)
    if "service" in names:
        print()
        for shipped in ("true", "planet-of-everything"):
            answered, begun = first_entry(chosen.corpus / "feeds", shipped)
            after = f"{answered:.1f} s after the first response, {begun:.1f} s after the start"
            print(f"first published entry, topics.shipped = {shipped}: {after}")
    if "rest" in names:
        for options in ((), ("--no-serve",)):
            worst, rest = at_rest(chosen.corpus / "feeds", options)
            print(f"\nmemory of `{' '.join(('topicwire run', *options))}`: {worst:.0f} MB at the worst moment, at rest")
            print("\n".join(f"  {megabytes:4.0f} MB {name}" for name, megabytes in {**rest, "in all": sum(rest.values())}.items()))


def compare(folder: Path, names: list[str], rounds: int) -> None:
    """Run every phase of every program; print what it cost, and ratios to reader."""
    files = sorted(path.name for path in folder.iterdir())
    expected = expected_of(folder, files)
    total = sum(expected.values())
    print(f"{len(files)} documents, {total} entries that feedparser tells apart; {os.cpu_count()} cores")
    best: dict[tuple[str, str], Cost] = {}
    for name in names * rounds:
        for phase, cost in phases(name, folder, files, expected):
            best[name, phase] = min(cost, best.get((name, phase), cost), key=lambda c: c.seconds)
    print(
        f"\n{'':10} {'phase':14} {'seconds':>8} {'cpu':>8} {'cores':>6} {'MB':>6} {'rest':>6} {'entries/s':>10} {'to reader':>10}"
    )
    for phase in _PHASES:
        for name in names:
            cost, base = best[name, phase], best.get(("reader", phase))
            ratio = f"{base.seconds / cost.seconds:10.1f}x" if base else ""
            memory = f"{cost.megabytes:6.0f} {cost.rest:6.0f}"
            spent = f"{cost.seconds:8.2f} {cost.cpu:8.2f} {cost.cpu / cost.seconds:6.1f} {memory} {total / cost.seconds:10.0f}"
            print(f"{name:10} {phase:14} {spent} {ratio}".rstrip())
    for name in names[:-1] if names[-1] == "node" else ():
        ratios = [f"{best['node', phase].seconds / best[name, phase].seconds:.2f} {phase}" for phase in _PHASES]
        print(f"entries a second, {name} to node: {', '.join(ratios)}")


def phases(name: str, folder: Path, files: list[str], expected: dict[str, int]) -> Iterator[tuple[str, Cost]]:
    """Run the three phases of one program with a fresh home and a fresh web; compare what it stored with what it should."""
    home = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with served(folder, files), started(name, home, addresses(files)) as process:
            for phase in _PHASES:
                if phase == "tenth changed":
                    _answers("tenth")
                yield phase, measure(process)
                if phase == "cold":
                    got = stored(name, home)
                    wrong = {url.rpartition("/")[2]: (got.get(url, 0), n) for url, n in expected.items() if got.get(url, 0) != n}
                    print(f"{name}: {sum(got.values())} of {sum(expected.values())} entries stored; other than expected: {wrong}")
    finally:
        shutil.rmtree(home)


def first_entry(folder: Path, shipped: str) -> tuple[float, float]:
    """Start the service in a new home; return the seconds from its first response, and from its start, to the first entry."""
    files = sorted(path.name for path in folder.iterdir())
    with tempfile.TemporaryDirectory(prefix="bench-") as made, served(folder, files):
        home = Path(made)
        command = [sys.executable, "-P", "-W", "ignore", str(ROOT / "scheduler.py"), "--home", made]
        environment = environment_of(**_ON_LOOPBACK, TOPICWIRE_TOPICS__SHIPPED=shipped)
        subprocess.run([*command, "init"], check=True, env=environment, capture_output=True)
        list_sources(home, addresses(files))
        begin = time.time()
        service = subprocess.Popen([*command, "run", "--no-serve"], env=environment, stderr=subprocess.DEVNULL)
        try:
            end = time.time() + _PATIENCE
            while not any(b"<entry" in path.read_bytes() for path in (home / "public").glob("*.atom")):
                if time.time() > end or service.poll() is not None:
                    sys.exit("the service has published nothing")
                time.sleep(0.02)
            now = time.time()
            return now - float(_answer("first")), now - begin
        finally:
            service.terminate()
            service.wait()


def at_rest(folder: Path, options: tuple[str, ...]) -> tuple[float, dict[str, float]]:
    """Return the memory of the service in a new home: of all at the worst moment, and of each process at rest."""
    files = sorted(path.name for path in folder.iterdir())
    with tempfile.TemporaryDirectory(prefix="bench-") as made, served(folder, files):
        list_sources(Path(made), addresses(files))
        command = [sys.executable, "-P", "-W", "ignore", str(ROOT / "scheduler.py"), "--home", made, "run", *options]
        environment = environment_of(**_ON_LOOPBACK, TOPICWIRE_SERVICE__BIND=f"127.0.0.1:{_PORT + 1}")
        service = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        peak, over = [0.0], Event()
        watcher = Thread(target=_watch, args=(service.pid, peak, over))
        watcher.start()
        try:
            service.wait(_REST)
            sys.exit("the service has ended")
        except subprocess.TimeoutExpired:
            return peak[0], {f"{number + 1}. {_kind(pid)}": _share(pid) for number, pid in enumerate(_family(service.pid))}
        finally:
            over.set()
            watcher.join()
            service.terminate()
            service.wait()


def _kind(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    kinds = {b"resource_tracker": "resource tracker", b"forkserver": "fork server or parser"}
    return next((kind for word, kind in kinds.items() if word in command), "service")


if __name__ == "__main__":
    main()
