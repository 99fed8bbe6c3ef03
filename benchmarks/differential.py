"""Reads every document of a folder with our reader and with feedparser, and prints each field in which they differ.

    python benchmarks/differential.py --corpus DIR [--mutants N]

DIR holds `feeds/`. With mutants each document is also read reordered, cut off, re-encoded and with its prefixes renamed, N times.
"""

import argparse
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from agreement import differences, feedparser_read, lxml_read
from mutants import mutants

from ingest.errors import ParseError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def main() -> None:
    """Compare, print, and end with 1 when there is a difference that nobody accepted."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--mutants", type=int, default=0)
    chosen = options.parse_args()
    read = left = differing = 0
    for path in sorted((chosen.corpus / "feeds").iterdir()):
        body = path.read_bytes()
        chance = random.Random(path.name)
        for name, document in [("", body), *(m for _ in range(chosen.mutants) for m in mutants(body, chance))]:
            try:
                mine = lxml_read(document)
                found = differences(mine, feedparser_read(document), NOW) if mine else []
            except ParseError as fault:
                print(f"{path.name} {name}: {fault}")
                continue
            read, left, differing = read + 1, left + (mine is None), differing + bool(found)
            for difference in found[:4]:
                print(f"{path.name} {name} {difference.entry} {difference.field}")
                print(f"    lxml       {str(difference.by_lxml)[:300]!r}\n    feedparser {str(difference.by_feedparser)[:300]!r}")
    print(f"{read} documents read, {left} left to feedparser, {differing} differ")
    sys.exit(differing > 0)


if __name__ == "__main__":
    main()
