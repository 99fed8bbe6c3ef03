"""How a wording treats what it was not tuned on, combination by combination: networks named in passing, and tales about Jews.

    python benchmarks/contexts.py [--topic FILE.toml] [--later] [--show]

Each title of an act elsewhere is joined with each sentence that names a network for another reason ("the mayor wrote
on X"): none of these texts should be tagged. Each tale ("control the banks") is put into a sentence in which
somebody writes it of Jews on a network: all of these should. The sentences are in contexts.toml, in sixteen languages.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from feeds.model import Document
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.loader import read_topic

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parent / "feeds" / "topics" / "antisemitism-online.toml"


@dataclass(frozen=True, slots=True)
class Language:
    """The sentences of one language."""

    code: str
    titles: list[str]
    contexts: list[str]
    frame: str
    claims: list[str]
    later_contexts: list[str]
    later_claims: list[str]

    def later(self) -> "Language":
        """Return it with the sentences on which nobody tuned."""
        return replace(self, contexts=self.later_contexts, claims=self.later_claims)

    def in_passing(self) -> Iterator[Document]:
        """Yield the texts in which a network is named in passing."""
        return (Document(title, context, self.code) for title in self.titles for context in self.contexts)

    def tales(self) -> Iterator[Document]:
        """Yield the texts in which somebody writes a tale about Jews on a network."""
        return (Document(self.frame.format(claim), "", self.code) for claim in self.claims)


def main() -> None:
    """Print for each language how many texts come out wrong, and which if asked for."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--topic", type=Path, default=SHIPPED)
    arguments.add_argument("--later", action="store_true")
    arguments.add_argument("--show", action="store_true")
    options = arguments.parse_args()
    matcher = Matcher([read_topic(options.topic)])
    sentences = tomllib.loads((HERE / "contexts.toml").read_text("utf-8"))
    totals = [0, 0, 0, 0]
    languages = [Language(code, **one) for code, one in sentences.items()]
    for language in [one.later() for one in languages] if options.later else languages:
        passing, tales = list(language.in_passing()), list(language.tales())
        false = [text for text in passing if classify(matcher, text)[0].tagged]
        missed = [text for text in tales if not classify(matcher, text)[0].tagged]
        counts = (len(false), len(passing), len(tales) - len(missed), len(tales))
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        print("{}  in passing {:3} of {:3} tagged   tales {:3} of {:3} found".format(language.code, *counts))
        for text in (*false, *missed) if options.show else ():
            print(f"    {text.title} {text.text}")
    print("all in passing {:3} of {:3} tagged   tales {:3} of {:3} found".format(*totals))


if __name__ == "__main__":
    main()
