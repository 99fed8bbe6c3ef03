"""What pages say of how up to date they are: sources that cannot be read, since when nothing may have been polled; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ingest.planner.overview import SourcesOverview
from ingest.text.dates import rfc3339

PATH: Final = "sources.txt"
"""The file from which the script of a page learns whether anybody still polls."""

_EVERY: Final = 600  # seconds: pages are not drawn at each poll because of a time alone
_MARGIN: Final = 1_800  # seconds, likewise


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How up to date the pages are; it changes seldom, so that pages are not drawn for its sake alone."""

    outage: str = ""  # a sentence for readers; empty while most sources can be read
    is_whole: bool = False  # no source at all can be read
    as_of: datetime | None = None  # the pages know what happened up to this time
    late_after: datetime | None = None  # if the pages are as they are after this time, nobody polls


def status_of(overview: SourcesOverview, now: datetime | None, of_topic: SourcesOverview | None = None) -> SiteStatus:
    """Return the status of pages that describe the time `now`; with `of_topic`, the sources of a topic, of its pages."""
    late, outage = overview.late_at(), overview.outage
    if of_topic and not (outage and outage.is_whole):
        outage = of_topic.outage_of(" of this topic") or outage
    as_of = now and _whole(now, _EVERY)
    late_after = late and _whole(late, _MARGIN) + timedelta(seconds=_MARGIN)
    if outage is None:
        return SiteStatus(as_of=as_of, late_after=late_after)
    lacking = "nothing here is complete" if outage.is_whole else "stories of theirs may be missing here"
    return SiteStatus(f"{outage.words}: {lacking}.", outage.is_whole, as_of, late_after)


def status_file(status: SiteStatus) -> bytes:
    """Return the file for the script, and for whoever wants to know."""
    lines = {"as-of": rfc3339(status.as_of), "late-after": rfc3339(status.late_after), "outage": status.outage}
    return "".join(f"{name}: {value}\n" for name, value in lines.items() if value).encode()


def _whole(moment: datetime, seconds: int) -> datetime:
    """Return the last whole step of so many seconds."""
    return moment - timedelta(seconds=moment.timestamp() % seconds)
