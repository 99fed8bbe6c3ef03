"""Tells for which group of a topic a phrase stands, by the words beside it and beside the terms of the groups; reads no table."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from feeds.model import Document
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.model import Topic

_PRIOR: Final = 5.0  # neighbours that the common share of a neighbour weighs as much as
_ENOUGH: Final = 2  # neighbours that a group shares with a phrase: fewer are chance

Profile = Counter[str]  # the neighbours of a phrase: the word before with a bar behind, the word after with a bar before


def profiles(topic: Topic, documents: Iterable[Document]) -> dict[str, Profile]:
    """Count, for each group of a topic on which it decides, the words that stand directly before and after its hits."""
    matcher, found = Matcher([topic]), defaultdict[str, Profile](Counter)
    for document in documents:
        parts, matches = matcher.match_text(document.title, document.text, document.language)
        for hit in (hit for match in matches for hit in match.hits(0)):
            words = parts[hit.segment].words
            if hit.first:
                found[hit.group][f"{words[hit.first - 1].folded}|"] += 1
            if hit.last < len(words):
                found[hit.group][f"|{words[hit.last].folded}"] += 1
    return dict(found)


def likenesses(phrase: Profile, groups: Mapping[str, Profile]) -> Iterator[tuple[str, float]]:
    """Yield each group with how much likelier its terms have a phrase's neighbours than terms of any group (mean log ratio)."""
    every: Profile = Counter()
    for profile in groups.values():
        every.update(profile)
    total, seen = every.total(), sum(times for word, times in phrase.items() if word in every)
    for name, profile in groups.items():
        shared = sum(times for word, times in phrase.items() if word in profile)
        if seen and shared >= _ENOUGH:
            ratios = (
                times * math.log((profile[word] + _PRIOR * every[word] / total) / (profile.total() + _PRIOR) * total / every[word])
                for word, times in phrase.items()
                if word in every
            )
            yield name, sum(ratios) / seen
