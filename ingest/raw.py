"""What a reader found in a document, as it was written: nothing here is interpreted, repaired or bounded; knows no parser.

`ingest.normalize` makes items of it. Bodies are unsafe HTML, dates and numbers are text, and addresses are resolved on
`xml:base` alone. Roles say which element a value stood in; the normaliser has the order of preference.
"""

from msgspec import Struct

from ingest.faults import Fault


class RawText(Struct, frozen=True, array_like=True, gc=False):
    """A title or a body, with what is needed to understand it."""

    role: str  # title, dc:title, media:title; content; description, summary, abstract, dc:description, ...
    value: str
    plain: bool = False  # text, whatever looks like markup in it
    base: str = ""  # as the document declares it for this text
    language: str | None = None


class RawLink(Struct, frozen=True, array_like=True, gc=False):
    """A link, by its relation. `element` is the address in the text of RSS, `original` the one behind an aggregator's."""

    href: str
    rel: str = "alternate"
    type: str = ""


class RawDate(Struct, frozen=True, array_like=True, gc=False):
    """A date as it was written."""

    role: str  # published, issued, available, created, submitted, dc:date, updated, modified
    value: str


class RawPerson(Struct, frozen=True, array_like=True, gc=False):
    """An author as the document names one."""

    name: str
    uri: str = ""
    email: str = ""


class RawCategory(Struct, frozen=True, array_like=True, gc=False):
    """A category as the document names it."""

    term: str | None
    scheme: str | None = None
    label: str | None = None


class RawFile(Struct, frozen=True, array_like=True, gc=False):
    """A file that belongs to the entry: an enclosure, a medium, a thumbnail or a transcript."""

    url: str
    type: str = ""
    length: str = ""
    duration: str = ""
    medium: str = ""  # of Media RSS: image, audio, video, ...
    role: str = "enclosure"  # or thumbnail, transcript


class RawPoint(Struct, frozen=True, array_like=True, gc=False):
    """A geographic point or shape as the document writes it (GeoRSS)."""

    form: str
    value: str


class RawEntry(Struct, frozen=True, array_like=True, gc=False):
    """An item, an entry, a page of a sitemap, or a document itself."""

    id: str = ""
    id_is_link: bool = False  # the guid may stand for a link that is missing
    texts: tuple[RawText, ...] = ()
    links: tuple[RawLink, ...] = ()
    dates: tuple[RawDate, ...] = ()
    authors: tuple[RawPerson, ...] = ()
    categories: tuple[RawCategory, ...] = ()
    files: tuple[RawFile, ...] = ()
    points: tuple[RawPoint, ...] = ()
    languages: tuple[str | None, ...] = ()  # as declared for the entry as a whole, the closest first
    duration: str = ""  # of the audio or video, as podcasts write it
    title_inferred: bool = False  # the title was found in the text
    boilerplate: str = ""  # of the page, taken off the text


class RawHints(Struct, frozen=True, array_like=True, gc=False):
    """What a document says about being polled."""

    ttl: str = ""  # minutes
    period: str = ""  # of the syndication module: hourly, daily, ...
    frequency: str = ""  # how often in a period
    hours: tuple[str, ...] = ()  # to be skipped
    days: tuple[str, ...] = ()


class RawFeed(Struct, frozen=True, kw_only=True):
    """A document: its own fields, its first entries, and how many there were."""

    form: str  # rss (also RDF), atom, json, sitemap, document
    entries: tuple[RawEntry, ...]
    total: int
    titles: tuple[RawText, ...] = ()
    links: tuple[RawLink, ...] = ()  # alternate, self, hub
    id: str = ""
    id_is_link: bool = False
    dates: tuple[RawDate, ...] = ()
    language: str | None = None
    authors: tuple[RawPerson, ...] = ()
    hints: RawHints = RawHints()
    notes: tuple[str, ...] = ()  # what the reader repaired or left out, a line each
    faults: tuple[Fault, ...] = ()  # faults of the reader, each at the cost of one entry
