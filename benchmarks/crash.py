"""Whether anything gets lost, doubled, spoilt or older when topicwire is killed at any moment.

`python benchmarks/crash.py [--kills N] [--seed S] [--only OPERATION...]` publishes a small home from a web on
loopback that changes all the time, and kills (SIGKILL) a pass, `ingest`, `publish`, `backup`, `restore`, `purge`, `forget` and
the upgrade of an older database N times (1,000): at a step of its work that is chosen by chance, a statement or a change of a
file, or up to some milliseconds later. After each kill the files must be whole and not older; then a pass is made, and database,
feeds and pages must say what the web says: each item once, in its newest words, and no erased one. It prints the kills by
operation, and each fault with the step at which it can be made again.
"""

import argparse
import gzip
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[0:1] = [str(ROOT), str(ROOT / "tests")]  # not this folder: it has a script called as the package

from killing import Ended, Forking, Kill
from lxml import etree
from making import write_topic
from support import NOON, FakeWeb, rss, rss_item

ATOM: Final = "{http://www.w3.org/2005/Atom}"
_FEEDS: Final = 6
SETTINGS: Final = {"publish.entries": "12", "retention.untagged_days": "2", "fetch.timeout": "10"}
_OLD: Final = sorted((ROOT / "tests" / "golden" / "databases").glob("*.gz"))


@dataclass
class Story:
    """An item as the web has it."""

    guid: str
    feed: int
    title: str
    is_tagged: bool
    is_served: bool = True


@dataclass
class World:
    """A web that changes, and what is true of it."""

    web: FakeWeb
    chance: random.Random
    stories: dict[str, Story] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    edition: int = 0

    def change(self) -> None:
        """Add some stories, correct one, let an old one leave its feed; serve all feeds anew."""
        self.edition += 1
        for place in range(self.chance.randint(1, 3)):
            number = len(self.stories) + 1
            is_tagged = not place or self.chance.random() < 0.4  # each change is one of the feed
            title = f"{_name(number)}: a {'ferry' if is_tagged else 'market'} in the harbour of {_name(number + 100_000)}"
            self.stories[f"urn:{number}"] = Story(f"urn:{number}", self.chance.randrange(_FEEDS), title, is_tagged)
        served = [one for one in self.stories.values() if one.is_served]
        corrected = self.chance.choice(served)
        corrected.title = corrected.title.partition(" (")[0] + f" (corrected {self.edition})"
        leaving = [one for one in served if one is not corrected and not (one.is_tagged and one.guid in self.forgotten)]
        if len(served) > 60 and leaving:
            leaving[self.chance.randrange(min(40, len(leaving)))].is_served = False
        self.serve()

    def serve(self) -> None:
        """Serve every feed as it is now."""
        for feed in range(_FEEDS):
            here = [one for one in self.stories.values() if one.feed == feed and one.is_served]
            items = (_item(one) for one in reversed(here))
            self.web.serve(f"/{feed}", rss(*items, title=f"Post {feed}"), etag=f'"{feed}-{self.edition}"')

    def urls(self) -> Iterator[str]:
        """Yield the addresses of the feeds."""
        return (self.web.url(f"/{feed}") for feed in range(_FEEDS))


def _name(number: int) -> str:
    """Return a name of its own for each number, so that no two stories are alike."""
    letters = ""
    for _ in range(4):
        number, digit = divmod(number * 31 + 17, 21)
        letters += "bcdfghjklmnpqrstvwxyz"[digit] + "aeiou"[number % 5]
    return letters.capitalize()


def _item(one: Story) -> str:
    number = one.guid.partition(":")[2]
    return rss_item(one.title, f"http://harbour.example/{number}", guid=one.guid, text=f"What {_name(int(number))} said of it.")


