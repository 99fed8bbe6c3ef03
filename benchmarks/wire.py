"""A synthetic news wire: stories of our own making, their copies as other papers carry them, and twins that are no copies.

    python benchmarks/wire.py [--stories 300] [--seed 21] > wire.jsonl; topicwire stories evaluate wire.jsonl

Words are invented (syllables by a Zipf law) between common English ones, so nobody's text is in it. The
same seed gives the same wire on every machine.
"""

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 3, 2, 6, tzinfo=UTC)
KINDS: Final = ("3 % edits", "10 % edits", "30 % edits", "new headline", "new opening", "excerpt", "lead alone", "footer")
_FRAME: Final = "the a of in to and for on with that by at from as after said would has been it its not more".split()
_BEGINS: Final = "b d f g k l m n p r s t v z st tr ch".split()
_SOURCES: Final = 12
_TOPICS: Final = 15


@dataclass(frozen=True, slots=True)
class Piece:
    """One article of one paper; pieces with one `story` are copies of each other."""

    id: str
    story: str
    kind: str
    source: str
    title: str
    text: str
    published: datetime

    @property
    def url(self) -> str:
        """Its own address."""
        return f"https://{self.source.lower()}.example/{self.id}"


def row(piece: Piece) -> dict[str, str]:
    """Return a piece as `stories evaluate` reads it."""
    return {
        "id": piece.id,
        "title": piece.title,
        "summary": piece.text,
        "feed": piece.source,
        "lang": "en",
        "url": piece.url,
        "published": piece.published.isoformat(),
        "cluster": piece.story,
    }


def wire(stories: int, seed: int = 1, copies: int = 4) -> list[Piece]:
    """Make a wire: each story has an original and some copies; a tenth of all pieces are twins."""
    return list(_Wire(seed, copies).pieces(stories))


