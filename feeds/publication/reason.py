"""A classification and the carriers of a story -> the line that tells a reader why an entry is there; pure, decides nothing."""

import re
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from feeds.model import Classification, Evidence

_NAMED: Final = 4  # carriers named beside the first; how many more there are is said
_NAME: Final = re.compile(r"[^\W\d]\w*")  # of a group; a phrase of a query is its own text
_PART: Final = re.compile(r" \(\w+\)")  # the named part of the query in which a group stands
_OTHER: Final = re.compile(r"(\w+): “([^”]*)”(?: \(\w+\))?(?:; |$)")  # a group without a kept hit: tags of 0.5.0 and before
_PLACES: Final = {"title": "the title", "text": "the text"}


def why_line(title: str, classification: Classification, near: int, copy_of: str, carriers: Sequence[str]) -> str:
    """Return one line of plain text: why an entry is in the feed with this title, and who carried it, the first carrier first.

    Groups that meet within `near` words are said to be near; `copy_of` names the source of the copy that has the words, if
    the entry shows another one.
    """
    whose = f" (in the copy of {copy_of})" if copy_of else ""
    return f"Tagged “{title}” because {reason(classification, near)}{whose}. {carried_by(carriers)}"


def reason(classification: Classification, near: int) -> str:
    """Return the reason of a tag as a clause: which words stand where, then what else was needed for it."""
    shown, rest = _quoted(classification)
    is_near = classification.distance is not None and classification.distance <= near
    says = [
        f"{_PLACES.get(field, field)} says {_joined([*map(_word, words)], is_near=is_near)}"
        for field, words in groupby(sorted(shown, key=lambda hit: hit.field != "title"), attrgetter("field"))
    ]
    also = list[str]()
    while found := _OTHER.match(rest):
        also.append(f"it also says {_quote(found[1], found[2])}")
        rest = rest[found.end() :]
    if (review := classification.review) and rest.endswith(review):
        rest = f"{rest.removesuffix(review)}it was {review}"
    return "; ".join(part for part in (" and ".join(says), *also, rest) if part)


def carried_by(names: Sequence[str]) -> str:
    """Return the sentence that names the carriers of a story: the first one, some others, and how many more there are."""
    first, *others = names
    if not others:
        return f"Carried by {first}."
    more = len(others) - _NAMED
    if more <= 1:  # one more is named: "1 more" is no shorter
        return f"Carried by {first}; also by {', '.join(others)}."
    return f"Carried by {first}; also by {', '.join(others[:_NAMED])} and {more} more."


def _quoted(classification: Classification) -> tuple[list[Evidence], str]:
    """Return the hits that the stored reason quotes, and what it says beside them.

    The reason begins with the groups of the best passage, each with its first hit: `group: “words” (named part); `.
    """
    rest, shown = classification.why, list[Evidence]()
    for hit in classification.hits:
        quote = f"{hit.group}: “{hit.text}”"
        if rest.startswith(quote):
            shown.append(hit)
            rest = rest.removeprefix(quote)
            part = _PART.match(rest)
            rest = rest[part.end() :] if part else rest
            rest = rest.removeprefix("; ")
    return shown, rest


def _word(hit: Evidence) -> str:
    return _quote(hit.group, hit.text)


def _quote(group: str, text: str) -> str:
    """Quote words, with their group where it says more than the words themselves."""
    shown = group.replace("_", " ")
    is_told = _NAME.fullmatch(group) and shown.casefold() != text.casefold()
    return f"“{text}” ({shown})" if is_told else f"“{text}”"


def _joined(words: list[str], *, is_near: bool) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {'near' if is_near else 'and'} {words[-1]}"
