"""What is left to do of an erasure whose transaction is committed, kept in the database until it is done; does nothing of it.

An erasure that is interrupted must be finished by whoever comes next: the words still stand in files and in free pages.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Final, Self

from ingest.store.facts import Facts

NOTE: Final = "erasure"  # the name of the note


@dataclass(frozen=True, slots=True)
class UnfinishedErasure:
    """What is left to do."""

    documents: tuple[str, ...] = ()  # archive documents to write anew, by their paths in the home
    needles: tuple[str, ...] = ()  # what the lines of logs that are taken out hold
    learnt: tuple[str, ...] = ()  # topics whose models have learnt from it
    names: tuple[str, ...] = ()  # ids, addresses and guids by which it may be asked for

    def __or__(self, other: Self) -> Self:
        """Join what is left of two erasures."""
        both = (tuple(sorted({*getattr(self, one.name), *getattr(other, one.name)})) for one in fields(self))
        return type(self)(*both)


def unfinished(facts: Facts) -> UnfinishedErasure | None:
    """Return what is left to do of an erasure; None where nothing is."""
    known = facts.notes.get(NOTE)
    return UnfinishedErasure(*map(tuple, json.loads(known).values())) if known else None


def keep_unfinished(facts: Facts, left: UnfinishedErasure) -> None:
    """Store what is left to do of one more erasure, inside the caller's transaction."""
    facts.notes.put_within(NOTE, json.dumps(asdict(left | (unfinished(facts) or UnfinishedErasure()))))


def forget_words(facts: Facts) -> None:
    """Keep no word of the erasure any more, only that the database is still to be cleaned."""
    facts.notes.put(NOTE, json.dumps(asdict(UnfinishedErasure())))


def note_finished(facts: Facts) -> None:
    """Note that nothing is left to do."""
    facts.notes.drop(NOTE)
