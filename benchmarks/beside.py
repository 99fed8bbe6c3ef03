"""Whether two commands may run in one home at the same time.

`python benchmarks/beside.py [--only COMMAND...]` starts each pair of commands (with `--only`: those with one of them) at
once in a small home with 400 items and ten feeds on loopback. It prints the pairs of which one failed, with what it said, and
fails where the database is damaged, an item is doubled, an error speaks of a lock, or the published files differ from the
database after the next pass. A refusal in one line is none of these.
"""

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[0:1] = [str(ROOT), str(ROOT / "tests")]  # not this folder: it has a script called as the package

from killing import Ended, Forking
from making import about, carry, home_at, write_topic
from support import NOON, FakeWeb, rss, rss_item

from feeds.cli.home import topics_of
from topicwire_service import classify_and_publish

_COMMANDS: Final = {
    "poll": "poll --all",
    "run": "run --once",
    "ingest": "ingest URL",
    "publish": "publish",
    "purge": "purge --compact",
    "forget": "forget urn:item:3 --yes",
    "backup": "backup --force FOLDER/copy.db",
    "restore": "restore FOLDER/backup.db",
    "review": "review accept urn:item:5 --topic harbour --reason x",
    "topics new": "topics new boats",
    "topics retire": "topics retire harbour",
    "sources add": "sources add --anyway URL",
    "items": "items",
    "search": "search boat",
    "export": "export --topic harbour --format csv",
}


def furnish(home: Path, web: FakeWeb) -> str:
    """Make a home in which there is something to do for every command; return the address of one of its feeds."""
    home.mkdir()
    write_topic(home)
    urls = []
    for feed in range(10):
        boats = (
            rss_item(
                f"Boat {feed}-{one} in the harbour", f"http://h.example/{feed}/{one}", guid=f"b{feed}-{one}", text=f"It is {one}."
            )
            for one in range(20)
        )
        urls.append(web.serve(f"/{feed}", rss(*boats), delay=0.02))
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    (home / "sources.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
    made = home_at(home)
    with made.facts() as facts:
        carry(facts, [about(number) for number in range(150)])
        classify_and_publish(made, facts, topics_of(made))
        carry(facts, [about(number) for number in range(150, 300)])
        carry(facts, [about(number, "a bakery opens") for number in range(300, 400)])
    return urls[0]


def wrong(home: Path, run: Forking, ended: dict[str, Ended]) -> Iterator[str]:
    """Yield what must not be after two commands."""
    for name, one in ended.items():
        if "locked" in one.said or "Traceback" in one.said or one.left:
            yield f"{name}: {one.said.strip()}"
    with closing(sqlite3.connect(home / "topicwire.db")) as db:
        if (found := db.execute("pragma integrity_check").fetchone()) != ("ok",):
            yield f"damage: {found[0]}"
        if doubled := db.execute("select guid from sighting group by guid, source_id having count(*) > 1").fetchall():
            yield f"doubled: {doubled[0][0]}"
    if (done := run("run", "--once", now=NOON)).code:
        yield f"the next pass failed: {done.said.strip()}"
    rows = map(json.loads, run("doctor", "--json", now=NOON).said.splitlines())
    yield from (row["what"] for row in rows if row["area"] in {"database", "files"} and row["state"] == "failed")


def main() -> None:
    """Start the pairs and look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=list(_COMMANDS), choices=list(_COMMANDS))
    chosen = parser.parse_args().only
    pairs = [pair for pair in combinations_with_replacement(_COMMANDS, 2) if set(pair) & set(chosen)]
    faults = refused = 0
    with tempfile.TemporaryDirectory() as folder, FakeWeb() as web, ThreadPoolExecutor(2) as pool:
        whole, home = Path(folder) / "whole", Path(folder) / "home"
        url = furnish(whole, web)
        commands = {name: words.replace("URL", url).replace("FOLDER", folder).split() for name, words in _COMMANDS.items()}
        settings = {"fetch.allow": web.allow, "retention.untagged_days": "1"}
        with Forking(home, settings) as one, Forking(home, settings) as two:
            shutil.copytree(whole, home)
            one("backup", f"{folder}/backup.db", now=NOON)
            for pair in pairs:
                shutil.rmtree(home)
                shutil.copytree(whole, home)
                begun = [pool.submit(run, *commands[name], now=NOON) for run, name in zip((one, two), pair, strict=True)]
                ended = dict(zip((f"1 {pair[0]}", f"2 {pair[1]}"), (done.result() for done in begun), strict=True))
                refused += sum(bool(done.code) for done in ended.values())
                for name, done in ended.items():
                    if done.code:
                        print(f"{' + '.join(pair)}: {name[2:]} ended with {done.code}: {done.said.strip()[-200:]}", flush=True)
                for what in wrong(home, one, ended):
                    faults += 1
                    print(f"{' + '.join(pair)}: FAULT {what}", flush=True)
    print(f"{len(pairs)} pairs, {refused} refusals, {faults} faults")
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
