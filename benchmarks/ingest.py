"""Whole passes over served documents: topicwire with everything on, beside lemon24/reader and a plain feedparser loop.

    pip install -e '.[bench]'
    python benchmarks/ingest.py --corpus DIR [--rounds 1] [--only topicwire,reader,loop]

DIR holds `feeds/` and a `manifest.json` (a list of objects with `file` and `entries`). The documents are
served on loopback, a few on each of many ports, so that they look like many hosts. Every pass is a process
of its own, from its start to its end: cold, unchanged, and with a tenth of the documents changed.
Figures on other computers differ; read the ratios within one run.
"""

import argparse
import asyncio
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing import Process
from pathlib import Path
from threading import Event, Thread

import feedparser
from aiohttp import web

ROOT = Path(__file__).resolve().parent.parent
_PORTS = 48
_FIRST_PORT = 18_400
_PHASES = ("cold", "unchanged", "tenth changed")
_TITLE = re.compile(rb"(<(?:item|entry)\b.*?<title[^>]*>(?:\s*<!\[CDATA\[)?)", re.DOTALL)


# The web


def serve(folder: Path, names: list[str]) -> None:
    """Serve the documents with validators, each on its own port; `/tenth` changes a tenth of them. Runs until killed."""
    bodies = {name: (folder / name).read_bytes() for name in names}

    async def answer(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == "tenth":
            for one in names[::10]:
                bodies[one] = _TITLE.sub(rb"\1Changed: ", bodies[one], count=1)
            return web.Response()
        if name not in bodies:
            return web.Response(status=404)
        etag = hashlib.blake2b(bodies[name], digest_size=8).hexdigest()
        if request.headers.get("If-None-Match") == f'"{etag}"':
            return web.Response(status=304, headers={"ETag": f'"{etag}"'})
        return web.Response(body=bodies[name], headers={"ETag": f'"{etag}"', "Content-Type": "application/xml"})

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/{name}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        for port in range(_PORTS):
            await web.TCPSite(runner, "127.0.0.1", _FIRST_PORT + port).start()
        await asyncio.Event().wait()

    asyncio.run(main())


def addresses(names: list[str]) -> list[str]:
    """Give where the documents are served."""
    return [f"http://127.0.0.1:{_FIRST_PORT + number % _PORTS}/{name}" for number, name in enumerate(names)]


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
        connection = HTTPConnection("127.0.0.1", _FIRST_PORT)
        connection.request("GET", f"/{name}")
        connection.getresponse().close()
    except OSError:
        return False
    return True


# What is measured; each runs in a process of its own


def run_reader(home: Path, urls: list[str]) -> None:
    """One pass of lemon24/reader, as its manual does it."""
    from reader import make_reader  # noqa: PLC0415 - an extra

    with make_reader(str(home / "reader.sqlite")) as reader:
        for url in urls:
            reader.add_feed(url, exist_ok=True)
        reader.update_feeds(scheduled=False, workers=16)


def run_loop(home: Path, urls: list[str]) -> None:
    """One pass of the loop that everybody writes first: feedparser and sqlite-utils."""
    import sqlite_utils  # noqa: PLC0415
    import urllib3  # noqa: PLC0415

    db = sqlite_utils.Database(home / "loop.db")
    pool = urllib3.PoolManager()
    etags = {row["url"]: row["etag"] for row in db["feeds"].rows} if db["feeds"].exists() else {}
    for url in urls:
        answer = pool.request("GET", url, headers={"If-None-Match": etags[url]} if url in etags else {})
        if answer.status == 304:
            continue
        parsed = feedparser.parse(io.BytesIO(answer.data), response_headers={"content-type": "application/xml"})
        db["feeds"].upsert({"url": url, "etag": answer.headers["ETag"]}, pk="url")
        rows = [
            {"feed": url, "id": key_of(e), "title": e.get("title"), "link": e.get("link"), "content": body_of(e)}
            for e in parsed.entries
        ]
        db["entries"].upsert_all(rows, pk=("feed", "id"))


def run_topicwire(home: Path, urls: list[str]) -> None:
    """One pass of the real command: poll, sanitise, store, index, judge by the shipped topics, publish."""
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    (home / "sources.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
    os.environ |= {"TOPICWIRE_FETCH__ALLOW": "127.0.0.0/8", "TOPICWIRE_FETCH__HOST_PAUSE": "0"}
    os.execv(sys.executable, [sys.executable, str(ROOT / "scheduler.py"), "--home", str(home), "poll", "--all"])  # noqa: S606


RUNNERS = {"topicwire": run_topicwire, "reader": run_reader, "loop": run_loop}
COUNTS = {
    "topicwire": ("topicwire.db", "select s.url, count(*) from sighting g join source s on s.id = g.source_id group by 1"),
    "reader": ("reader.sqlite", "select feed, count(*) from entries group by 1"),
    "loop": ("loop.db", "select feed, count(*) from entries group by 1"),
}


def key_of(entry: dict[str, str]) -> str:
    """Give what tells an entry from the others of its feed."""
    named = entry.get("id") or entry.get("link")
    return named or hashlib.sha1(f"{entry.get('title')}{body_of(entry)}".encode(), usedforsecurity=False).hexdigest()


def body_of(entry: dict[str, str]) -> str:
    """Give an entry's longest text."""
    contents = [one.get("value", "") for one in entry.get("content", ())]  # type: ignore[attr-defined]
    return max([entry.get("summary", ""), *contents], key=len)


def expected_of(folder: Path, names: list[str]) -> dict[str, int]:
    """Count the entries of each document that feedparser tells apart."""
    found = {}
    for name, url in zip(names, addresses(names), strict=True):
        entries = feedparser.parse(io.BytesIO((folder / name).read_bytes()), sanitize_html=False).entries
        found[url] = len({(entry.get("id"), entry.get("link"), entry.get("title"), body_of(entry)) for entry in entries})
    return found


# Measuring


@dataclass(frozen=True)
class Cost:
    """What a pass cost."""

    seconds: float
    cpu: float
    megabytes: float  # of all its processes, shared memory once, at the worst moment


def measure(name: str, home: Path, urls: list[str]) -> Cost:
    """Run one pass in a process of its own."""
    (home / "urls.json").write_text(json.dumps(urls), encoding="utf-8")
    command = [sys.executable, __file__, "--worker", name, str(home)]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    peak, over = [0.0], Event()
    watcher = Thread(target=_watch, args=(process.pid, peak, over))
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    over.set()
    watcher.join()
    process.returncode = status
    if status:
        sys.exit(f"{name} ended with status {status}")
    return Cost(seconds, used.ru_utime + used.ru_stime, peak[0])


def _watch(root: int, peak: list[float], over: Event) -> None:
    while not over.wait(0.2):
        peak[0] = max(peak[0], sum(map(_share, _family(root))))


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


def _share(pid: int) -> float:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024
    return 0.0


def stored(name: str, home: Path) -> dict[str, int]:
    """Count what a pass has stored, by source."""
    file, query = COUNTS[name]
    with sqlite3.connect(home / file) as db:
        return dict(db.execute(query).fetchall())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--only", default="topicwire,reader,loop")
    parser.add_argument("--rounds", type=int, default=1, help="the best of so many is taken")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        name, home = chosen.worker
        RUNNERS[name](Path(home), json.loads((Path(home) / "urls.json").read_text("utf-8")))
        return
    if chosen.corpus is None:
        parser.error("--corpus is needed")
    compare(chosen.corpus / "feeds", chosen.only.split(","), chosen.rounds)


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
    print(f"\n{'':10} {'phase':14} {'seconds':>8} {'cpu':>8} {'MB':>6} {'entries/s':>10} {'to reader':>10}")
    for phase in _PHASES:
        for name in names:
            cost, base = best[name, phase], best.get(("reader", phase))
            ratio = f"{base.seconds / cost.seconds:10.1f}x" if base else ""
            print(
                f"{name:10} {phase:14} {cost.seconds:8.2f} {cost.cpu:8.2f} {cost.megabytes:6.0f} {total / cost.seconds:10.0f} {ratio}".rstrip()
            )


def phases(name: str, folder: Path, files: list[str], expected: dict[str, int]) -> Iterator[tuple[str, Cost]]:
    """Run the three phases of one program with a fresh home and a fresh web; compare what it stored with what it should."""
    home = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with served(folder, files):
            for phase in _PHASES:
                if phase == "tenth changed":
                    _answers("tenth")
                yield phase, measure(name, home, addresses(files))
                if phase == "cold":
                    got = stored(name, home)
                    wrong = {url.rpartition("/")[2]: (got.get(url, 0), n) for url, n in expected.items() if got.get(url, 0) != n}
                    print(f"{name}: {sum(got.values())} of {sum(expected.values())} entries stored; other than expected: {wrong}")
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
