"""What each page shows, as frozen values: every choice is made before a template sees it; knows no HTML and no database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import dropwhile, groupby
from statistics import median_high
from typing import Final, NamedTuple

from feeds.publication.entry import Carrier
from feeds.site.status import SiteStatus
from ingest.model import Author

_USUAL_DAYS: Final = 28  # before today
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text; `marked` where it is a word that was found."""

    text: str
    marked: bool = False


Text = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link to another page: its title, its address relative to the site's root, and how many stories are there."""

    title: str
    href: str
    count: int | None = None
    current: bool = False
    key: str = ""  # what a filter compares
    language: str | None = None  # of the title


@dataclass(frozen=True, slots=True)
class Card:
    """A story in a list."""

    uid: str
    title: Text
    href: str  # its own page
    url: str | None  # the publisher's
    language: str | None
    excerpt: Text
    when: datetime
    dated: bool  # the publisher gave the date; else it is when we first saw it
    carriers: tuple[Carrier, ...]
    why: str
    first_seen: datetime
    title_inferred: bool = False
    sources: tuple[str, ...] = ()  # what a filter by source compares


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic on the front page."""

    name: str
    title: str
    description: str
    total: int
    recent: tuple[int, ...]  # stories a day, today last
    last: datetime | None
    span: str = ""  # in what time the stories are counted; empty for all time
    newest: tuple["ItemLine", ...] = ()
    has_pages: bool = True  # whether its stories have pages of their own

    @property
    def today(self) -> str:
        """Today's stories beside those of a usual day, the median of four weeks; empty before a week is known."""
        *before, today = self.recent[-_USUAL_DAYS - 1 :]
        known = list(dropwhile(lambda count: not count, before))
        return f"{today:,} today so far, {median_high(known):,} on a usual day" if len(known) >= _WEEK else ""


@dataclass(frozen=True, slots=True)
class IndexPage:
    """The front page."""

    topics: tuple[TopicLine, ...]
    sources: int
    status: SiteStatus


@dataclass(frozen=True, slots=True)
class Day:
    """How many stories one day has; `href` leads to them."""

    date: date
    count: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a calendar: weeks from Monday to Sunday, None outside the month."""

    first: date
    href: str
    count: int
    weeks: tuple[tuple[Day | None, ...], ...]


@dataclass(frozen=True, slots=True)
class About:
    """A topic's description of itself, shown on all its pages."""

    name: str
    title: str
    description: str
    definition: str
    means: tuple[str, ...]
    does_not_mean: tuple[str, ...]
    limits: tuple[str, ...]
    contact: str
    status: str


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A topic, or one of its facets: what it has in one language or from one source."""

    about: About
    cards: tuple[Card, ...]
    total: int
    last: datetime | None
    languages: tuple[PageLink, ...]
    sources: tuple[PageLink, ...]
    facet: PageLink | None  # the language or source that is shown alone
    as_of: date
    status: SiteStatus
    days: tuple[Day, ...]
    months: tuple[Month, ...]
    archives: tuple[PageLink, ...] = ()
    fingerprint: str = ""
    span: str = ""  # in what time the stories are counted; empty for all time
    older: str = ""  # where the list goes on
    paged: str = ""  # the same stories by pages, by the server

    @property
    def by_day(self) -> tuple[tuple[date, tuple[Card, ...]], ...]:
        """The cards under the days that they show, in their order."""
        return tuple((day, tuple(some)) for day, some in groupby(self.cards, key=lambda one: one.when.date()))


class ItemLine(NamedTuple):
    """A story as one line of an archive."""

    uid: str
    title: str
    language: str | None
    source: str
    day: date


class TaggedItem(NamedTuple):
    """An item of a topic, as it is counted and listed."""

    row: int
    line: ItemLine
    moment: datetime
    source: str  # its key


@dataclass(frozen=True, slots=True)
class MonthPage:
    """All stories of one month of a topic, by day."""

    about: About
    month: Month
    days: tuple[tuple[date, tuple[ItemLine, ...]], ...]
    earlier: PageLink | None
    later: PageLink | None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class TagReason:
    """Why a topic has an item: its line, its grade, and the sentences in which the words stand."""

    topic: str
    title: str
    why: str
    grade: str
    score: float
    quotes: tuple[Text, ...]
    hits: tuple[tuple[str, str], ...]  # (group, word found)
    cancelled: tuple[tuple[str, str], ...]  # (word found, why it does not count)
    review: str = ""  # a person's review, in words


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A text that a source gave the item, compared with the one before from the same source."""

    seen: datetime
    source: str
    title: str
    words: int
    added: int | None  # words that the version before lacks; None for the first
    removed: int | None