@dataclass
class Watcher:
    """What subscribers have seen so far: nothing may ever be older."""

    home: Path
    updated: dict[str, str] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)
    feeds: dict[str, str] = field(default_factory=dict)

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the published files as they lie there."""
        for path in sorted((self.home / "public").rglob("*")):
            if path.is_file() and not path.name.startswith(".topicwire-"):
                yield from self._of(path)

    def _of(self, path: Path) -> Iterator[str]:
        name, data = str(path.relative_to(self.home)), path.read_bytes()
        moment = path.stat().st_mtime
        if path.suffix in {".atom", ".rss", ".opml", ".xml"}:
            try:
                root = etree.fromstring(data)
            except etree.XMLSyntaxError as fault:
                yield f"{name}: {fault}"
                return
            if path.suffix == ".atom":
                yield from self._entries(name, root)
        elif path.suffix == ".json":
            json.loads(data)
        elif path.suffix == ".html" and not data.rstrip().endswith(b"</html>"):
            yield f"{name}: half a page"
        elif path.suffix == ".gz":
            try:
                gzip.decompress(data)
            except (OSError, EOFError) as fault:
                yield f"{name}: {fault}"
        if path.suffix in {".atom", ".rss", ".json"}:
            if moment < self.times.get(name, 0.0):
                yield f"{name}: its time went back"
            self.times[name] = moment

    def _entries(self, name: str, root: etree._Element) -> Iterator[str]:
        updated = str(root.findtext(f"{ATOM}updated"))
        if updated < self.feeds.get(name, ""):
            yield f"{name}: updated went back from {self.feeds[name]} to {updated}"
        self.feeds[name] = updated
        ids = Counter(entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry"))
        yield from (f"{name}: {one} is there {count} times" for one, count in ids.items() if count > 1)
        if "archive" in name:
            return
        for entry in root.iter(f"{ATOM}entry"):
            key, moment = str(entry.findtext(f"{ATOM}id")), str(entry.findtext(f"{ATOM}updated"))
            if moment < self.updated.get(key, ""):
                yield f"{name}: {key} is older than before"
            self.updated[key] = moment


def database_faults(home: Path, world: World) -> Iterator[str]:
    """Yield what is wrong with the database after a pass: damage, lost, doubled, old, and erased items."""
    with closing(sqlite3.connect(home / "topicwire.db")) as db:
        if (found := db.execute("pragma integrity_check").fetchall()) != [("ok",)]:
            yield f"damage: {found[0][0]}"
        if broken := db.execute("pragma foreign_key_check").fetchall():
            yield f"a reference to nothing: {broken[0]}"
        rows = db.execute(
            """select g.guid, v.title, exists (select 1 from tag where item_id = i.id) from sighting g
            join item i on i.id = g.item_id join version v on v.id = i.version_id where g.guid like 'urn:%'"""
        ).fetchall()
        items = Counter(guid for guid, *_ in rows)
        yield from (f"{guid} is stored {count} times" for guid, count in items.items() if count > 1)
        known = {guid: (title, bool(tagged)) for guid, title, tagged in rows}
        for one in world.stories.values():
            if one.guid in world.forgotten:
                if one.guid in known:
                    yield f"{one.guid} was erased and is back"
            elif one.guid not in known:
                if one.is_served or one.is_tagged:
                    yield f"{one.guid} is lost"
            elif one.is_served and known[one.guid] != (one.title, one.is_tagged):
                yield f"{one.guid} is {known[one.guid]}, not {(one.title, one.is_tagged)}"


def feed_faults(home: Path, world: World) -> Iterator[str]:
    """Yield what the feed with its archives lacks or has too much."""
    titles: Counter[str] = Counter()
    for path in (home / "public").glob("harbour*.atom"):
        root = etree.fromstring(path.read_bytes())
        titles.update({str(entry.findtext(f"{ATOM}title")).partition(" (")[0] for entry in root.iter(f"{ATOM}entry")})
    for one in world.stories.values():
        told = one.title.partition(" (")[0] in titles
        if one.is_tagged and one.guid not in world.forgotten and not told:
            yield f"{one.guid} is in no document of the feed"
        if told and one.guid in world.forgotten:
            yield f"{one.guid} was erased and is still in the feed"
        if told and not one.is_tagged:
            yield f"{one.guid} is in the feed and has no tag"


def leftovers(home: Path) -> Iterator[str]:
    """Yield unfinished files."""
    yield from (f"{path.relative_to(home)} is left" for path in home.rglob(".topicwire-*"))


@dataclass
class Crash:
    """One home, and the kills in it."""

    home: Path
    world: World
    run: Forking
    chance: random.Random
    now: datetime = NOON
    changes: int = 12  # before the first pass
    steps: dict[str, int] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)  # each is told once

    def __post_init__(self) -> None:
        """Publish for the first time."""
        self.watcher = Watcher(self.home)
        self.operations: dict[str, Callable[[Kill | None], Ended]] = {
            "pass": self._pass,
            "pass, real parsers": self._real_pass,
            "ingest": self._ingest,
            "publish": self._publish,
            "backup": self._backup,
            "restore": self._restore,
            "purge": self._purge,
            "forget": self._forget,
            "upgrade": self._upgrade,
        }
        for _ in range(self.changes):
            self.world.change()
        self._go("poll", "--all")

    def _go(self, *arguments: str, kill: Kill | None = None, quick: bool = True) -> Ended:
        self.now += timedelta(minutes=7)
        return self.run(*arguments, now=self.now, kill=kill, quick=quick)

    def _pass(self, kill: Kill | None) -> Ended:
        self.now += timedelta(hours=5)
        self.world.change()
        return self._go("poll", "--all", kill=kill)

    def _real_pass(self, kill: Kill | None) -> Ended:
        self.now += timedelta(hours=5)
        self.world.change()
        return self._go("poll", "--all", kill=kill, quick=False)

    def _ingest(self, kill: Kill | None) -> Ended:
        self.world.change()
        return self._go("ingest", *self.world.urls(), kill=kill)

    def _publish(self, kill: Kill | None) -> Ended:
        self.world.change()
        self._go("ingest", "--no-publish", *self.world.urls())
        return self._go("publish", kill=kill)

    def _backup(self, kill: Kill | None) -> Ended:
        target = self.home.parent / "backups" / "copy.db"
        target.parent.mkdir(exist_ok=True)
        ended = self._go("backup", "--force", str(target), kill=kill)
        if target.exists():
            with closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as db:
                if db.execute("pragma integrity_check").fetchall() != [("ok",)]:
                    self.faults.append("a backup is damaged")
        self._go("backup", "--force", str(target))
        self.faults += [f"beside the backup: {one}" for one in leftovers(target.parent)]
        return ended

    def _restore(self, kill: Kill | None) -> Ended:
        self._backup(None)
        ended = self._go("restore", str(self.home.parent / "backups" / "copy.db"), kill=kill)
        with closing(sqlite3.connect(self.home / "topicwire.db")) as db:
            if not db.execute("select count(*) from item").fetchone()[0]:
                self.faults.append("after a restore the database is empty")
        for path in self.home.glob("topicwire.db.replaced-*"):
            path.unlink()
        return ended

    def _purge(self, kill: Kill | None) -> Ended:
        self.now += timedelta(days=3)
        return self._go("purge", kill=kill)

    def _forget(self, kill: Kill | None) -> Ended:
        known = [
            one for one in self.world.stories.values() if one.is_served and one.is_tagged and one.guid not in self.world.forgotten
        ]
        one = self.chance.choice(known)
        ended = self._go("forget", one.guid, "--yes", kill=kill)
        again = self._go("forget", one.guid, "--yes")
        if again.code and "no stored item" not in again.said:
            self.faults.append(f"forget cannot be finished: {again.said.strip()}")
        self.world.forgotten.add(one.guid)
        words = one.title.partition(":")[0].encode()  # a name of its own
        self.faults += [
            f"{path.name} still holds what was erased"
            for path in self.home.rglob("*")
            if path.is_file() and words in path.read_bytes()
        ]
        return ended

    def _upgrade(self, kill: Kill | None) -> Ended:
        """Bring a database of an earlier program up to date, in a home of its own."""
        folder = self.home.parent / "older"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        write_topic(folder)
        (folder / "topicwire.db").write_bytes(gzip.decompress(self.chance.choice(_OLD).read_bytes()))
        before = _guids(folder)
        home, self.run.home = self.run.home, folder
        try:
            ended = self._go("run", "--once", kill=kill)
            again = self._go("run", "--once")
        finally:
            self.run.home = home
        if again.code or _guids(folder) != before:
            self.faults.append(f"an upgrade that was killed cannot be made: {again.said}")
        self.faults += [f"after an upgrade: {one}" for one in leftovers(folder)]
        return ended

    def measured(self, name: str) -> Ended:
        """Let an operation come to its end; return how it went."""
        done = self.operations[name](None)
        self.steps[name] = len(done.steps)
        return done

    def kill(self, name: str, kill: Kill | None = None) -> None:
        """Kill an operation, then look whether all is well."""
        work = self.operations[name]
        if name not in self.steps:
            self.measured(name)
        chosen = kill or Kill(
            self.chance.randint(1, max(1, round(self.steps[name] * 1.1))),
            self.chance.choice([0.0, 0.0, 0.001, 0.003, 0.01]) * self.chance.random(),
        )
        known = len(self.faults)
        ended = work(chosen)
        (self.killed if ended.is_killed else self.ended)[name] += 1
        if not ended.is_killed:
            self.steps[name] = len(ended.steps)
            if ended.code:
                self.faults.append(f"it failed: {ended.said.strip()}")
        if ended.left:
            self.faults.append(f"{len(ended.left)} processes are left")
        self.faults += [f"after the kill: {one}" for one in self.watcher.faults()]
        self._look()
        self.faults[known:] = [one for one in self.faults[known:] if one not in self.known]
        self.known.update(self.faults[known:])
        for place in range(known, len(self.faults)):
            self.faults[place] = f"{name} killed at {chosen} ({ended.steps[-1][:80] if ended.steps else ''}): {self.faults[place]}"
            print(self.faults[place], flush=True)

    def _look(self) -> None:
        done = self._go("poll", "--all")
        if done.code:
            self.faults.append(f"the next pass failed: {done.said.strip()}")
        for found in (database_faults(self.home, self.world), feed_faults(self.home, self.world), self.watcher.faults()):
            self.faults += found
        self.faults += leftovers(self.home)
        if self.chance.random() < 0.1:
            done = self._go("doctor", "--json")
            self.faults += [
                row["what"]
                for row in map(json.loads, done.said.splitlines())
                if row["area"] in {"database", "files"} and row["state"] != "ok"
            ]


def _guids(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "topicwire.db")) as db:
        return sorted(guid for (guid,) in db.execute("select guid from sighting"))


def furnish(home: Path, world: World) -> None:
    """Make a home with one topic that polls the feeds of the world."""
    home.mkdir()
    write_topic(home)
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in world.urls())
    (home / "sources.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")


def main() -> None:
    """Kill and look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    began = time.monotonic()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - no power is cut here: waiting for a disk proves nothing
    with tempfile.TemporaryDirectory(dir=memory) as folder, FakeWeb() as web:
        home = Path(folder) / "home"
        world = World(web, chance)
        furnish(home, world)
        with Forking(home, SETTINGS | {"fetch.allow": web.allow}) as run:
            crash = Crash(home, world, run, chance)
            names = asked.only or list(crash.operations)
            while crash.killed.total() < asked.kills:
                crash.kill(chance.choice(names))
                if (done := crash.killed.total()) % 50 == 0:
                    print(f"{done} kills, {len(crash.faults)} faults, {time.monotonic() - began:.0f} s", flush=True)
    for name in names:
        print(f"{name:20} {crash.killed[name]:5} kills, {crash.ended[name]:4} came to their end")
    print(
        f"{crash.killed.total()} kills, {len(crash.faults)} faults, {len(world.stories)} stories, {time.monotonic() - began:.0f} s"
    )
    raise SystemExit(1 if crash.faults else 0)


if __name__ == "__main__":
    main()
