"""Freezes the database of today's schema, and hashes migrations: what a new migration needs beside it.

python tests/make_frozen.py

It prints the lines that tests/golden/migrations.txt lacks, and writes the database that tests/golden/databases lacks.
A line or a file that is there is never changed.
"""

import ast
import gzip
import hashlib
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from making import HARBOUR, Cli, write_topic  # noqa: E402 - found by the path of the line before
from support import NOON, TEXT, Clock, FakeWeb, rss, rss_item  # noqa: E402

DATABASES: Final = ROOT / "tests" / "golden" / "databases"  # each made by the program whose last migration it is named after
LINES: Final = ROOT / "tests" / "golden" / "migrations.txt"
SCHEMAS: Final = {"ingest": ROOT / "ingest" / "store" / "migrations.py", "feeds": ROOT / "feeds" / "store" / "migrations.py"}
PORT: Final = 18099  # of the sources of every frozen database; nobody listens there later


def migrations() -> Iterator[tuple[str, str]]:
    """Yield every migration's name, and a hash of its text and of the functions beside it that it uses."""
    for family, path in SCHEMAS.items():
        source = path.read_text(encoding="utf-8")
        functions = {one.name: one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef)}
        for name, function in functions.items():
            if any(ast.unparse(mark) == "migrations()" for mark in function.decorator_list):
                used, waiting = {name}, [function]
                while waiting:
                    named = {node.id for node in ast.walk(waiting.pop()) if isinstance(node, ast.Name)}
                    fresh = (named & functions.keys()) - used
                    used |= fresh
                    waiting += [functions[other] for other in fresh]
                said = "\n".join(str(ast.get_source_segment(source, functions[other])) for other in sorted(used))
                yield f"{family} {name}", hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def landed() -> dict[str, str]:
    """Return the hash of every migration that has a line, by its name."""
    return dict(line.rsplit(" ", 1) for line in LINES.read_text(encoding="utf-8").splitlines())


def missing_lines() -> list[str]:
    """Return the lines of the migrations that have none, oldest first."""
    known = landed()
    return [f"{name} {hashed}" for name, hashed in migrations() if name not in known]


def frozen() -> list[Path]:
    """Return the frozen databases, oldest first."""
    return sorted(DATABASES.glob("*.db.gz"), key=_number)


def missing_database() -> Path | None:
    """Return the path of the database that has to be frozen: None if the newest one has every migration."""
    newest = frozen()[-1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frozen.db"
        path.write_bytes(gzip.decompress(newest.read_bytes()))
        with closing(sqlite3.connect(path)) as db:
            known = {f"{family} {name}" for family, name in db.execute("select migration_set, name from _sqlite_migrations")}
    fresh = [name for name, _ in migrations() if name not in known]
    return DATABASES / f"{_number(newest) + 1}-{fresh[-1].partition(' ')[2]}.db.gz" if fresh else None


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def database(home: Path, port: int = PORT) -> bytes:
    """Poll, classify, review and publish in an empty home; return the database: four items, of which two are one story.

    The sources are served at a port of the loopback address; 0 is any free one.
    """
    cli = Cli(home, clock=Clock(NOON - timedelta(days=1)))
    write_topic(home, HARBOUR)
    said, date = f"{TEXT} The museum has asked for the wheel.", "Sat, 28 Feb 2026 10:00:00 GMT"
    ferry = rss_item("The last ferry leaves the harbour", "http://post.example/ferry?ref=rss", guid="p1", date=date, text=said)
    bakery = rss_item("The bakery reopens", "http://post.example/bakery", guid="p2", date=date, text="A bakery opens again.")
    hurt = "Nobody was hurt when two boats collided in the harbour."
    boats = rss_item("Two boats collide in the harbour", "http://post.example/boats", guid="p3", date=date, text=hurt)
    copied = said.replace("Some forty", "About forty")
    copy = rss_item("Last ferry leaves the harbour for good", "http://gazette.example/4711", guid="g1", date=date, text=copied)
    review = ["review", "accept", "p2", "--topic", "harbour", "--reason", "it is about the quay"]
    web = FakeWeb()
    web.open(port)
    cli.settings["fetch.allow"] = web.allow
    try:
        web.serve("/post.xml", rss(ferry, bakery, boats, link="http://post.example/"))
        web.serve("/gazette.xml", rss(copy, title="The Gazette", link="http://gazette.example/"))
        cli.poll(web.url("/post.xml"), web.url("/gazette.xml"))
        for command in (["poll"], ["publish"], review, ["publish"]):
            done = cli(*command)
            if done.exit_code:
                raise AssertionError(f"{' '.join(command)}: {done.output}")
    finally:
        web.close()
    with closing(sqlite3.connect(home / "topicwire.db")) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    return (home / "topicwire.db").read_bytes()


def main() -> None:
    """Say which lines are missing, and write the database that is missing."""
    for line in missing_lines():
        sys.stdout.write(f"{line}\n")
    path = missing_database()
    if path is not None:
        with tempfile.TemporaryDirectory() as home:
            path.write_bytes(gzip.compress(database(Path(home)), mtime=0))
        sys.stderr.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
