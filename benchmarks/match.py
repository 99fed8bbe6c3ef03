"""Topics matched per second: many topics over many items, as a ratio to a bare pass of the tokeniser in the same run.

    python benchmarks/match.py [--topics 100] [--items 10000] [--words 300]

The topics are variants of the shipped one, each with words of its own, so that none is shared; the
items are sentences of its examples and of the seeds, mixed by a seeded random number generator.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from feeds.model import Document, Tagging
from feeds.tagging.classifier import classify, tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.segments import segments
from feeds.tagging.topic.loader import read_topic
from feeds.tagging.topic.model import Group, Term, Topic

_PHENOMENON = {"antisemitism", "indirect", "neo_nazi", "hitler"}  # most news says nothing of it
ROOT = Path(__file__).resolve().parent.parent


def variants(topic: Topic, count: int) -> tuple[Topic, ...]:
    """Make `count` topics of the same size: the first is the shipped one, the others have every word changed."""
    return tuple(
        topic if number == 0 else replace(topic, name=f"t{number}", groups=_changed(topic, number)) for number in range(count)
    )


def _changed(topic: Topic, number: int) -> tuple[Group, ...]:
    def other(term: Term) -> Term:
        return Term(" ".join(_mangled(word, number) for word in term.text.split()), term.language)

    return tuple(Group(group.name, tuple(map(other, group.terms))) for group in topic.groups)


def _mangled(word: str, number: int) -> str:
    """Return another word of the same shape: some stay real words' beginnings, so that they do hit."""
    core = word.strip("*~")
    return word.replace(core, f"{core[: max(len(core) - 2, 1)]}{number:02d}{core[-1:]}") if number % 10 else word


def items(topic: Topic, count: int, words: int) -> list[Document]:
    """Make `count` items of about `words` words, one in ten of them about the topic."""
    chance = random.Random(7)
    lines = [line for path in sorted((ROOT / "seeds").glob("*.txt")) for line in path.read_text("utf-8").splitlines() if line]
    bare = Matcher([topic])
    hits = {line: {hit.group for hit in classify(bare, Document("", line))[0].hits} for line in lines}
    seeds = [line for line in lines if not hits[line] & _PHENOMENON]
    examples = [(example.language, f"{example.title}. {example.text}") for example in topic.examples]
    made = []
    for _ in range(count):
        language, first = chance.choice(examples)
        text = [first if chance.random() < 0.1 else chance.choice(seeds)]
        while sum(len(line.split()) for line in text) < words:
            text.append(chance.choice(seeds))
        made.append(Document(" ".join(text[0].split()[:9]), "\n".join(text), language))
    return made


def timed(work: Callable[[], object]) -> float:
    """Return the processor seconds that work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print items per second and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--topics", type=int, default=100)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=300)
    options = parser.parse_args()
    topic = read_topic(ROOT / "feeds" / "topics" / "antisemitism-online.toml")
    rows = items(topic, options.items, options.words)
    matcher = Matcher(variants(topic, options.topics))
    first = {item.language: item for item in rows}
    books = timed(lambda: [tag(matcher, item) for item in (*first.values(), *rows[:100])])
    taggings: list[Tagging] = []
    bare = timed(lambda: [segments(item.title, item.text) for item in rows])
    full = timed(lambda: taggings.extend(tag(matcher, item) for item in rows))
    again = timed(lambda: [tag(matcher, item) for item in rows])
    bare = min(bare, timed(lambda: [segments(item.title, item.text) for item in rows]))
    tagged = sum(any(one.topic == topic.name for one in tagging.tags) for tagging in taggings)
    terms = sum(len(group.terms) for one in matcher.topics for group in one.groups)
    print(f"{options.topics} topics with {terms} terms, {len(rows)} items of {options.words} words, the first topic tags {tagged}")
    print(f"phrase books of {len(first)} languages {books:5.1f} s, once for each language when it first comes")
    print(f"tokeniser alone {len(rows) / bare:8.0f} items/s")
    print(f"with all topics {len(rows) / full:8.0f} items/s   ratio {full / bare:.2f} (at most 4)")
    print(f"the same again  {len(rows) / again:8.0f} items/s   ratio {again / bare:.2f}: all words are known")


if __name__ == "__main__":
    main()
