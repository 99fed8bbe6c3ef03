"""Makes the text of a new topic file that passes its check, of a few words and languages; writes no file."""

from collections.abc import Sequence
from datetime import date

from feeds.tagging.quality.check import errors
from feeds.tagging.topic.loader import parse_topic
from feeds.tagging.topic.skeleton import CHOICES, skeleton
from ingest.errors import UsageError
from ingest.text.language.codes import MISTAKEN
from ingest.text.language.names import name as language_name


def new_topic(name: str, where: str, terms: Sequence[str], languages: Sequence[str], today: date) -> str:
    """Return the text of a topic file that `topics check` accepts; `where` is how errors call it.

    Raises TopicError and UsageError.
    """
    for code in languages:
        refuse_unknown_language(code)
    found: tuple[str, ...] = ()
    for missed in range(CHOICES):
        text = skeleton(name, terms, languages, today, missed)
        found = errors(parse_topic(text, name, where), text, where)
        if not found:
            return text
    raise UsageError(found[0], "begin with other words")


def parts_of(text: str) -> list[str]:
    """Return what stands between the commas of a list."""
    return [part for part in map(str.strip, text.split(",")) if part]


def refuse_unknown_language(code: str) -> None:
    """Refuse a code that topic files do not use for a language. Raises UsageError."""
    if language_name(code) == code:
        cure = f'did you mean "{MISTAKEN[code]}"?' if code in MISTAKEN else "write two letters: en,fr,he"
        raise UsageError(f'no language that we know has the code "{code}"', cure)
