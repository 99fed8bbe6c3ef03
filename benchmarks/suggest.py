"""How many of a topic's dropped terms `topics suggest` brings back, against the commonest words that no term finds.

    python benchmarks/suggest.py ROWS [--corpus DIR] [--require antisemitism,platform] [--seeds 5]

ROWS are JSON Lines (title, summary, content, lang, feed, published). For each group on which the topic decides, one third
of its terms is dropped at random (seeded), and suggestions are made from the rows. A dropped term is lost if it found
something that no other term of the topic finds; a lost term can come back if two stories that are still tagged have it; it
has come back if it finds one of the first 20, or 50, suggestions. `--require` takes only these groups of the topic, all of
which must be found: a topic as an analyst writes it in a few minutes. The baseline takes the words that most tagged
stories have. The labels of the rows are not used.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from feeds.model import Document, document_of_item
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.phrasebook import deciding_groups
from feeds.tagging.matching.segments import segments
from feeds.tagging.suggestion import suggestions
from feeds.tagging.suggestion.candidates import Article, Survey, count_phrases, of_all_groups, survey
from feeds.tagging.topic.loader import read_topic
from feeds.tagging.topic.model import Group, Term, Topic
from feeds.tagging.topic.query import And, GroupReference
from ingest.errors import TopicwireError
from ingest.formats.feed import parse_feed
from ingest.model import Source

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 29, tzinfo=UTC)
FIRST = (20, 50)


@dataclass(frozen=True)
class Rows:
    """Labelled rows in the place of stored articles."""

    articles: tuple[Article, ...]

    def all(self) -> Iterator[Article]:
        """Return all rows."""
        return iter(self.articles)

    def some(self, rows: Sequence[int]) -> Iterator[Article]:
        """Return some rows."""
        return (self.articles[row] for row in rows)

    def linked(self, rows: Sequence[int]) -> frozenset[int]:
        """Return that rows stand alone."""
        del rows
        return frozenset()

    def boilerplate(self, source: str) -> frozenset[str]:
        """Return that nothing is known to be repeated."""
        del source
        return frozenset()


def read(path: Path) -> list[Article]:
    """Read the rows of a file, each as a story of its own."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        text = row.get("content") or row.get("summary") or ""
        document = Document(row.get("title") or "", text, row.get("lang"), (row.get("feed") or "",))
        found.append(Article(number, number, document, row.get("feed") or "", NOW))
    return found


def background(corpus: Path, first: int) -> Iterator[Article]:
    """Yield the entries of real feeds, so that most articles have nothing to do with the topic, as in a home."""
    number = first
    for path in sorted((corpus / "feeds").iterdir()):
        url = f"http://{path.stem}.example/"
        try:
            feed = parse_feed(path.read_bytes(), {}, url, NOW)
        except TopicwireError:
            continue
        for item, _ in feed.items:
            yield Article(number, number, document_of_item(item, [Source(url, title=feed.title)]), url, NOW)
            number += 1


def places(topic: Topic, rows: Rows) -> dict[tuple[str, Term], set[int]]:
    """Return the rows in which each term of a topic stands, by its group."""
    matcher, found = Matcher([of_all_groups(topic)]), {}
    for article in rows.articles:
        _, matches = matcher.match_text(article.document.title, article.document.text, article.document.language)
        for term in (term for match in matches for term in match.terms(0)):
            found.setdefault(term, set()).add(article.row)
    return found


def finds(term: Term, forms: Sequence[str]) -> bool:
    """Return whether a term finds one of the forms of a suggestion."""
    topic = Topic("one", "", "", "", GroupReference("one"), (Group("one", (term,)),))
    return bool(Matcher([topic]).find(segments("", "\n".join(forms)), term.language))


def commonest(topic: Topic, seen: Survey, rows: Rows) -> list[Sequence[str]]:
    """Return the words that most tagged stories have and that no term finds."""
    counts = count_phrases(topic, seen, rows, NOW)
    every = [(phrase, float(len(phrase.tagged))) for found in counts.phrases.values() for phrase in found.values()]
    ranked = sorted(every, key=lambda one: (-one[1], one[0].key))
    return [[*phrase.written] for phrase, _ in suggestions.new_to(topic, ranked)][: FIRST[-1]]


def run(topic: Topic, group: Group, rows: Rows, found: dict[tuple[str, Term], set[int]], seed: str) -> dict[str, int]:
    """Drop a third of a group's terms and count what comes back; `found` are the places of all terms."""
    dropped = set(random.Random(seed).sample(group.terms, len(group.terms) // 3))
    kept = tuple(term for term in group.terms if term not in dropped)
    less = replace(topic, groups=tuple(replace(one, terms=kept) if one is group else one for one in topic.groups))
    matcher, lost = Matcher([of_all_groups(less)]), {}
    for term in dropped:
        here = found.get((group.name, term), set())
        if here and not matcher.find(segments("", term.text.strip("*~=")), term.language):
            lost[term] = here
    seen = survey(less, rows)
    tagged = set(seen.tagged.values())
    can = [term for term, here in lost.items() if len(here & tagged) > 1]
    made, base = suggestions.suggest(less, rows, NOW, FIRST[-1]).words, commonest(less, seen, rows)
    counts = {"lost": len(lost), "can come back": len(can)}
    for first in FIRST:
        hits = {term: [one for one in made[:first] if finds(term, one.forms)] for term in can}
        counts[f"back in the first {first}"] = sum(map(bool, hits.values()))
        counts[f"of them in their group, {first}"] = sum(ones[0].group == group.name for ones in hits.values() if ones)
        counts[f"back by commonness, {first}"] = sum(any(finds(term, forms) for forms in base[:first]) for term in can)
    return counts


def main() -> None:
    """Print the counts over all groups and seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--topic", default="antisemitism-online")
    parser.add_argument("--require", default="", help="only these groups, all of which must be found")
    parser.add_argument("--corpus", type=Path, help="real feeds, whose entries stand beside the rows")
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    topic = read_topic(ROOT / "feeds" / "topics" / f"{asked.topic}.toml")
    if asked.require:
        names = asked.require.split(",")
        groups = tuple(group for group in topic.groups if group.name in names)
        topic = replace(topic, groups=groups, expression=And(tuple(map(GroupReference, names))), negative_contexts=(), roles=())
    found = read(asked.rows)
    rows = Rows((*found, *(background(asked.corpus, len(found)) if asked.corpus else ())))
    total, began = dict[str, int](), time.process_time()
    print(f"{len(rows.articles):6}  articles")
    decides, where = deciding_groups(topic), places(topic, rows)
    for group in (one for one in topic.groups if one.name in decides):
        for seed in range(asked.seeds):
            for name, count in run(topic, group, rows, where, f"{group.name} {seed}").items():
                total[name] = total.get(name, 0) + count
    for name, count in total.items():
        print(f"{count:6}  {name}")
    print(f"{time.process_time() - began:6.0f}  seconds of processor time")


if __name__ == "__main__":
    main()