@dataclass(frozen=True, slots=True)
class RelatedLine:
    """A copy of an item, or an item that is related to its story, as the item's page lists it."""

    title: str
    href: str  # of its page, relative to the page that lists it, or at the publisher; empty for neither
    language: str | None
    source: str
    when: datetime
    reason: str = ""  # what joins the two
    relation: str = ""  # empty for a copy; otherwise "related" or "translation of?"


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item with all that is known of it."""

    card: Card
    published: datetime | None
    first_seen: datetime
    updated: datetime
    authors: tuple[Author, ...]
    categories: tuple[str, ...]
    reasons: tuple[TagReason, ...]
    versions: tuple[VersionLine, ...]
    story: tuple[RelatedLine, ...] = ()
    fingerprint: str = ""

    @property
    def copies(self) -> tuple[RelatedLine, ...]:
        """The other items of its story."""
        return tuple(member for member in self.story if not member.relation)

    @property
    def related(self) -> tuple[RelatedLine, ...]:
        """The related items: they do not belong to its story."""
        return tuple(member for member in self.story if member.relation)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """How a source is doing, in the words of `topicwire sources status`."""

    name: str
    url: str | None
    site: str | None
    language: str | None
    standing: str  # failing, gone, silent, gaps, new, ok, removed, once
    note: str  # the cause; empty where all is well
    last_good: datetime | None
    next_poll: datetime | None
    why: str  # the reason for `next_poll`
    items: int
    often: str  # how often it has new items, in words
    news: datetime | None
    gaps: int
    last_gap: datetime | None
    week: tuple[float, ...]  # new items by hour of the week, Monday 00:00 UTC first; empty before anything is known
    key: str = ""  # by which filters and forms name it


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """The sources, those that need attention first: all of them, or one of several pages."""

    sources: tuple[SourceLine, ...]
    as_of: datetime | None
    fingerprint: str = ""
    tally: tuple[tuple[str, int], ...] = ()  # how many there are of each standing, on all pages, in the order of the list
    number: int = 1  # of the page
    pages: tuple[PageLink, ...] = ()  # to all pages, where there are several
    query: str = ""
    standing: str = ""  # that is shown alone
    found: int | None = None  # how many meet the filter; None without one
    order: str = ""  # in which they come; empty for the worst first


@dataclass(frozen=True, slots=True)
class OwnSourcesPage:
    """The sources with what their owner can do with each."""

    listing: SourcesPage
    token: str  # sent back with each decision
    listed: frozenset[str] = frozenset()  # keys of those that sources.opml lists: they are removed there
    message: str = ""  # what was decided last, in words
    fault: str = ""  # why a decision was refused


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry of a feed that is not kept yet."""

    title: str
    url: str | None
    language: str | None
    when: datetime | None


@dataclass(frozen=True, slots=True)
class FeedOffer:
    """A feed that was found at an address: what it holds, what is odd about it, and how it can be kept."""

    title: str
    url: str  # as it may be shown
    facts: str  # in one line: entries, languages, topics
    newest: tuple[EntryLine, ...] = ()
    warnings: tuple[str, ...] = ()
    fault: str = ""  # why it cannot be read
    button: str = ""  # what keeps it; empty where it is kept already


@dataclass(frozen=True, slots=True)
class AddSourcePage:
    """The form for the address of a new source, and what was found there."""

    token: str
    address: str = ""  # as typed
    fault: str = ""
    look: str = ""  # the key of what was found
    offers: tuple[FeedOffer, ...] = ()
    others: tuple[str, ...] = ()  # further feeds that the page names


