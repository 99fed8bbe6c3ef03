"""The text of a new topic file, with comments for whoever completes it; knows the file's form, writes no file."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Final

from feeds.tagging.topic.model import AS_WRITTEN
from ingest.text.language import names

_FILE: Final = """\
# {name}: published as {name}.atom, .json, .rss and .html.
#
# A topic is words, not regular expressions. Case, accents, hyphens and apostrophes do not matter.
#   harbour*   words that begin so; *hafen: that end so; *hafen*: that contain it
#   quai~      words of the same stem (quai, quais), in the line of a language
#   port de pêche   words in a row
# After each change: `topicwire topics check {name}`. `topicwire docs topics` has everything else.

title = {title}
description = ""       # one sentence for people who subscribe
means = []             # what belongs here, a sentence each
does_not_mean = []     # what does not, though it has the same words
limits = []            # what the words are known to miss
status = "draft"       # or "stable"
updated = {today}

# An item is tagged if every group named here is found, in one sentence or in title and opening together. One group of
# common words finds too much: add a second group for what makes them relevant, and name it here too.
require = ["subject"]
# exclude = ["unwanted"]
# publish_from = "core"   # leaves out what has the words but is about something else

[group.subject]
any = [{terms}]   # for items of every language
{languages}
# [group.unwanted]
# any = []

# A phrase that takes the sense away from a hit that it surrounds.
# [frame.as_a_picture]
# cancels = "subject"
# en = ["a picture of {{subject}}"]

# Examples are tests: write one for each thing that must be found, and one for each that must not.
[[example]]
tagged = true
text = {found}

[[example]]
tagged = false
why = "says nothing of it"
text = {missed}
"""
_MISSED: Final = ("It rained all day.", "They won by two goals.", "12345")  # the first that has none of the words is the example
CHOICES: Final = len(_MISSED)


def skeleton(name: str, terms: Sequence[str], languages: Sequence[str], today: date, missed: int = 0) -> str:
    """Return the text of a topic file that finds `terms`, with a line for the words of each language, by its code.

    `missed` chooses among the texts that the topic must not tag, since the terms may occur in one of them.
    """
    lines = [f"# {code} = []   # {names.name(code)}: for its items, and for those of unknown language" for code in languages]
    return _FILE.format(
        name=name,
        title=_quoted(name.replace("-", " ").capitalize()),
        today=today.isoformat(),
        terms=", ".join(map(_quoted, terms)),
        languages="".join(f"{line}\n" for line in lines),
        found=_quoted(AS_WRITTEN.sub("", terms[0]).replace("*", "").replace("~", "")),
        missed=_quoted(_MISSED[missed]),
    )


def _quoted(text: str) -> str:
    """Return a TOML string: its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
