"""What grouping one item of a flood costs: many items of one template, beside ordinary news in the same run.

    python benchmarks/flood.py [--sizes 1000,10000] [--kinds names,rates,...] [--new 300]

A flood is stored and grouped, then `--new` more items of it are. They are measured, by processor time, and so are as
many ordinary ones that follow into the same database. The baseline is ordinary items in a database without a flood.
`edges` is how many likenesses an item of the flood brings, `found` how many copies of its items by other papers
are in the story of their original.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from benchmarks.wire import START, wire
from feeds.stories.grouping_pass import group_new
from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed, Source
from ingest.poll_state import Outcome, SourceState
from ingest.store.facts import Facts

_DAYS: Final = 5  # over which a flood is spread, however large
_PAPERS: Final = 50  # of a flood from many sources
_EVERY: Final = 10  # item of those measured is also carried by another paper
_ADDED: Final = "Read more on our pages."


@dataclass(frozen=True, slots=True)
class Flood:
    """A kind of flood: what its item number N says, and how many sources carry it."""

    said: Callable[[random.Random, int], tuple[str, str]]  # title, text
    language: str = "en"
    papers: int = 1


def _name(chance: random.Random, letters: str = "bdfgklmnprst", vowels: str = "aeiou") -> str:
    return "".join(chance.choice(letters) + chance.choice(vowels) for _ in range(chance.randint(2, 4))).capitalize()


def _warning(chance: random.Random, _: int) -> tuple[str, str]:
    town, county = _name(chance), _name(chance)
    text = (
        f"The weather service has issued a flood warning for {town} in {county} county. Heavy rain is expected from the west "
        f"until the evening and rivers near {town} may rise quickly. Residents are asked to stay away from the water and to "
        "listen to the instructions of the rescue services. The warning is in force until further notice."
    )
    return f"Flood warning issued for {town}, {county} county", text


def _rates(chance: random.Random, _: int) -> tuple[str, str]:
    euro, pound, yen, franc = (f"{chance.uniform(1, 90):.4f}" for _ in range(4))
    text = f"One dollar buys {euro} euro, {pound} pounds, {yen} yen and {franc} francs. The rates are those of the central bank."
    return f"Exchange rates: the dollar at {euro} euro and {pound} pounds", text


def _quake(chance: random.Random, number: int) -> tuple[str, str]:
    size, deep, town = f"{chance.uniform(2, 6):.1f}", chance.randint(3, 90), _name(chance)
    text = f"Magnitude {size}. Depth {deep} km. {chance.randint(2, 80)} km from {town}. Event {number:08}. Automatic solution."
    return f"M {size} - {chance.randint(2, 80)} km S of {town}", text


def _arabic(chance: random.Random, _: int) -> tuple[str, str]:
    town = _name(chance, "بتثجحخدرزسش", "اوي").lower()
    text = (
        f"أصدرت الأرصاد الجوية تحذيرا من السيول في مدينة {town} والمناطق المجاورة لها. ومن المتوقع هطول أمطار غزيرة حتى المساء، "
        f"ودعت السلطات سكان {town} إلى الابتعاد عن مجاري الأودية واتباع تعليمات الدفاع المدني حتى إشعار آخر."
    )
    return f"تحذير من السيول في مدينة {town} حتى المساء", text


def _japanese(chance: random.Random, _: int) -> tuple[str, str]:
    town = "".join(chance.choice("山川田中村上下本北南東西島松林森") for _ in range(3))
    text = (
        f"気象台は{town}市に大雨警報を発表しました。夕方まで激しい雨が降る見込みです。"
        f"{town}市は住民に川に近づかないよう呼びかけています。"
    )
    return f"{town}市に大雨警報　気象台が発表", text


def _russian(chance: random.Random, _: int) -> tuple[str, str]:
    town, dead = _name(chance, "бвгдклмнпрст", "аеиоу"), chance.randint(2, 40)
    text = (
        f"В городе {town} объявлено штормовое предупреждение, сообщает гидрометцентр. До вечера ожидаются сильный дождь и ветер до "
        f"{dead} метров в секунду. Жителей города {town} просят не подходить к реке и следить за сообщениями спасателей."
    )
    return f"Штормовое предупреждение объявлено в городе {town}", text


def _one_title(chance: random.Random, number: int) -> tuple[str, str]:
    words = [_name(chance).lower() for _ in range(60)]
    return "Minutes of the meeting of the town council", f"Item {number}. {' '.join(words)}."


def _title_alone(chance: random.Random, _: int) -> tuple[str, str]:
    return f"Man held after stabbing near {_name(chance)} station in {_name(chance)}", ""


def _one_title_alone(_: random.Random, __: int) -> tuple[str, str]:
    return "Police appeal for witnesses after crash on the coast road", ""


def _late(chance: random.Random, number: int) -> tuple[str, str]:
    """Return one article with another end each time: all are one story, however many."""
    title, text = _warning(random.Random(1), 1)
    return title, f"{text} Reference {number}, {_name(chance)}."


KINDS: Final = {
    "names": Flood(_warning),
    "names, many papers": Flood(_warning, papers=_PAPERS),
    "rates": Flood(_rates),
    "quakes": Flood(_quake),
    "quakes, many papers": Flood(_quake, papers=_PAPERS),
    "ar": Flood(_arabic, "ar"),
    "ja": Flood(_japanese, "ja"),
    "ru": Flood(_russian, "ru"),
    "one title": Flood(_one_title),
    "one title, many papers": Flood(_one_title, papers=_PAPERS),
    "titles alone": Flood(_title_alone),
    "titles alone, many papers": Flood(_title_alone, papers=_PAPERS),
    "one title alone": Flood(_one_title_alone),
    "one title alone, many papers": Flood(_one_title_alone, papers=_PAPERS),
    "end alone": Flood(_late),
    "end alone, many papers": Flood(_late, papers=_PAPERS),
}
"""The floods that are tried."""


def items(flood: Flood, numbers: range, of: int, seed: int = 7) -> Iterator[tuple[str, Item]]:
    """Return items of a flood of `of` items, each with the name of its source."""
    for number in numbers:
        title, text = flood.said(random.Random(seed * 1_000_003 + number), number)
        source = f"agency{number % flood.papers}"
        moment = START + timedelta(days=_DAYS) * (number / of)
        url = f"https://{source}.example/{number}"
        yield source, Item(f"{number}", url, title, text=text, language=flood.language, published=moment)


def copies(flood: Iterable[tuple[str, Item]]) -> Iterator[tuple[str, Item]]:
    """Return every tenth item as another paper carries it an hour later."""
    for number, (_, item) in enumerate(flood):
        if number % _EVERY == 0:
            text = f"{item.text} {_ADDED}" if item.text else ""
            later = (item.published or START) + timedelta(hours=1)
            name = f"copy of {item.guid}"
            yield "gazette", Item(name, f"https://gazette.example/{item.guid}", item.title, text=text, published=later)


def ordinary(count: int) -> Iterator[tuple[str, Item]]:
    """Return ordinary news: a synthetic wire."""
    for piece in wire(count // 5 + 1, seed=11)[:count]:
        yield piece.source, Item(piece.id, piece.url, piece.title, text=piece.text, language="en", published=piece.published)


def store(facts: Facts, found: Iterable[tuple[str, Item]], now: datetime) -> None:
    """Store items as their sources serve them."""
    ordered = sorted(found, key=lambda one: one[0])
    for name, group in groupby(ordered, key=lambda one: one[0]):
        source = Source(f"https://{name}.example/feed", title=name)
        feed = ParsedFeed(document_keys(tuple(item for _, item in group)))
        facts.polls.record([(Outcome(source, now, feed=feed), SourceState(last_poll=now))])


def cost(facts: Facts, found: Iterable[tuple[str, Item]], now: datetime) -> float:
    """Store items and group them; return the seconds an item."""
    store(facts, found, now)
    begun = time.process_time()  # the machine may have other work
    looked = group_new(facts, now)
    return (time.process_time() - begun) / max(looked, 1)


def measured(flood: Flood, size: int, new: int) -> tuple[float, float, float, float]:
    """Return the seconds an item of a flood, an ordinary item beside it, the edges an item, and the share of copies found."""
    now = START + timedelta(days=_DAYS)
    with tempfile.TemporaryDirectory() as folder, Facts(Path(folder) / "topicwire.db") as facts:
        facts.database.connection.execute("PRAGMA synchronous=OFF")
        total = size + new
        store(facts, items(flood, range(size), total), now)
        group_new(facts, now)
        before = _count(facts, "story_edge")
        taken = cost(facts, items(flood, range(size, total), total), now)
        edges = (_count(facts, "story_edge") - before) / new
        store(facts, copies(items(flood, range(size, total), total)), now)
        group_new(facts, now)
        return taken, cost(facts, ordinary(new), now), edges, _found(facts)


def _count(facts: Facts, table: str) -> int:
    return int(facts.database.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608 - constants


def _found(facts: Facts) -> float:
    """Return the share of copies that are in the story of their original."""
    rows = facts.database.execute(
        """select c.item_id, exists (select 1 from story s join story t on t.story_id = s.story_id
        where s.item_id = c.item_id and t.item_id = o.item_id)
        from sighting c join sighting o on o.guid = substr(c.guid, 9) where c.guid like 'copy of %'"""
    ).fetchall()
    return sum(there for _, there in rows) / len(rows) if rows else 1.0


def main() -> None:
    """Measure each kind at each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--kinds", default=";".join(KINDS), help="separated by semicolons")
    parser.add_argument("--new", type=int, default=300)
    options = parser.parse_args()
    with Facts(Path(":memory:")) as facts:
        store(facts, ordinary(1_000), START)
        group_new(facts, START)  # what Python remembers of words is no part of the cost
    with tempfile.TemporaryDirectory() as folder, Facts(Path(folder) / "topicwire.db") as facts:
        facts.database.connection.execute("PRAGMA synchronous=OFF")
        base = cost(facts, ordinary(options.new), START + timedelta(days=_DAYS))
    print(f"an ordinary item alone: {base * 1000:.2f} ms")
    for kind in options.kinds.split(";"):
        for size in map(int, options.sizes.split(",")):
            taken, beside, edges, found = measured(KINDS[kind], size, options.new)
            print(f"{kind:30}{size:>7} stored: {taken * 1000:7.2f} ms an item, {taken / base:6.2f} times;", end=" ")
            print(f"ordinary beside it {beside / base:5.2f} times;", end=" ")
            print(f"{edges:6.1f} edges an item; copies found {found:.0%}", flush=True)


if __name__ == "__main__":
    main()
