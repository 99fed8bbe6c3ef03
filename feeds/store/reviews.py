"""The table of reviews, a person's accept or reject of an item for a topic; a review outranks every classification."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from feeds.model import Classification, Grade
from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339, rfc3339
from ingest.text.sanitize import one_line


class Verdict(StrEnum):
    """A person's verdict."""

    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Review:
    """A person's verdict on one item for one topic, with the reason given."""

    verdict: Verdict
    reason: str
    reviewed: datetime | None

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.verdict}ed by hand" + (f": {self.reason}" if self.reason else "")


def reviewed(classification: Classification, review: Review | None) -> Classification:
    """Return the classification after a person's review, where there is one; the words that were found stay as evidence."""
    if review is None:
        return classification
    if review.verdict is Verdict.REJECT:
        return replace(classification, tagged=False, why=str(review), review=str(review))
    why = f"{classification.why}; {review}" if classification.tagged else str(review)
    return replace(classification, tagged=True, grade=classification.grade or Grade.SUBSTANTIAL, why=why, review=str(review))


class Reviews:
    """The table of reviews."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._db = facts, facts.database
        self._db.migrate(migrations)

    def all(self, topic: str | None = None) -> dict[tuple[int, str], Review]:
        """Return every review, or those of one topic, by (item's number, topic), oldest first."""
        rows = self._db.execute(
            "select item_id, topic, verdict, reason, decided from decision where ? is null or topic = ? order by decided, item_id",
            [topic, topic],
        )
        return {(row, name): Review(Verdict(verdict), reason, from_rfc3339(at)) for row, name, verdict, reason, at in rows}

    def put(self, row: int, topic: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Store a review, its reason as one line that any feed can show; it replaces an earlier one."""
        with self._facts.transaction():
            self._db.execute(
                """insert into decision (item_id, topic, verdict, reason, decided) values (?, ?, ?, ?, ?)
                on conflict (item_id, topic) do update set verdict = excluded.verdict, reason = excluded.reason,
                    decided = excluded.decided""",
                [row, topic, verdict, one_line(reason), rfc3339(now)],
            )

    def take_back(self, row: int, topic: str) -> bool:
        """Delete a review; return whether there was one."""
        with self._facts.transaction():
            deleted = self._db.execute("delete from decision where item_id = ? and topic = ?", [row, topic])
        return deleted.rowcount > 0
