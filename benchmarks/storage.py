"""How many bytes an item takes, by table and index, and what packing the markup saves.

    python benchmarks/storage.py --corpus DIR [--most N]

DIR holds `feeds/`. The documents are stored, grouped, classified and published as in `benchmarks/stages.py`. It prints the
bytes of the largest tables and indexes for each item, by SQLite's own count of pages, and the bytes of summary and markup of
a version: as they are, compressed alone, and packed with the text as the program does; with the microseconds of each.
"""

import argparse
import sqlite3
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from stages import NOW, Stages, documents, one_pass

from ingest.polling.home import Home
from ingest.store.facts import Facts
from ingest.text.markup import pack, unpack

Texts = tuple[str | None, str | None, str]  # summary, markup, text


def by_table(path: Path, most: int) -> None:
    """Print the bytes of the largest tables and indexes for each item."""
    with closing(sqlite3.connect(path)) as db:
        (items,) = db.execute("select count(*) from item").fetchone()
        print(f"\n{path.stat().st_size / items:9,.0f} bytes an item, of {items:,} items")
        for name, size in db.execute("select name, sum(pgsize) from dbstat group by 1 order by 2 desc limit ?", [most]):
            print(f"{size / items:9,.0f}  {name}")


def measured(said: str, texts: Sequence[Texts], work: Callable[[Texts], int]) -> None:
    """Print the mean of what some work returns, and its microseconds."""
    began = time.process_time()
    size = sum(map(work, texts)) / len(texts)
    print(f"{size:9,.0f}  {said}, {(time.process_time() - began) / len(texts) * 1e6:.0f} µs")


def main() -> None:
    """Store, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--most", type=int, default=12)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="storage-") as folder:
        home = Home(Path(folder), {}, lambda: NOW)
        with home.facts() as facts:
            one_pass(Stages(None), home, facts, documents(chosen.corpus / "feeds"))
        by_table(home.database_path, chosen.most)
        with Facts(home.database_path) as facts:
            texts = [(one.item.summary, one.item.content, one.item.text) for one in facts.items.all()]
    print("\nbytes of summary and markup of an item:")
    packed = {one: pack(*one) for one in texts}
    measured("as they are", texts, lambda one: len((one[0] or "").encode()) + len((one[1] or "").encode()))
    measured("compressed alone", texts, lambda one: len(zlib.compress(f"{one[0]} {one[1]}".encode())))
    measured("packed with the text", texts, lambda one: len(pack(*one)))
    measured("read again", texts, lambda one: len(packed[one]) if unpack(packed[one], one[2]) else 0)


if __name__ == "__main__":
    main()
