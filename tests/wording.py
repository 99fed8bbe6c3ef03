"""Makes what the tests of topics need: small topic files, documents, and a paragraph that no topic matches."""

from typing import Final

from feeds.model import Classification, Document
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher, TopicHits
from feeds.tagging.matching.segments import segments
from feeds.tagging.topic.loader import parse_topic
from feeds.tagging.topic.model import Topic

GROUPS: Final = """
[group.ship]
any = ["ferry", "ferries", "boat*"]
[group.place]
any = ["harbour*", "quay"]
[group.gull]
any = ["gull*"]
"""
"""Three groups of words."""

BOTH: Final = 'require = ["ship", "place"]'

IDLE: Final = (
    "On the hill above the town the bakers get up long before the sun, carry flour from the cellar, stir the dough in wooden"
    " tubs, warm the old brick oven with beech logs, and talk about the weather, about their children, about the price of eggs"
    " and about the small choir that sings on Thursdays in the school hall, where the windows never close and the piano has"
    " lost two of its white keys for good."
)
"""A paragraph in which none of the groups is named, longer than a lead: what follows it is body text."""


def wording(head: str = BOTH, groups: str = GROUPS, name: str = "harbour") -> Topic:
    """Return a topic by what decides, put above its groups."""
    return parse_topic(f"{head}\n{groups}", name, f"{name}.toml")


def ask(
    head: str, text: str = "", title: str = "", *, language: str | None = None, sources: tuple[str, ...] = ()
) -> Classification:
    """Return what a wording over the three groups says of a text."""
    return classify(Matcher([wording(head)]), Document(title, text, language, sources))[0]


def far(text: str) -> str:
    """Put a text behind the lead of an article."""
    return f"{IDLE}\n{text}"


def look(by: Topic, text: str, language: str | None = None) -> TopicHits:
    """Return what a topic's terms hit in a text."""
    return Matcher([by]).find(segments("", text), language).get(0, TopicHits(()))
