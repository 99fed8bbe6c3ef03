"""What a multi-pattern automaton would cost in place of the words that the prefilter knows, in the same run.

    pip install ahocorasick-rs pyahocorasick
    python benchmarks/automaton.py [--topics 100] [--items 1500] [--words 300] [--language en]

The topics and items are those of `match.py`. The automata hold the words with which the terms of one language begin, and
search texts that are folded already. The program does not use them: docs/decisions/0121-no-automaton.md.
"""

import argparse
import importlib
from collections.abc import Callable
from itertools import chain

from match import ROOT, items, timed, variants  # it lies beside this file

from feeds.tagging.classifier import tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.phrasebook import Phrasebook
from feeds.tagging.matching.segments import SegmentedText
from feeds.tagging.topic.loader import read_topic
from feeds.tagging.topic.model import Topic
from ingest.text.folding import folded, word_pattern


def beginnings(topics: tuple[Topic, ...], language: str) -> list[str]:
    """Return the folded words with which the terms of a language, and those for all languages, begin."""
    terms = chain.from_iterable(group.terms for topic in topics for group in topic.groups)
    firsts = (word_pattern().search(term.text) for term in terms if term.language in {None, language})
    return sorted({folded(first[0]) for first in firsts if first} - {""})


def prefilter(book: Phrasebook, texts: list[SegmentedText]) -> None:
    """Do what is done today with the words of texts, before any line is cut into sentences."""
    for text in texts:
        book.add_words(text.spelled)
        text.segments(book.openings(text.words, text.joined))


def main() -> None:
    """Print microseconds for each item."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--topics", type=int, default=100)
    parser.add_argument("--items", type=int, default=1_500)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--language", default="en")
    options = parser.parse_args()
    topic = read_topic(ROOT / "feeds" / "topics" / "antisemitism-online.toml")
    topics = variants(topic, options.topics)
    rows = [item for item in items(topic, options.items, options.words) if item.language == options.language]
    matcher = Matcher(topics)
    for item in rows:
        tag(matcher, item)  # all words are known from here on
    book = Phrasebook(topics, options.language)
    cut = [SegmentedText(item.title, item.text) for item in rows]
    prefilter(book, cut)
    plain = [folded(f"{item.title}\n{item.text}") for item in rows]
    patterns = beginnings(topics, options.language)

    def said(name: str, work: Callable[[], object]) -> None:
        print(f"{name:40} {min(timed(work) for _ in range(5)) / len(rows) * 1e6:8.1f} µs an item")

    print(f"{len(rows)} items in {options.language}, {len(patterns)} words that terms begin with")
    said("cutting into words", lambda: [SegmentedText(item.title, item.text) for item in rows])
    said("looking words up, cutting the lines", lambda: prefilter(book, cut))
    said("folding the whole text", lambda: [folded(f"{item.title}\n{item.text}") for item in rows])
    rust, c = importlib.import_module("ahocorasick_rs"), importlib.import_module("ahocorasick")
    fast = rust.AhoCorasick(patterns)
    said("ahocorasick-rs, overlapping", lambda: [fast.find_matches_as_indexes(text, overlapping=True) for text in plain])
    slow = c.Automaton()
    for number, word in enumerate(patterns):
        slow.add_word(word, number)
    slow.make_automaton()
    said("pyahocorasick", lambda: [list(slow.iter(text)) for text in plain])


if __name__ == "__main__":
    main()