@dataclass(frozen=True, slots=True)
class TopicFileLine:
    """A topic file in the list of those to edit."""

    name: str
    title: str
    state: str  # where it lies, and whether it is in force
    href: str  # of its editor
    page: str = ""  # of its public page; empty where it has none
    fault: str = ""  # why it cannot be read, and the cure


@dataclass(frozen=True, slots=True)
class TopicFilesPage:
    """The topic files that the owner may edit, and the form for a new one."""

    topics: tuple[TopicFileLine, ...]
    new: str  # the address of the form
    name: str = ""  # as typed
    words: str = ""
    languages: str = "en"
    fault: str = ""


@dataclass(frozen=True, slots=True)
class PreviewCase:
    """An item of a preview: what the wording says of it, and why."""

    card: Card
    reason: TagReason


@dataclass(frozen=True, slots=True)
class PreviewList:
    """The items of one kind that a preview shows."""

    title: str
    total: int
    cases: tuple[PreviewCase, ...]


@dataclass(frozen=True, slots=True)
class PreviewSection:
    """What a wording does with the stored items."""

    tables: tuple[tuple[str, tuple[PageLink, ...]], ...]  # numbers by language, source and grade
    lists: tuple[PreviewList, ...]


@dataclass(frozen=True, slots=True)
class EditorPage:
    """A topic file in a form, and what its wording does."""

    name: str
    text: str
    opened: str  # the state of the file when it was opened
    token: str
    action: str
    all: str  # the address of the list
    note: str = ""  # what kind of file this is
    status: str = ""  # the result in one line
    message: str = ""  # after it was saved
    feed: str = ""  # the address of its feed, after it was saved, where everybody may know it
    page: str = ""  # and that of its page
    fault: str = ""  # why it cannot be previewed or saved, and the cure
    line: int | None = None  # where in the text
    quoted: str = ""  # that line
    faults: tuple[str, ...] = ()  # what fails a check; it can be saved all the same
    theirs: str | None = None  # the text of the file, where it was changed meanwhile
    preview: PreviewSection | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A search in everything stored, and its results."""

    query: str = ""
    topic: str = ""
    source: str = ""
    language: str = ""
    since: str = ""  # 2026-11-22, as typed
    until: str = ""
    topics: tuple[PageLink, ...] = ()  # what can be chosen: key and title
    sources: tuple[PageLink, ...] = ()  # that are suggested
    languages: tuple[PageLink, ...] = ()
    results: tuple[Card, ...] = ()
    total: int | None = None  # None before a search
    more: bool = False  # whether there may be more than were counted
    fault: str = ""  # why the query cannot be answered, and the cure
    feed: str = ""  # the same as a feed
    earlier: str = ""  # address of the next page of results
    later: str = ""
    order: str = ""  # the other one than the newest first, as typed
    orders: tuple[PageLink, ...] = ()  # the orders that can be chosen; that in force has no address
    ranked: int = 0  # of how many items stored last the most relevant come first; 0 where dates decide


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """An item to review: the answer of the rules, and their evidence."""

    card: Card
    grade: str = ""  # by the rules; empty where they do not tag it
    reason: TagReason | None = None
    likely: float | None = None  # by the second opinion, from 0 to 1


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The items of a topic to review, the one to decide on first."""

    topic: str
    title: str
    topics: tuple[PageLink, ...]
    cases: tuple[ReviewCase, ...]
    waiting: int
    token: str = ""  # sent back with each decision
    action: str = "/review"  # where a decision is sent
    message: str = ""  # what was decided last, in words
    opinion: str = ""  # what ranks the items, in words; empty where the newest come first
    undo: str = ""  # id of the item whose decision can be taken back
    fault: str = ""
    hidden: tuple[tuple[str, str], ...] = field(default=())  # further fields of the form
    whole: bool = True  # every stored item was looked at


@dataclass(frozen=True, slots=True)
class Notice:
    """A page with nothing but a message."""

    title: str
    message: str
