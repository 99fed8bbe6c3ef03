"""What a topic is: groups, negative contexts, roles, examples, the expression that decides, as frozen values; reads no file."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from feeds.model import Grade
from feeds.tagging.topic import query

AS_WRITTEN: Final = re.compile(r"(?<!\S)=(?=\*?\w)")  # the sign before a word of a term that is looked for as it is written
NEAR: Final = 25  # words, unless a topic says otherwise


@dataclass(frozen=True, slots=True)
class Term:
    """Words to find: a language or None for all, and the words as the file writes them."""

    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of terms; one of them is enough. The name is the evidence."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class NegativeContext:
    """Phrases that take the sense away from the hits of some groups that they surround; `[frame.NAME]` in a topic file.

    One of the phrases `unless`, inside it or directly around it, makes it void.
    """

    name: str
    cancels: tuple[str, ...]
    terms: tuple[Term, ...]
    unless: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """Phrases of some groups that never suffice alone, as the hits that they surround do not; `[role.NAME]` in a topic file."""

    name: str
    of: tuple[str, ...]
    terms: tuple[Term, ...]
    unless: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A test of the topic, in the topic's own file."""

    text: str
    tagged: bool
    title: str = ""
    language: str | None = None
    why: str = ""


class Content(StrEnum):
    """How much of an item's text is published."""

    LINKS = "links"  # title, address and the reason
    SUMMARY = "summary"  # and an excerpt
    FULL = "full"  # and the whole text


@dataclass(frozen=True, slots=True)
class Publishing:
    """How a topic is published. It decides nothing about tags, so a change of it classifies nothing again."""

    content: Content | None = None  # None: as the settings say
    images: bool = True
    mask: tuple[str, ...] = ()  # groups of the topic, or words, that are published with only their first letter
    private: bool = False  # not in `public/`, not in any list; read by those who were given an address


@dataclass(frozen=True, slots=True)
class MeetingRules:
    """What a topic says of the places where parts meet, beside `near`; what it does not say is as it has always been."""

    at_most: tuple[tuple[str, Grade], ...] = ()  # the highest grade of what rests on a group, role or named part
    near_lead: int | None = None  # words within which groups meet that stand in title and lead; None for any number
    one_place: int | None = None  # words of title and text up to which NEAR also counts from one sentence to the next
    cut_publisher: bool = False  # the name of the publisher at the end of a title does not count
    lead_alone: Grade | None = None  # the grade that one meeting in the lead gives, where the title has no part in it


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: one published feed. `version` names the wording that decides, and nothing else."""

    name: str
    title: str
    description: str
    version: str
    expression: query.Expression | None  # None takes everything
    groups: tuple[Group, ...]
    review: query.Expression | None = None  # what a person should look at, though it is not tagged
    negative_contexts: tuple[NegativeContext, ...] = ()
    roles: tuple[Role, ...] = ()
    definitions: tuple[query.NamedPart, ...] = ()
    examples: tuple[Example, ...] = ()
    near: int = NEAR  # words within which two groups meet
    meeting: MeetingRules = MeetingRules()
    publish_from: Grade = Grade.MENTION
    definition: str = ""
    means: tuple[str, ...] = ()
    does_not_mean: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    status: str = "draft"
    contact: str = ""
    updated: date | None = None
    publish: Publishing = Publishing()

    @property
    def has_item_pages(self) -> bool:
        """Whether each item that it tags has a page with its evidence: not where everything is taken, nor where it is private."""
        return self.expression is not None and not self.publish.private
