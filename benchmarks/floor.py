"""What the libraries alone cost on a folder of feeds: the processor seconds below which no cold pass can be.

    python benchmarks/floor.py --corpus DIR

One pass is made as `benchmarks/stages.py` makes it. Then what it made is made once more, in this one process and by the
libraries alone: lxml reads the documents, nh3 makes their HTML safe, SQLite takes all rows at once and indexes the
texts, `re` cuts each text once into words, zlib and brotli pack the published files, which are written. Nothing is
recognised, classified or rendered. A pass on two cores takes half of it by the clock, at the very best.

Then processes are started that only import the libraries which those of a pass cannot do without, and do nothing: their
memory together is that below which no pass can be.
"""

import argparse
import gzip
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

import brotli
import nh3
from lxml import etree
from stages import NOW, Stages, documents, one_pass

from feeds.store.classifications import Classifications
from ingest.polling.home import Home
from ingest.text.folding import word_pattern
from scheduler import collect_garbage_rarely

_SHADOWS: Final = ("_fts", "_data", "_idx", "_docsize", "_config", "_content", "_migrations")
_TWINS: Final = {".gz", ".br"}
_READING: Final = "cchardet, lxml.etree, nh3, numpy, yarl"
_PROCESSES: Final = {  # of a pass on two cores, by what they import
    "commits, publishes": "aiohttp, apscheduler, brotli, click, jinja2, msgspec, numpy, pebble, sqlite_utils, uvloop",
    "parser": _READING,
    "another parser": _READING,
    "starts the others": _READING,
    "classifies": "Stemmer, numpy, yarl",
}


class Total:
    """Runs parts and prints what each cost."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def run(self, name: str, work: Callable[[], object]) -> None:
        """Run one part."""
        begin = time.process_time()
        work()
        spent = time.process_time() - begin
        self.seconds += spent
        print(f"{name:34} {spent:6.3f} s")


def read(bodies: list[bytes]) -> None:
    """Build every tree."""
    for body in bodies:
        etree.fromstring(body, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))


def tables(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of every table of ours that has any."""
    names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
    rows = {name: db.execute(f'select * from "{name}"').fetchall() for name in names if not name.endswith(_SHADOWS)}  # noqa: S608
    return {name: found for name, found in rows.items() if found}


def emptied(home: Path) -> sqlite3.Connection:
    """Return a new database of the same form, with no triggers: what they count is among the rows."""
    with Home(home, {}, clock=lambda: NOW).facts() as facts:
        Classifications(facts)
        path = Path(facts.database.connection.execute("pragma database_list").fetchone()[2])
    db = sqlite3.connect(path)
    db.execute("pragma synchronous = normal")
    for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        db.execute(f'drop trigger "{name}"')
    for name in tables(db):
        db.execute(f'delete from "{name}"')  # noqa: S608
    db.commit()
    return db


def insert(db: sqlite3.Connection, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Store rows, and index the texts."""
    for name, known in rows.items():
        db.executemany(f'insert into "{name}" values ({", ".join("?" * len(known[0]))})', known)  # noqa: S608
    db.execute("insert into version_fts (rowid, title, text) select id, title, text from version")
    db.commit()


def write(folder: Path, files: list[bytes]) -> None:
    """Write every file three times, as with its twins."""
    for number, data in enumerate(files * 3):
        (folder / str(number)).write_bytes(data)


def bare_processes() -> dict[str, float]:
    """Return the megabytes of each process when all are there, shared memory divided among them (proportional set size)."""
    started = {name: _bare(imports) for name, imports in _PROCESSES.items()}
    for process in started.values():
        assert process.stdout
        process.stdout.readline()
    found = {name: _share(process.pid) for name, process in started.items()}
    for process in started.values():
        process.communicate("over")
    return found


def _bare(imports: str) -> "subprocess.Popen[str]":
    work = f"import {imports}; print(flush=True); input()"
    return subprocess.Popen([sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _share(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    found = documents(parser.parse_args().corpus / "feeds")
    collect_garbage_rarely()
    with tempfile.TemporaryDirectory(prefix="floor-") as home:
        app = Home(Path(home), {}, clock=lambda: NOW)
        with app.facts() as facts:
            one_pass(Stages(None), app, facts, found)
            rows, empty = tables(facts.database.connection), emptied(Path(home, "empty"))
            texts = [f"{title}\n{text}" for title, text in facts.database.execute("select title, text from version")]
            markup = [body for one in facts.items.all() for body in (one.item.summary, one.item.content) if body and "<" in body]
        files = [path.read_bytes() for path in Path(home, "public").rglob("*") if path.is_file() and path.suffix not in _TWINS]
        print()
        total = Total()
        total.run("lxml reads", lambda: read(list(found.values())))
        total.run("nh3 sanitises", lambda: [nh3.clean(body) for body in markup])
        total.run("SQLite stores and indexes", lambda: insert(empty, rows))
        total.run("re cuts into words", lambda: [word_pattern().findall(text) for text in texts])
        total.run("zlib packs", lambda: [gzip.compress(data) for data in files])
        total.run("brotli packs", lambda: [brotli.compress(data, quality=6) for data in files])
        total.run("files are written", lambda: write(Path(home), files))
        print(f"{'together':34} {total.seconds:6.3f} s\n")
    shares = bare_processes()
    for name, megabytes in (*shares.items(), ("together", sum(shares.values()))):
        print(f"{name:34} {megabytes:4.0f} MB")


if __name__ == "__main__":
    main()