class _Wire:
    def __init__(self, seed: int, copies: int) -> None:
        self._chance, self._copies = random.Random(seed), copies
        self._words = [self._word() for _ in range(6_000)]
        self._weights = [1 / (rank + 8) for rank in range(len(self._words))]
        self._sources = [f"{self._name()}post" for _ in range(_SOURCES)]
        self._footers = {source: self._sentences(40, self._some(60), []) for source in self._sources}
        self._topics = [
            (self._some(120), [self._name() for _ in range(6)], self._sentences(45, self._some(40), [])) for _ in range(_TOPICS)
        ]

    def pieces(self, stories: int) -> Iterator[Piece]:
        for number in range(stories):
            moment = START + timedelta(minutes=17 * number + self._chance.randrange(15))
            original = self._original(number, moment)
            yield original
            others = self._chance.sample([name for name in self._sources if name != original.source], self._copies)
            for copy, source in enumerate(others):  # a paper carries a story once
                yield self._copy(original, KINDS[(number + copy * 3) % len(KINDS)], copy, source)
            if number % 4 == 0:
                yield from self._twins(number, moment)

    # Stories

    def _original(self, number: int, moment: datetime) -> Piece:
        words, names, background = self._topics[number % _TOPICS]
        own, people = self._some(60), [self._name() for _ in range(4)]
        length = self._chance.randint(60, 400)
        text = self._sentences(length, own + own + words, [*people, *people, self._chance.choice(names)])
        text += f" {background}" if length > 150 and self._chance.random() < 0.5 else ""
        title = self._headline([*own[:5], *words[:1]], people)
        return Piece(f"s{number}", f"story {number}", "original", self._chance.choice(self._sources), title, text, moment)

    def _copy(self, of: Piece, kind: str, number: int, source: str) -> Piece:
        words = of.text.split()
        title, text = of.title, of.text
        if kind.endswith("edits"):
            text = self._edited(words, int(kind.partition(" ")[0]) / 100)
        elif kind == "new headline":
            title = self._headline(self._chance.sample([word for word in words if word.islower()], 5), self._names_in(words))
        elif kind == "new opening":
            title = self._headline(self._some(5), self._names_in(words))
            text = f"{self._sentences(30, self._some(30), self._names_in(words))} {text}"
        elif kind in {"excerpt", "lead alone"}:
            text = " ".join(words[: max(len(words) * 2 // 5, 25) if kind == "excerpt" else 40])
        if kind in {"footer", "10 % edits", "new headline"}:
            text = f"{text}\n{self._footers[source]}"
        late = timedelta(minutes=self._chance.randrange(5, 60 * 48))
        return Piece(f"{of.id}c{number}", of.story, kind, source, f"{title} - {source}", text, of.published + late)

    def _edited(self, words: list[str], share: float) -> str:
        changed = list(words)
        for place in self._chance.sample(range(len(words)), int(len(words) * share)):
            changed[place] = self._chance.choice(self._words)
        return " ".join(changed)

    @staticmethod
    def _names_in(words: list[str]) -> list[str]:
        return sorted({word.strip(".") for word in words[1:] if word[0].isupper()}) or ["Nobody"]

    # Twins: two pieces of one form that are two stories

    def _twins(self, number: int, moment: datetime) -> Iterator[Piece]:
        source, town = self._chance.choice(self._sources), self._name()
        forms = (self._rates, self._day, self._puzzle, self._weather, self._crash, self._match)
        form = forms[number // 4 % len(forms)]
        for edition in range(2):
            title, text, gap = form(town, number, edition)
            footed = f"{text}\n{self._footers[source]}"
            name = f"t{number}e{edition}"
            yield Piece(name, f"twin {name}", "twin", source, f"{title} - {source}", footed, moment + gap * edition)

    def _rates(self, town: str, number: int, edition: int) -> tuple[str, str, timedelta]:
        rates = [f"{self._chance.uniform(0.5, 90):.2f}" for _ in range(6)]
        money = "dollar euro pound yen franc crown".split()
        pairs = " ".join(f"One unit of the {name} costs {rate}." for name, rate in zip(money, rates, strict=True))
        return f"Exchange rates in {town} on {number % 27 + 1 + edition} March", pairs, timedelta(days=1)

    def _day(self, town: str, number: int, edition: int) -> tuple[str, str, timedelta]:
        text = f"These are the main developments as the strike in {town} enters its {number + edition}th day, as told by us."
        return f"Strike in {town}: list of key events, day {number + edition}", text, timedelta(days=1)

    def _puzzle(self, town: str, number: int, edition: int) -> tuple[str, str, timedelta]:
        text = f"Stuck on puzzle {number + edition}? Here are hints and the answer of the {town} word game, up to the solution."
        return f"{town} word game hints and answer, puzzle {number + edition}", text, timedelta(days=1)

    def _weather(self, _: str, __: int, ___: int) -> tuple[str, str, timedelta]:
        town, high = self._name(), self._chance.randint(10, 30)
        text = f"Expect sunny spells in {town} today with a high of {high} degrees and light winds from the west in the afternoon."
        return f"Weather in {town}: sunny spells", text, timedelta(minutes=4)

    def _crash(self, _: str, __: int, ___: int) -> tuple[str, str, timedelta]:
        town, road = self._name(), self._chance.randint(1, 99)
        text = (
            f"Police appeal for witnesses after a crash on the A{road} near {town}, in which a driver was hurt on the way to work."
        )
        return f"Police appeal after crash near {town}", text, timedelta(hours=5)

    def _match(self, town: str, _: int, __: int) -> tuple[str, str, timedelta]:
        other, goals = self._name(), self._chance.randint(1, 5)
        text = f"The teams of {town} and {other} met on a wet evening and the hosts scored {goals} times before a full house."
        return f"{town} against {other} ends {goals}-{goals - 1}", text, timedelta(days=4)

    # Words

    def _word(self) -> str:
        parts = range(self._chance.randint(2, 4))
        return "".join(self._chance.choice(_BEGINS) + self._chance.choice("aeiou") for _ in parts)

    def _name(self) -> str:
        return self._word().capitalize()

    def _some(self, count: int) -> list[str]:
        return self._chance.choices(self._words, self._weights, k=count)

    def _headline(self, words: list[str], names: list[str]) -> str:
        name = self._chance.choice(names)
        middle = [part for word in words for part in (word, self._chance.choice(_FRAME))][:-1]
        return f"{middle[0].capitalize()} {' '.join(middle[1:3])} {name} {' '.join(middle[3:])}"

    def _sentences(self, length: int, words: list[str], names: list[str]) -> str:
        made: list[str] = []
        while length > 0:
            count = min(self._chance.randint(8, 22), max(length, 5))
            sentence = [self._chance.choice(_FRAME if place % 3 == 2 else words) for place in range(count)]
            if names:
                sentence[self._chance.randrange(1, count)] = self._chance.choice(names)
            if self._chance.random() < 0.3:
                sentence[-1] = str(self._chance.randint(2, 900))
            made.append(f"{sentence[0].capitalize()} {' '.join(sentence[1:])}.")
            length -= count
        return " ".join(made)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--stories", type=int, default=300)
    parser.add_argument("--seed", type=int, default=21)
    options = parser.parse_args()
    for made in wire(options.stories, options.seed):
        print(json.dumps(row(made)))
